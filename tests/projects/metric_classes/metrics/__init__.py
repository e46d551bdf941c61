from .base import Metric
from .classification import CalibrationError, MeanConfidence, TopOne
from .collection import MetricCollection

__all__ = ["CalibrationError", "MeanConfidence", "Metric", "MetricCollection", "TopOne"]
