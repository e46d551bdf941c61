"""Files: which are read, how bytes become text, which are worth parsing at all."""
