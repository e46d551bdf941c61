import torch
from torch import nn

from framework import LightModule, LightTrainer


class RegressionModule(LightModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
        self.scatter = None

    def forward(self, x):
        return self.net(x).squeeze(-1)

    def training_step(self, batch):
        x, y = batch
        prediction = self(x)
        return {"loss": (prediction - y).square().mean(), "prediction": prediction, "target": y}

    def validation_step(self, batch):
        x, y = batch
        prediction = self(x)
        return {"prediction": prediction, "target": y}

    def training_epoch_end(self, outputs):
        predictions = torch.cat([output["prediction"] for output in outputs])
        targets = torch.cat([output["target"] for output in outputs])
        print("training", predictions.numpy().std(), targets.numpy().std())

    def validation_epoch_end(self, outputs):
        predictions = torch.cat([output["prediction"] for output in outputs])
        targets = torch.cat([output["target"] for output in outputs])
        self.scatter = predictions.numpy(), targets.numpy()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-2)


if __name__ == "__main__":
    torch.manual_seed(0)
    batches = [(torch.randn(4, 2), torch.randn(4)) for _ in range(2)]
    module = RegressionModule()
    LightTrainer(max_epochs=1).fit(module, batches, batches[:1])
    print(len(module.scatter[0]))
