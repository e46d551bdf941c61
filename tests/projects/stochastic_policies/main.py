import torch

from policies import DiscretePolicy, GaussianPolicy, SquashedPolicy
from rollout import entropy_of, mean_action, sampled_actions, squashed_action


def main():
    torch.manual_seed(0)
    observations = torch.randn(4, 3)
    gaussian, squashed = GaussianPolicy(3, 2), SquashedPolicy(3, 2)
    discrete = DiscretePolicy(3, 2)
    print(sampled_actions(gaussian, observations)[0].shape)
    print(sampled_actions(discrete, observations))
    print(mean_action(gaussian, observations[0]).shape)
    print(squashed_action(squashed, observations[0])[0].shape)
    print(entropy_of(discrete, observations)[0].mean())


if __name__ == "__main__":
    main()
