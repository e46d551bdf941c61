import torch

from agent import ActorCritic, Env
from collect import collect
from storage import RolloutStorage


def main():
    torch.manual_seed(0)
    agent, env = ActorCritic(4, 3), Env(2, 4)
    quiet = RolloutStorage(3, 2, 4)
    collect(agent, env, quiet, guarded=True)
    print(quiet.values.numpy().shape, quiet.returns.numpy().mean())
    loud = RolloutStorage(3, 2, 4)
    collect(agent, env, loud, guarded=False)
    print(loud.actions.numpy(), loud.rewards.numpy().sum())
    print(loud.returns.numpy().mean())
    print(loud.values.numpy().shape)
    advantages = loud.returns[:-1] - loud.values[:-1]
    print(advantages.numpy().std())


if __name__ == "__main__":
    main()
