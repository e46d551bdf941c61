def grid(images):
    """Images in [0, 1] side by side."""
    return ((images + 1) / 2).view(2, -1).cpu().numpy()


def real_grid(images):
    return grid(images)


def sample_grid(generator, noise):
    generator.eval()
    fakes = generator(noise)
    generator.train()
    return ((fakes + 1) / 2).view(2, -1).cpu().numpy()
