"""Reports: functions from a list of findings to a text, one file for each format."""

from detachlint.report.model import Report
from detachlint.report.registry import format_names, render, render_statistics

__all__ = ["Report", "format_names", "render", "render_statistics"]
