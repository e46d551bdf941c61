"""Reports: functions from a list of findings to a text, one file for each format."""

from detachlint.report.beliefs import explain
from detachlint.report.model import Report
from detachlint.report.registry import format_names, render, render_statistics

__all__ = ["Report", "explain", "format_names", "render", "render_statistics"]
