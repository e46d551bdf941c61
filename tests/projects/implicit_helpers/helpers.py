def draw(axes, values, label):
    return axes.plot(values, label=label)


def convert_all(function, values):
    return [function(value) for value in values]


class Log:
    def __init__(self, rows):
        self.rows = rows

    def keep(self, number, value):
        self.rows[number] = value

    def drop(self, number):
        self.rows[number] = 0


class Noise:
    def __init__(self, state):
        self.state = state

    def __call__(self, action):
        return action + self.state
