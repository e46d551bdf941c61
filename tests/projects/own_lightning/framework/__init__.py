from .module import LightModule
from .trainer import LightTrainer

__all__ = ["LightModule", "LightTrainer"]
