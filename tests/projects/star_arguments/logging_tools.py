def arrays(*tensors):
    return [tensor.detach().numpy() for tensor in tensors]


def first_array(first, *others):
    return first.numpy(), len(others)


def named_arrays(**tensors):
    return {name: tensor.numpy() for name, tensor in tensors.items()}


def log(step, prefix="", **values):
    loss, target = values["loss"], values["target"]
    print(prefix, step, target.numpy().mean())
    return loss.numpy()


def call(function, *args, **kwargs):
    return function(*args, **kwargs)
