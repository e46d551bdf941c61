import torch


class Arm:
    """A planar arm with fixed links: nothing here is learnt."""

    def __init__(self, joints):
        self.joints = joints
        self.lengths = torch.ones(joints) / joints

    def forward_kinematics(self, angles):
        absolute = torch.cumsum(angles, 0)
        return torch.stack(
            [
                (self.lengths * torch.cos(absolute)).sum(),
                (self.lengths * torch.sin(absolute)).sum(),
            ]
        )


def link_lengths(arm):
    return arm.lengths.numpy()


def as_points(path):
    return [point.numpy() for point in path]
