import heapq
from dataclasses import dataclass, field, replace
from typing import Any

import torch


@dataclass(order=True)
class Hypothesis:
    rank: float
    tokens: tuple = field(compare=False)
    score: Any = field(compare=False)

    def extended(self, token, log_prob):
        score = self.score + log_prob
        return replace(self, rank=score.item(), tokens=(*self.tokens, token), score=score)


def beam_search(model, width=2, length=2):
    beams = [Hypothesis(0.0, (0,), torch.zeros(()))]
    for _ in range(length):
        candidates = []
        for beam in beams:
            log_probs = model(torch.tensor(beam.tokens)).log_softmax(-1)
            best = log_probs.topk(width)
            for log_prob, token in zip(best.values, best.indices.tolist(), strict=True):
                candidates.append(beam.extended(token, log_prob))
        beams = heapq.nlargest(width, candidates)
    return beams
