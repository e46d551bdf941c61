import torch

from tinyrec import Recommender, bpr_loss, item_matrix, user_matrix
from tinyrec.data import *


def main():
    torch.manual_seed(0)
    model = Recommender(users=5, items=7)
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
    for users, liked, ignored in sample_triples(3, users=5, items=7):
        loss = bpr_loss(model, users, liked, ignored)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(user_matrix(model).shape, item_matrix(model).shape)
    print(popularity(sample_triples(3, users=5, items=7), items=7))
    print(_last_batch_as_array(model))


def _last_batch_as_array(model):
    users, liked, _ = sample_triples(1, users=5, items=7)[0]
    return model.score(users, liked).detach().numpy()


if __name__ == "__main__":
    main()
