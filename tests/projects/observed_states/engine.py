class Engine:
    def __init__(self):
        self._callbacks = []
        self._trainer = None

    def bind(self, trainer):
        self._trainer = trainer
        return self

    def register(self, callback):
        callback.trainer = self._trainer
        self._callbacks.append(callback)

    def call(self, event, **details):
        for callback in self._callbacks:
            callback(event, **details)


class Callback:
    trainer = None

    def __call__(self, event, **details):
        method = getattr(self, event, None)
        if method is not None:
            method(**details)
