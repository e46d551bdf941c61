"""An inference engine that switches autograd off when it is made, and answers from threads."""

import queue
import threading

import torch


class InferenceEngine:
    def __init__(self, model):
        torch.set_grad_enabled(False)
        self.model = model.eval()
        self.requests = queue.Queue()
        self.answers = {}

    def infer(self, inputs):
        return self.model(inputs).numpy()

    def submit(self, key, inputs):
        self.requests.put((key, inputs))

    def work(self):
        while True:
            try:
                key, inputs = self.requests.get_nowait()
            except queue.Empty:
                return
            outputs = self.model(inputs)
            self.answers[key] = outputs.numpy()

    def run(self, workers=2):
        threads = [threading.Thread(target=self.work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.answers
