import io


def write_text(words, matrix):
    stream = io.StringIO()
    for word, row in zip(words, matrix, strict=True):
        stream.write(word + " " + " ".join(f"{value:.4f}" for value in row) + "\n")
    return stream.getvalue()


def export_average(model, words):
    return write_text(words, model.vectors().cpu().numpy())


def export_table(model, words):
    return write_text(words, model.table.cpu().numpy())


def export_frozen(model, words):
    frozen = model.frozen_vectors()
    return write_text(words, frozen.weight.cpu().numpy())


def most_similar(model, index):
    table = model.centre.weight
    similarity = table @ table[index]
    best = similarity.topk(2)
    return best.indices.numpy(), best.values.numpy()
