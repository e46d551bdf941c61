from finder import LRFinder


class QuietFinder(LRFinder):
    def _train_batch(self, batch):
        return super()._train_batch(batch).detach()

    def best(self):
        try:
            return self.best_loss.numpy()
        except RuntimeError:
            return None


class ValidatedFinder(LRFinder):
    def suggest(self):
        losses = [loss.numpy() for loss in self.history["loss"]]
        return self.history["lr"][losses.index(min(losses))]
