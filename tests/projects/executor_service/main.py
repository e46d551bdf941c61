import asyncio

import torch

from service import Service
from worker import BatchWorker
from model import Tiny


async def client(service, i):
    return await service.predict(torch.full((3,), float(i)))


async def amain():
    service = Service(BatchWorker(Tiny().eval()))
    results = await asyncio.gather(*(client(service, i) for i in range(2)))
    print([r["score"] for r in results])
    print(await service.explain(torch.ones(3)))


def main():
    asyncio.run(amain())


if __name__ == "__main__":
    main()
