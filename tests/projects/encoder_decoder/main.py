import torch
import torch.nn.functional as F

from evaluate import evaluate_randomly, show_attention, translate
from seq2seq import Seq2Seq


def main():
    torch.manual_seed(0)
    pairs = [(torch.randint(6, (2, 4)), torch.randint(6, (2, 3))) for _ in range(2)]
    model = Seq2Seq()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for source, target in pairs:
        logits, attentions, tokens = model(source, target)
        loss = F.nll_loss(logits.flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(tokens.numpy().shape, attentions.argmax(-1).numpy().shape)
    tokens, attentions = translate(model, pairs[0][0])
    print(tokens.numpy(), show_attention(tokens, attentions)[1].shape)
    for words, attentions in evaluate_randomly(model, pairs):
        print(show_attention(words, attentions)[1].shape)
    print(logits.exp().numpy().shape)


if __name__ == "__main__":
    main()
