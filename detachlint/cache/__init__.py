"""What earlier runs have found out, kept in files: where, for how long, and how safely."""
