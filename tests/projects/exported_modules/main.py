import os
import tempfile

import torch

import serve
from export import export_frozen, export_script, export_whole


def main():
    x = torch.ones(1, 3)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "scorer.pt")
        export_script(path)
        print(serve.scores(path, x))
        frozen = os.path.join(folder, "frozen.pt")
        export_frozen(frozen)
        print(serve.logits(frozen, x))
        whole = os.path.join(folder, "whole.pt")
        export_whole(whole)
        print(serve.normalized(whole, x))


if __name__ == "__main__":
    main()
