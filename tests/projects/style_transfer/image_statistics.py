import torch


def gram(features):
    channels = features.flatten(1)
    return channels @ channels.t() / channels.shape[1]


def total_variation(image):
    horizontal = (image[:, :, 1:] - image[:, :, :-1]).abs().mean()
    vertical = (image[:, 1:] - image[:, :-1]).abs().mean()
    return horizontal + vertical


def to_image(tensor):
    """Height x width x channels, bytes."""
    array = tensor.clamp(0, 1).permute(1, 2, 0).numpy()
    return (array * 255).astype("uint8")


def statistics_of(layer, image):
    with torch.no_grad():
        return gram(layer(image[None])[0])
