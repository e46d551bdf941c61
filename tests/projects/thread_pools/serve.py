"""Answers requests from a pool of threads. Grad mode is each thread's own."""

from concurrent.futures import ThreadPoolExecutor

import torch

from service import Classifier, Service


def main():
    torch.manual_seed(0)
    torch.set_grad_enabled(False)
    service = Service(Classifier())
    requests = [torch.randn(1, 4) for _ in range(3)]

    print("here", service.answer(requests[0]).shape)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for answer in pool.map(service.answer_in_worker, requests):
            print(answer.shape)
        futures = [pool.submit(service.guarded_answer, request) for request in requests]
        print([future.result().shape for future in futures])


if __name__ == "__main__":
    main()
