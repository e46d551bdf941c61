from collections import OrderedDict, defaultdict
from functools import partial


class ActivationStore:
    """Outputs of named layers, gathered by hooks."""

    def __init__(self, model, names, detach=False):
        self.activations = OrderedDict()
        self.gradients = defaultdict(list)
        self.handles = []
        modules = dict(model.named_modules())
        for name in names:
            hook = partial(self._keep, name, detach)
            self.handles.append(modules[name].register_forward_hook(hook))
            self.handles.append(
                modules[name].register_full_backward_hook(partial(self._grad, name))
            )

    def _keep(self, name, detach, module, inputs, output):
        self.activations[name] = output.detach() if detach else output

    def _grad(self, name, module, grad_input, grad_output):
        self.gradients[name].append(grad_output[0])

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for handle in self.handles:
            handle.remove()

    def __getitem__(self, name):
        return self.activations[name]
