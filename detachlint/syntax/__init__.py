"""The exact layout of the few places that a fix touches, and what a file says about its names."""
