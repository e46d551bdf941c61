import torch
from torch import nn

from logger import Logger


def run(logger, weights):
    torch.manual_seed(0)
    model = nn.Linear(2, 1)
    x = torch.randn(4, 2)
    for _ in range(2):
        loss = model(x).pow(2).mean()
        logger.log_scalars("train", {"loss": loss})
        logger.log(weights=model.weight.detach() if weights == "detached" else model.weight)
    return model


def main():
    run(Logger("console", "clean"), "attached")
    run(Logger("histogram"), "detached")
    logger = Logger("array")
    run(logger, "attached")
    print(len(logger.backends[0].rows))


if __name__ == "__main__":
    main()
