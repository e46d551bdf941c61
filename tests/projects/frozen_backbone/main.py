import torch

from classifier import FineTunedClassifier, TransferClassifier


def feature_bank(classifier, batches):
    return torch.cat([classifier.features(images) for images in batches]).numpy()


def tuned_feature_bank(classifier, batches):
    return torch.cat([classifier.features(images) for images in batches]).numpy()


def logits(classifier, images):
    return classifier(images).cpu().numpy()


def main():
    torch.manual_seed(0)
    batches = [torch.rand(2, 3, 5, 5) for _ in range(2)]
    transfer, tuned = TransferClassifier(2), FineTunedClassifier(2)
    print(feature_bank(transfer, batches).shape)
    print(logits(transfer, batches[0]).shape)
    print(tuned_feature_bank(tuned, batches).shape)
    print(transfer.backbone[0].weight.numpy().shape)
    print(transfer.head.weight.numpy().shape)


if __name__ == "__main__":
    main()
