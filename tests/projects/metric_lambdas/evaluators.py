class Evaluator:
    """Turns predictions into arrays with the given functions, and those into numbers."""

    def __init__(self, convert, measures):
        self.convert = convert
        self.measures = measures

    def __call__(self, prediction, target):
        predicted, wanted = self.convert(prediction, target)
        return {name: measure(predicted, wanted) for name, measure in self.measures.items()}


class RegressionEvaluator(Evaluator):
    def __init__(self, measures):
        super().__init__(lambda p, t: (p.squeeze(1).numpy(), t.numpy()), measures)


class LabelEvaluator(Evaluator):
    def __init__(self, measures):
        super().__init__(lambda p, t: (p.argmax(1).numpy(), t.numpy()), measures)


class CarefulEvaluator(Evaluator):
    def __init__(self, measures):
        super().__init__(lambda p, t: tuple(x.detach().numpy() for x in (p, t)), measures)
