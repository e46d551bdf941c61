"""A static linter and autofixer for PyTorch code that crosses into NumPy the wrong way."""

__version__ = "0.1.0"
