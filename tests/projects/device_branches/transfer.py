import torch


def to_host(tensor):
    """Copies from an accelerator; on the CPU there is nothing to do."""
    if tensor.is_cuda:
        tensor = tensor.detach().cpu()
    return tensor.numpy()


def to_host_plain(tensor):
    return tensor.data.cpu().numpy()


def pick_device(wanted):
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(wanted)
