import torch

from agent import Agent
from environment import GridWorld

if __name__ == "__main__":
    torch.manual_seed(0)
    world = GridWorld(size=4)
    agent = Agent(world)
    for _ in range(2):
        world.episode(agent, steps=3)
    print(agent.value_map())
    print(world.visits())
