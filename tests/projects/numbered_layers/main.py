import torch

from network import BranchNet, NumberedNet


def main():
    torch.manual_seed(0)
    net, inputs = NumberedNet(), torch.randn(2, 3)
    output, hidden = net(inputs)
    output.sum().backward()
    print(net.layer(0).weight.detach().numpy().shape, inputs.numpy().shape)
    print(net.layer0.weight.grad.numpy().shape)
    print(hidden[0].numpy().shape)
    print(net.layer(1).bias.numpy().shape)

    branches = BranchNet(["depth", "normals"])(inputs)
    print(branches["depth"].detach().numpy().shape)
    for name, value in branches.items():
        print(name, value.numpy().shape)


if __name__ == "__main__":
    main()
