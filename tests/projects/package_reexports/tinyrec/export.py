def user_vectors(model):
    return model.users.weight.data.numpy()


def item_vectors(model):
    return model.items.weight.numpy()
