"""What comes of a run, and how that is kept for the next one."""
