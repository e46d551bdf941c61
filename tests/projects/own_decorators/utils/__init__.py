from .decorators import inference, logged

__all__ = ["inference", "logged"]
