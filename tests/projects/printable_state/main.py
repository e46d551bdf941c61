import torch

from layers import Gate, GateStatistics, Statistics

if __name__ == "__main__":
    torch.manual_seed(0)
    gate, inputs = Gate(3), torch.randn(2, 3)
    gate(inputs).sum().backward()
    learnt = GateStatistics(gate)
    print(gate)
    print(str(learnt), [learnt], len(learnt), learnt[0], list(learnt))
    print(len(Statistics(inputs)), repr(Statistics(inputs)))
