import torch


class GradCAM:
    """Class activation maps from the gradients of one layer's output."""

    def __init__(self, model, layer):
        self.model = model.eval()
        self.activations = None
        self.gradients = None
        self.handles = [
            layer.register_forward_hook(self.save_activation),
            layer.register_full_backward_hook(self.save_gradient),
        ]

    def save_activation(self, module, inputs, output):
        self.activations = output

    def save_gradient(self, module, grad_input, grad_output):
        self.gradients = grad_output[0]

    def scores(self, images, category):
        logits = self.model(images)
        logits[:, category].sum().backward()
        return logits.softmax(-1).detach().numpy()

    def weights(self):
        return self.gradients.mean(dim=(2, 3)).numpy()

    def activation_arrays(self):
        return self.activations.numpy()

    def maps(self):
        weights = self.gradients.mean(dim=(2, 3), keepdim=True)
        return (weights * self.activations).sum(1).relu().numpy()

    def quiet_maps(self):
        with torch.no_grad():
            return (self.gradients * self.activations).sum(1).relu().numpy()

    def close(self):
        for handle in self.handles:
            handle.remove()
