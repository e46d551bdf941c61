"""The command line: a thin adapter over `detachlint.api`."""
