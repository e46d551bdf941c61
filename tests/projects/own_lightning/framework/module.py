from torch import nn


class LightModule(nn.Module):
    """What a trainer needs: steps, and hooks that run after all steps of an epoch."""

    def training_step(self, batch):
        raise NotImplementedError

    def validation_step(self, batch):
        raise NotImplementedError

    def training_epoch_end(self, outputs):
        pass

    def validation_epoch_end(self, outputs):
        pass

    def configure_optimizers(self):
        raise NotImplementedError
