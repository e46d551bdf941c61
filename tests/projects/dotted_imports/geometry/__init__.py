from . import frames, losses
from .frames.rotation import rotate

__all__ = ["frames", "losses", "rotate"]
