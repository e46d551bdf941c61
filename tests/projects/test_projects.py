"""Every mini-project: executed under PyTorch, and analysed as one program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mini_projects import Project, all_projects
from project_verdicts import complaints_of_findings, complaints_of_runs

from detachlint.api import check_paths
from detachlint.config.options import Options
from detachlint.harness.observation import Observation
from detachlint.harness.runner import KEEP_GOING, Runner
from detachlint.rules.finding import Confidence, Finding
from detachlint.rules.registry import all_rules
from detachlint.source.span import Span

PROJECTS = all_projects()
KNOWS_IMPLICIT = "DTL102" in {rule.code for rule in all_rules()}

each_project = pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)


class Runs:
    """Runs each project once, in one warm process: starting PyTorch takes seconds."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.done: dict[str, list[Observation]] = {}

    def of(self, project: Project) -> list[Observation]:
        if project.name not in self.done:
            self.done[project.name] = [
                self.runner.run(
                    entry.path.read_text(encoding="utf-8"),
                    filename=str(entry.path),
                    mode=KEEP_GOING,
                    launch=entry.launch,
                )
                for entry in project.entries
            ]
        return self.done[project.name]


@pytest.fixture(scope="session")
def runs(runner: Runner) -> Runs:
    return Runs(runner)


def report(project: Project, complaints: list[str]) -> None:
    if complaints:
        names = {complaint.split(":")[0] for complaint in complaints}
        files = [name for name in sorted(names) if (project.root / name).is_file()]
        texts = [f"{project.name}/{name}\n{project.numbered(name)}" for name in files]
        pytest.fail("\n\n".join(["\n".join(complaints), *texts]), pytrace=False)


@each_project
def test_runs(project: Project, runs: Runs) -> None:
    assert project.entries
    report(project, list(complaints_of_runs(project, runs.of(project))))


@each_project
def test_findings(project: Project, runs: Runs) -> None:
    if project.implicit and not KNOWS_IMPLICIT:
        pytest.skip("needs the rule on implicit crossings")
    results = list(check_paths([project.root], Options(Confidence.POSSIBLE)))
    assert [result.error for result in results if result.error] == []
    findings = [finding for result in results for finding in result.findings]
    assert [finding for finding in findings if finding.code.startswith("DTL9")] == []
    report(project, list(complaints_of_findings(project, runs.of(project), findings)))


def test_neither_silence_nor_alarm_everywhere_would_do(runs: Runs) -> None:
    assert len(PROJECTS) >= 45
    explicit = [project for project in PROJECTS if not project.implicit]
    silent = [p for p in explicit if not [*complaints_of_findings(p, runs.of(p), [])]]
    loud = [p for p in explicit if not [*complaints_of_findings(p, runs.of(p), everywhere(p))]]
    assert len(silent) < len(explicit) / 10
    assert len(loud) < len(explicit) / 10


def everywhere(project: Project) -> Iterator[Finding]:
    for place in project.places():
        filename = str(project.root / place.filename)
        span = Span(place.line, 0, place.end_line + 1, 0)
        yield Finding("DTL101", "numpy-on-grad-tensor", "?", filename, span, Confidence.LIKELY)
