import torch


class LightTrainer:
    def __init__(self, max_epochs):
        self.max_epochs = max_epochs

    def fit(self, module, training, validation):
        optimizer = module.configure_optimizers()
        for _ in range(self.max_epochs):
            module.train()
            outputs = [self._step(module, optimizer, batch) for batch in training]
            module.training_epoch_end(outputs)
            self._validate(module, validation)

    def _step(self, module, optimizer, batch):
        output = module.training_step(batch)
        loss = output["loss"] if isinstance(output, dict) else output
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return output

    def _validate(self, module, validation):
        module.eval()
        with torch.no_grad():
            outputs = [module.validation_step(batch) for batch in validation]
        module.validation_epoch_end(outputs)
