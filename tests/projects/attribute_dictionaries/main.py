import torch
from torch import nn

from containers import AttrDict, EasyDict, summary


def forward(model, batch):
    result = EasyDict()
    result.logits = model(batch.inputs)
    result.labels = batch.labels
    result["loss"] = nn.functional.cross_entropy(result.logits, batch["labels"])
    return result


def main():
    torch.manual_seed(0)
    batch = AttrDict(inputs=torch.randn(4, 3), labels=torch.randint(2, (4,)))
    result = forward(nn.Linear(3, 2), batch)
    result.loss.backward()
    print(batch.inputs.numpy().mean(), result.labels.numpy())
    short = summary(result.loss, result.logits)
    print(short.output.numpy().shape)
    print(short.loss.numpy())
    print(result.logits.numpy().shape)


if __name__ == "__main__":
    main()
