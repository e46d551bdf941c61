def show(values):
    print(values.numpy())
