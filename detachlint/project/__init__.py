"""The files of a program: how they import each other, and which of them an analysis needs."""

from detachlint.project.analysis import analyse_files
from detachlint.project.files import ProjectFiles
from detachlint.project.program import Project

__all__ = ["Project", "ProjectFiles", "analyse_files"]
