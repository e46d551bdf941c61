def to_numpy(tensor):
    return tensor.numpy()


def to_list(tensor):
    return to_numpy(tensor).tolist()
