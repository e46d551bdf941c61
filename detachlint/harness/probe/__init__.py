"""Makes the tables of `detachlint.knowledge` by executing the installed PyTorch."""
