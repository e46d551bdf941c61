from . import stage


@stage
def crop(image):
    return image[:, 1:]
