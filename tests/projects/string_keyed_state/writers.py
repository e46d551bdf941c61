def write_images(state):
    decoded = state.fetch("decoded")
    if decoded is not None:
        print("images", decoded.cpu().numpy().shape)


def write_targets(state):
    print("targets", state.images.numpy().shape)


def write_loss(state):
    print("loss", state.fetch("loss").numpy())


def write_rate(state):
    print("rate", getattr(state, "rate").numpy())  # noqa: B009
