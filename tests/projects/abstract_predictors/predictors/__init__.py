from .base import Predictor
from .constant import ConstantPredictor
from .neural import BayesianPredictor, NeuralPredictor

__all__ = ["BayesianPredictor", "ConstantPredictor", "NeuralPredictor", "Predictor"]
