"""What a scheduler calls is in nobody's text; the loop that does is out of sight."""

import sched

from agents import Agent

agent = Agent()


def episode():
    for _ in range(2):
        agent.learn()


if __name__ == "__main__":
    clock = sched.scheduler()
    clock.enter(0, 1, episode)
    clock.run()
    print(agent.last_cost())
