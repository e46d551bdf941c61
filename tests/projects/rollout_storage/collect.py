import torch


def collect(agent, env, storage, guarded):
    """Fills a storage; `guarded` says whether the agent is asked without a graph."""
    obs = env.reset()
    for _ in range(storage.steps):
        with torch.set_grad_enabled(not guarded):
            value, action, log_prob = agent.act(obs)
        obs, reward = env.step(action.numpy())
        storage.insert(obs, action, log_prob, value, reward)
    with torch.no_grad():
        storage.compute_returns(agent.get_value(obs), 0.99)
    storage.after_update()
