"""What PyTorch does: flags, modules, grad mode, operations by their facts, crossings."""
