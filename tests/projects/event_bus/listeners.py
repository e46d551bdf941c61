from bus import bus


@bus.on("batch")
def log_inputs(step, inputs, outputs):
    return step, inputs.numpy().mean()


@bus.on("batch")
def log_outputs(step, inputs, outputs):
    return step, outputs.numpy().mean()


@bus.on("epoch")
def log_loss(loss):
    return loss.numpy()


@bus.on("end")
def log_weights(model):
    return {name: value.numpy().shape for name, value in model.state_dict().items()}
