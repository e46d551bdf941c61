def spectrum(signal):
    return signal.abs().cumsum(-1).numpy()


def peak(signal):
    return signal.abs().amax(-1).numpy()
