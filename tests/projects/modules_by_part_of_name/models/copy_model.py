class Model:
    def __call__(self, image):
        return image.clone()
