import torch
from torch import nn

from report import ReportingEngine


def main():
    torch.manual_seed(1)
    engine = ReportingEngine(nn.Linear(2, 1), "report.csv")
    optimizer = torch.optim.SGD(engine.model.parameters(), lr=0.1)
    for _ in range(3):
        loss = engine.run(torch.randn(4, 2), torch.randn(4, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    engine.write()
    print(engine.target_range())


if __name__ == "__main__":
    main()
