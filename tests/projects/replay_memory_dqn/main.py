import torch

from learner import Learner
from memory import ReplayMemory


def main():
    torch.manual_seed(0)
    learner, memory = Learner(states=3, actions=2), ReplayMemory(capacity=8)
    state = torch.zeros(3)
    for _ in range(6):
        action = torch.randint(2, ())
        following, reward = torch.randn(3), torch.rand(())
        priority = learner.td_error(state, action, reward, following)
        memory.push(state, action, reward, following, priority=priority)
        state = following
    mean_value, mean_target = learner.learn(memory.sample(4))
    print("value", mean_value.item(), "target", mean_target.numpy())
    print(len(memory.priority_histogram()), len(memory.rewards()), learner.greedy(state))


if __name__ == "__main__":
    main()
