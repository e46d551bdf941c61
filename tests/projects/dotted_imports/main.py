import torch

import geometry
import geometry.frames.rotation
import geometry.losses as criteria
from geometry import frames as fr


def main():
    torch.manual_seed(0)
    angles = geometry.frames.rotation.LearntAngles(2)
    points = torch.randn(2, 2)
    rotated = geometry.rotate(points, angles())
    criteria.spread(rotated).backward()
    print(fr.describe(points).shape)
    print(criteria.value_of(criteria.spread(rotated)))
    print(geometry.frames.describe_angles(angles))


if __name__ == "__main__":
    main()
