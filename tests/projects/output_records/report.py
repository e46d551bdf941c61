def describe(output):
    return {
        name: value.numpy().shape for name, value in output.items() if name in ("logits", "hidden")
    }


def summary(losses):
    return losses.kl.numpy(), losses._asdict()["kl"].numpy()


def details(losses):
    total, reconstruction, _ = losses
    return total.item(), reconstruction.numpy()
