import torch

from detector import PyramidDetector
from trees import detach_tree, leaves, map_tree


def arrays(tree):
    return map_tree(lambda tensor: tensor.cpu().numpy(), tree)


def sizes(tree):
    return [leaf.numpy().size for leaf in leaves(tree)]


def main():
    torch.manual_seed(0)
    images = torch.rand(2, 1, 4, 4)
    output = PyramidDetector()(images)
    output["scores"][0].sum().backward()
    print(sorted(arrays({"images": images, "output": output})))
    print(sizes([images, detach_tree(output)]))
    print(output["scores"][1].numpy(), detach_tree(output["maps"])[0].numpy().shape)
    print(output["maps"][0].numpy().shape)


if __name__ == "__main__":
    main()
