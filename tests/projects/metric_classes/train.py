import torch
from torch import nn

from metrics import CalibrationError, MeanConfidence, MetricCollection, TopOne


def main():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    metrics = MetricCollection([TopOne(), MeanConfidence(), CalibrationError()])
    for _ in range(2):
        inputs, labels = torch.randn(6, 4), torch.randint(0, 3, (6,))
        logits = model(inputs)
        loss = nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        metrics.update(logits, labels)
    print(sorted(metrics.compute()))


if __name__ == "__main__":
    main()
