"""Abstract values: immutable, joined, ordered. Nothing here runs anything."""
