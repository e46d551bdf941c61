from engine import Callback
import states


class Board(Callback):
    def __init__(self, every=1):
        self._every = every
        self._config = {"which": "all"}
        self._observed = {"loss", "prediction", "inputs", "learning_rate", "means"}
        self._observed_in_validation = {"validation_loss"}
        self.written = []

    def observe(self, key, *, while_training=True):
        if while_training:
            self._observed.add(key)
        else:
            self._observed_in_validation.add(key)
        return self

    def end_of_iteration(self, **_):
        if self.trainer.iteration % self._every:
            return
        for key in self._observed:
            state = self.trainer.get_state(key, default=None)
            if state is None:
                continue
            self.log(key, state)

    def log(self, tag, value):
        if isinstance(value, (list, tuple)):
            for number, each in enumerate(value):
                self.log(f"{tag}_{number}", each)
            return
        if states.is_scalar(value):
            self.written.append((tag, value.item()))
        elif isinstance(value, (int, float)):
            self.written.append((tag, float(value)))
        elif states.is_image(value):
            self.written.append((tag, self.images(value)))
        elif states.is_tensor(value):
            self.written.append((tag, states.unwrap(value, as_numpy=True)))

    def images(self, batch):
        batch = batch.float().numpy()
        which = self._config.get("which", "all")
        if which == "all":
            which = list(range(batch.shape[0]))
        return [batch[i] for i in which]
