"""Rules: pure readers of what the interpretation found."""
