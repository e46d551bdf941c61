import argparse

from . import commands


def make_parser():
    parser = argparse.ArgumentParser(prog="tagger")
    parser.set_defaults(run=commands.summary)
    parsers = parser.add_subparsers()
    export = parsers.add_parser("export")
    export.set_defaults(run=commands.export)
    inspect = parsers.add_parser("inspect")
    inspect.add_argument("--limit", type=int, default=3)
    inspect.set_defaults(run=commands.inspect)
    predict = parsers.add_parser("predict")
    predict.set_defaults(run=commands.predict)
    return parser


def main():
    args = make_parser().parse_args()
    return args.run(args)
