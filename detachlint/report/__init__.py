"""Reports: functions from a list of findings to a text, one file for each format.

Importing this package is cheap: `beliefs`, which needs the interpreter, is imported by name.
"""

from detachlint.report.model import Report
from detachlint.report.registry import format_names, render, render_statistics

__all__ = ["Report", "format_names", "render", "render_statistics"]
