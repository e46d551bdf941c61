def costs_of(brain):
    return [cost.numpy() for cost in brain.cost_his]


def gradients_of(brain):
    return [norm.numpy() for norm in brain.grad_his]


def rewards_of(brain):
    return [reward.numpy() for reward in brain.reward_his]


def last_costs(histories):
    return [history[-1].numpy() for history in histories]
