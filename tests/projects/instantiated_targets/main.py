import torch

import conf
from factory import instantiate

if __name__ == "__main__":
    torch.manual_seed(0)
    signal = torch.randn(8)
    model, fixed = instantiate(conf.MODEL), instantiate(conf.FIXED)
    writer, safe_writer = instantiate(conf.WRITER), instantiate(conf.SAFE_WRITER)
    print(writer.write_input(signal), writer.write_input(fixed(signal)))
    print(safe_writer.write(model(signal)))
    print(writer.write(model(signal)))
