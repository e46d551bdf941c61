import torch

from model import Classifier, vae_losses
from report import describe, details, summary


def main():
    torch.manual_seed(0)
    model = Classifier()
    x, y = torch.randn(2, 3), torch.tensor([0, 1])
    out = model(x, y)
    print(describe(out.detach()))
    print(out.predictions.numpy())
    print(out.cpu()["hidden"].numpy().shape)
    print(out.detach().cpu().logits.numpy().shape)
    print(out.extras["norm"].numpy())
    print(out.detach().extras["norm"].numpy())
    losses = vae_losses(model, x)
    print(summary(losses), details(losses))
    with torch.no_grad():
        quiet = model(x)
    print(quiet.hidden.numpy().shape, quiet.extras["norm"].numpy(), quiet.loss)


if __name__ == "__main__":
    main()
