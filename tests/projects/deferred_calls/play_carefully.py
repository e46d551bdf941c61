import sched

from agents import CarefulAgent

if __name__ == "__main__":
    agent = CarefulAgent()
    clock = sched.scheduler()
    clock.enter(0, 1, agent.learn)
    clock.run()
    print(agent.final_cost())
