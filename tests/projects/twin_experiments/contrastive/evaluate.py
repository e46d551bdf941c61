def embed(encoder, images):
    encoder.eval()
    return encoder(images).numpy()
