"""Differential fuzzing: what the analysis says of generated programs against what PyTorch does."""
