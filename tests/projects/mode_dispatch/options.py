import argparse


def parse(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", default="train", choices=["train", "test", "export", "infer"])
    parser.add_argument("--hidden", type=int, default=4)
    parser.add_argument("--no-amp", action="store_true")
    return parser.parse_args(argv)
