import torch

from detector import TinyDetector


def train_step(detector, images, targets):
    detector.train()
    losses = detector(images, targets)
    sum(losses.values()).backward()
    return losses


def show(detector, images):
    detector.eval()
    found = detector(images)
    return found["labels"].numpy(), found["chosen"].numpy().shape


def main():
    torch.manual_seed(0)
    detector = TinyDetector()
    images, targets = torch.randn(2, 6), torch.randn(2, 16)
    losses = train_step(detector, images, targets)
    print(show(detector, images))
    print({name: loss.detach().numpy() for name, loss in losses.items()})
    print(losses["boxes"].numpy())


if __name__ == "__main__":
    main()
