from .. import losses as _losses
from .rotation import LearntAngles


def describe(points):
    return points.norm(dim=-1).numpy()


def describe_angles(angles):
    if not isinstance(angles, LearntAngles):
        raise TypeError("angles that are learnt are needed")
    print(float(_losses.spread(angles.free.detach())))
    return angles().numpy(), angles.offset.numpy()
