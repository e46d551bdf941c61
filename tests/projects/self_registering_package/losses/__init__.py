from . import basic  # noqa: F401 (it registers)
