import torch


def run_phase(model, criterion, optimizer, loader, phase):
    """One epoch of `phase`, "train" or "val"; all outputs come back as one tensor."""
    model.train(phase == "train")
    outputs = []
    for inputs, labels in loader:
        with torch.set_grad_enabled(phase == "train"):
            logits = model(inputs)
            loss = criterion(logits, labels)
            if phase == "train":
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        outputs.append(logits)
    return torch.cat(outputs)
