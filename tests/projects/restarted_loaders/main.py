import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from conversions import unwrap
from trainer import Trainer


def loader():
    images = torch.randn(6, 1, 8, 8)
    targets = (images > 0).float()
    return DataLoader(TensorDataset(images, targets), batch_size=3)


def train(model, epochs=2):
    trainer = Trainer(model)
    trainer.bind_loader("train", loader())
    trainer.fit(epochs)
    return trainer


def predict(trainer, batches):
    trainer.model.eval()
    for images, targets in batches:
        prediction = torch.sigmoid(trainer.apply_model(images))
        images = unwrap(images, as_numpy=True)
        prediction = unwrap(prediction, as_numpy=True)
        targets = unwrap(targets, as_numpy=True)
        print(images.shape, abs(prediction - targets).mean())


def show(trainer):
    print(trainer.get_state("loss"))
    print(trainer.get_state("prediction").detach().numpy().mean())
    print(trainer.get_state("prediction").numpy().mean())


trainer = train(nn.Conv2d(1, 1, 3, padding=1))
show(trainer)
predict(trainer, loader())
