"""Runs code under real PyTorch; the only package that imports torch."""
