def as_array(tensor):
    return tensor.cpu().numpy()
