import torch

from brain import DeepQNetwork
from curves import costs_of, gradients_of, last_costs, rewards_of


def train(episodes=3):
    brain = DeepQNetwork()
    for _ in range(episodes):
        state = torch.randn(2)
        brain.store(state, float(brain.choose(state)))
        brain.learn()
    return brain, brain.cost_his


def main():
    torch.manual_seed(0)
    brain, history = train()
    print(len(costs_of(brain)), len(gradients_of(brain)), len(rewards_of(brain)))
    print(last_costs([history, train(1)[1]]))


if __name__ == "__main__":
    main()
