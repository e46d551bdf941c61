class ArrayWriter:
    def __init__(self, digits):
        self.digits = digits

    def write(self, tensor):
        return tensor.numpy().round(self.digits)

    def write_input(self, tensor):
        return tensor.numpy().round(self.digits)


class DetachedWriter(ArrayWriter):
    def write(self, tensor):
        return super().write_input(tensor.detach())
