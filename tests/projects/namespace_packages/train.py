import torch

import robots.kinematics.arm as arm_module
import robots.control.policy as pol


def rollout(arm, policy, steps):
    angles = torch.zeros(arm.joints)
    path = []
    for _ in range(steps):
        angles = angles + 0.1 * policy(angles)
        path.append(arm.forward_kinematics(angles))
    return torch.stack(path)


def main():
    torch.manual_seed(0)
    arm = arm_module.Arm(joints=3)
    policy = pol.make_policy(arm.joints)
    goal = torch.tensor([1.0, 1.0])
    optimizer = torch.optim.SGD(policy.parameters(), lr=0.1)
    for _ in range(2):
        path = rollout(arm, policy, steps=4)
        loss = (path[-1] - goal).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("end", pol.endpoint(rollout(arm, policy, steps=4)))
    print("lengths", arm_module.link_lengths(arm))
    with torch.no_grad():
        print("replay", arm_module.as_points(rollout(arm, policy, steps=2)))


if __name__ == "__main__":
    main()
