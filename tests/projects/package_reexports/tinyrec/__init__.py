"""A very small recommender library."""

from .export import item_vectors as item_matrix
from .export import user_vectors as user_matrix
from .models import *
from .training.losses import bpr_loss

__all__ = ["Recommender", "bpr_loss", "item_matrix", "user_matrix"]
