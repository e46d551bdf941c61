"""The small typed language that the interpreter runs."""
