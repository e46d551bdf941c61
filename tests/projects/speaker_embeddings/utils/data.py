import torch


def make_batches(count, size=4, frames=5, n_mels=8):
    """(mel spectrograms, speaker ids) pairs of random noise."""
    batches = []
    for _ in range(count):
        mels = torch.randn(size, frames, n_mels)
        speakers = torch.randint(0, 2, (size,))
        batches.append((mels, speakers))
    return batches


def speaker_counts(batches):
    counts = torch.zeros(2)
    for _, speakers in batches:
        counts += torch.bincount(speakers, minlength=2)
    return counts.numpy()
