METRICS = {}


def metric(name):
    def decorate(function):
        METRICS[name] = function
        return function

    return decorate


def build(names):
    return {name: METRICS[name] for name in names}


@metric("mae")
def _mae(prediction, target):
    return (prediction - target).abs().mean().numpy()


@metric("accuracy")
def _accuracy(prediction, target):
    return ((prediction > 0.5) == (target > 0.5)).float().mean().numpy()


class Postprocessing:
    def __init__(self):
        self.steps = []

    def step(self, function):
        self.steps.append(function)
        return function

    def __call__(self, value):
        for step in self.steps:
            value = step(value)
        return value


postprocess = Postprocessing()


@postprocess.step
def _clipped(prediction):
    return prediction.clamp(0, 1)


@postprocess.step
def _as_array(prediction):
    return prediction.numpy()
