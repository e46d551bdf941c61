from trainer import Callback


class LossPrinter(Callback):
    def on_epoch_end(self, trainer, epoch):
        print(epoch, round(trainer.get_state("training_loss"), 4))


class PredictionLogger(Callback):
    def __init__(self, every):
        self.every = every
        self.images = 0

    def on_epoch_end(self, trainer, epoch):
        if epoch % self.every == 0:
            prediction = trainer.get_state("training_prediction")
            self.images += len(prediction.cpu().numpy())


class TargetLogger(Callback):
    def __init__(self):
        self.images = 0

    def on_batch_end(self, trainer):
        target = trainer.get_state("training_target")
        self.images += len(target.cpu().numpy())


class BestBias(Callback):
    def on_epoch_end(self, trainer, epoch):
        print("bias", trainer.model.bias.detach().numpy())
