class Service:
    def __init__(self, worker):
        self.worker = worker

    async def predict(self, x):
        out = await self.worker.run_here(x)
        return {"score": float(out.numpy())}

    async def explain(self, x):
        out = await self.worker.run(x)
        return out.numpy()
