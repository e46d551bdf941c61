import torch


def to_numpy(tensor):
    return tensor.cpu().numpy()


def save_predictions(outputs, targets):
    predictions = outputs.argmax(1).numpy()
    scores = outputs.softmax(1).numpy()
    labels = torch.cat(targets).numpy()
    return (predictions == labels).mean() + 0 * scores.sum()
