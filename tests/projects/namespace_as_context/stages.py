import torch


def prepare(args):
    args.mean = args.data.mean(0)
    args.scores = []


def fit(args):
    for _ in range(2):
        output = args.model(args.data - args.mean)
        args.loss = output.square().mean()
        args.optimizer.zero_grad()
        args.loss.backward()
        args.optimizer.step()
        args.scores.append(output.amax().detach())


def report(args):
    print(args.mean.numpy().shape, args.loss.numpy())
    print([score.numpy() for score in args.scores])


@torch.no_grad()
def finish(args):
    print(args.model(args.data).numpy().mean())
