"""For looking at models by hand."""

from torch import set_grad_enabled

set_grad_enabled(False)
