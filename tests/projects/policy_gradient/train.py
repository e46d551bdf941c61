import numpy as np
import torch

from agent import Agent


class Corridor:
    """Walk right to the end; a reward of one there."""

    def __init__(self, length=3):
        self.length = length

    def reset(self):
        self.position = 0
        return self._observation()

    def step(self, action):
        self.position = max(0, self.position + (1 if action == 1 else -1))
        done = self.position >= self.length
        return self._observation(), float(done), done

    def _observation(self):
        return np.array([self.position / self.length, 1.0], dtype=np.float32)


def main():
    torch.manual_seed(0)
    agent, environment = Agent(observations=2, actions=2), Corridor()
    for _ in range(2):
        observation, rewards = environment.reset(), []
        for _ in range(6):
            observation, reward, done = environment.step(agent.act(observation))
            rewards.append(reward)
            if done:
                break
        agent.update(rewards)
        statistics = agent.buffer.statistics()
        print(statistics["actions"].mean(), statistics["values"].mean())
        agent.buffer.clear()


if __name__ == "__main__":
    main()
