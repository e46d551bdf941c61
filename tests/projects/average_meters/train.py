import torch
from torch import nn

from meters import AverageMeter, MeterGroup


def accuracy(output, target):
    return (output.argmax(-1) == target).float().mean()


def main():
    torch.manual_seed(0)
    model, criterion = nn.Linear(4, 3), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    losses, plain_losses = AverageMeter("loss"), AverageMeter("plain loss")
    hits, times = AverageMeter("accuracy"), MeterGroup("forward", "backward")
    for step in range(3):
        inputs, target = torch.randn(5, 4), torch.randint(3, (5,))
        output = model(inputs)
        loss = criterion(output, target)
        losses.update(loss, len(inputs))
        plain_losses.update(loss.detach(), len(inputs))
        hits.update(accuracy(output, target), len(inputs))
        times["forward"].update(torch.tensor(0.1 * step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(plain_losses.avg.numpy(), hits.avg.numpy(), times["forward"].avg.numpy())
    print(losses.avg.numpy(), losses.val.detach().numpy())


if __name__ == "__main__":
    main()
