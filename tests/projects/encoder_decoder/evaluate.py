import torch


@torch.no_grad()
def translate(model, source):
    model.eval()
    _, attentions, tokens = model(source)
    return tokens, attentions


def evaluate_randomly(model, pairs, n=2):
    for source, _ in pairs[:n]:
        _, attentions, tokens = model(source)
        yield " ".join(map(str, tokens[0].tolist())), attentions


def show_attention(words, attentions):
    return words, attentions[0].cpu().numpy().round(1)
