def sampled_actions(policy, observations):
    return [policy(observation).sample().numpy() for observation in observations]


def mean_action(policy, observation):
    return policy(observation).mean.numpy()


def squashed_action(policy, observation):
    action, log_prob = policy.action_and_log_prob(observation)
    return action.numpy(), log_prob.detach().numpy()


def entropy_of(policy, observations):
    distribution = policy(observations)
    return distribution.entropy().detach().numpy(), distribution.probs.numpy()
