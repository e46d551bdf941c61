import argparse

import torch

from tasks import ranking, tagging

TASKS = {"ranking": ranking, "tagging": tagging}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--task", default="ranking", choices=sorted(TASKS))
    args = parser.parse_args()
    torch.manual_seed(0)
    task = TASKS[args.task]
    model = task.Model()
    print(task.train(model))
    print(task.evaluate(model))


if __name__ == "__main__":
    main()
