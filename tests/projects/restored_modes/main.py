import torch
from torch import nn

from modes import Session, quietly

MODEL = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))


def answer(inputs):
    return MODEL(inputs).numpy()


def answer_after(inputs):
    return MODEL(inputs).numpy()


def main():
    inputs = torch.ones(2, 2)
    print(quietly(answer, inputs).shape)
    with Session():
        print(answer(inputs).shape)
    session = Session().start()
    kept = MODEL(inputs)
    session.stop()
    print(kept.numpy().shape, answer_after(inputs).shape)


if __name__ == "__main__":
    main()
