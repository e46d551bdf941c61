from collections import defaultdict


class Bus:
    """Calls the handlers of an event in the order in which they were added."""

    def __init__(self):
        self.handlers = defaultdict(list)

    def on(self, event):
        def add(handler):
            self.handlers[event].append(handler)
            return handler

        return add

    def emit(self, event, *args, **kwargs):
        return [handler(*args, **kwargs) for handler in self.handlers[event]]


bus = Bus()
