"""A directory for `PYTHONPATH`: every Python process that starts with it there is observed."""
