"""One module for each report format, found by being there (see `detachlint.report.registry`)."""
