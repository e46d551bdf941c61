import asyncio

import torch


class BatchWorker:
    def __init__(self, model):
        self.model = model

    async def run(self, x):
        loop = asyncio.get_running_loop()
        with torch.no_grad():
            return await loop.run_in_executor(None, self._forward, x)

    def _forward(self, x):
        return self.model(x)

    async def run_here(self, x):
        await asyncio.sleep(0)
        with torch.no_grad():
            return self._forward(x)
