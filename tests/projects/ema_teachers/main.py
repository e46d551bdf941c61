import torch
from torch import nn

from trainer import MeanTeacher


def build():
    return nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3))


def main():
    torch.manual_seed(0)
    x, y = torch.randn(4, 2), torch.tensor([0, 1, 2, 0])
    student = build()
    trainer = MeanTeacher(student, torch.optim.SGD(student.parameters(), lr=0.1))
    logits, targets = trainer.step(x, y)
    print(targets.softmax(-1).numpy().shape)
    print(logits.argmax(-1).numpy())
    print(trainer.gap.numpy().mean())
    print(trainer.teacher.module[0].weight.numpy().mean())
    other = build()
    second = MeanTeacher(other, torch.optim.SGD(other.parameters(), lr=0.1), kind="copy")
    _, live = second.step(x, y)
    print(live.numpy().shape)
    print(second.teacher.module[0].weight.detach().numpy().mean())


if __name__ == "__main__":
    main()
