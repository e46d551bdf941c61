import asyncio

import torch
from torch import nn

from service import Service


async def serve():
    torch.manual_seed(0)
    service = Service(nn.Linear(2, 1))
    batches = [torch.rand(1, 2) for _ in range(2)]
    # One after the other: grad mode is the thread's, not the task's.
    print([len(await service.quiet_answer(batch)) for batch in batches])
    print(len(await asyncio.gather(*[service.label(batch) for batch in batches])))
    print((await service.answer(batches[0])).shape)
    async for output in service.stream(batches):
        print(output.detach().numpy().shape, output.numpy().shape)
    print(batches[0].numpy().shape)


if __name__ == "__main__":
    asyncio.run(serve())
