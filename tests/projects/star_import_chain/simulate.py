from physics import *
from physics.constants import *


def main():
    torch.manual_seed(0)
    spring = Spring(stiffness=STIFFNESS)
    positions = trajectory(spring, START, steps=4)
    print(positions_of(START[None]), len(positions_of(positions.detach())))
    print(energy_of(spring, positions).shape)
    print(to_pixels(positions).shape)


if __name__ == "__main__":
    main()
