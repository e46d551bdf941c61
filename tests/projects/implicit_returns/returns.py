import numpy as np


def discounted(rewards, discount=0.9):
    total, result = 0.0, []
    for reward in reversed(rewards):
        total = reward + discount * total
        result.insert(0, total)
    return np.array(result)


def normalised_advantages(rewards, values):
    advantages = discounted(rewards) - np.array(values)
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


def value_table(critic, states):
    return np.stack([critic(state).detach() for state in states])
