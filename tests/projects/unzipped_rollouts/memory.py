class Memory:
    """Steps of an episode as tuples."""

    def __init__(self):
        self.steps = []

    def add(self, observation, log_prob, reward):
        self.steps.append((observation, log_prob, reward))

    def unzip(self):
        observations, log_probs, rewards = zip(*self.steps, strict=True)
        return observations, log_probs, rewards

    def rewards(self):
        return [reward for *_, reward in self.steps]
