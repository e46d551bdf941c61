import torch

import views

if __name__ == "__main__":
    inputs = torch.ones(3, 2)
    for view in (views.quiet, views.bare, views.pair, views.quiet_extremes):
        print(view.__name__, len(view(inputs)))
    with torch.no_grad():
        print(views.loud(inputs).shape)
    print(views.counted(inputs).shape, views.counted.calls)
    print(views.configured(inputs).shape, len(views.extremes(inputs)))
