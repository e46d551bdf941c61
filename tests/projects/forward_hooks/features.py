import torch


class ActivationRecorder:
    """Keeps what chosen layers put out, as it was (`live`) and without history (`stored`)."""

    def __init__(self, network, names):
        self.network = network
        self.names = names
        self.live = {}
        self.stored = {}
        self.handles = []

    def __enter__(self):
        for name in self.names:
            layer = self.network.get_submodule(name)
            self.handles.append(layer.register_forward_hook(self._hook(name)))
        return self

    def __exit__(self, *details):
        for handle in self.handles:
            handle.remove()

    def _hook(self, name):
        def keep(layer, inputs, output):
            self.live[name] = output
            self.stored[name] = output.detach().clone()

        return keep

    def as_array(self, name):
        return self.live[name].numpy()


def attention_of(network, tokens):
    """Attention weights of the block, (batch, query, key)."""
    maps = []

    def keep(module, inputs, output):
        maps.append(output[1])

    handle = network.block.attention.register_forward_hook(keep)
    with torch.no_grad():
        network(tokens)
    handle.remove()
    return maps[0].numpy()
