"""Every program of the flow documents: executed under PyTorch, and analysed."""

from __future__ import annotations

import ast

import pytest
import torch
from execute import Execution, execute_programs
from flow_documents import Program, all_programs
from flow_verdicts import (
    complaints_of_execution,
    complaints_of_findings,
    complaints_of_reveals,
)

PROGRAMS = all_programs()
PLACES = {"", "accelerated"} if torch.cuda.is_available() else {""}
EXECUTED = [program for program in PROGRAMS if program.place in PLACES]
REVEALING = [program for program in PROGRAMS if program.reveals]


def by_name(programs: list[Program]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("program", programs, ids=lambda program: program.name)


@pytest.fixture(scope="session")
def executions(request: pytest.FixtureRequest) -> dict[str, Execution]:
    """The executions of all selected programs, in one process: starting PyTorch takes seconds."""
    selected = [
        program
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == "test_execution"
        if isinstance(program := item.callspec.params["program"], Program)
    ]
    results = execute_programs([program.executed for program in selected])
    names = [program.name for program in selected]
    return dict(zip(names, results, strict=True))


def report(program: Program, complaints: list[str]) -> None:
    if complaints:
        pytest.fail("\n".join([*complaints, "", program.name, program.numbered()]), pytrace=False)


@by_name(EXECUTED)
def test_execution(program: Program, executions: dict[str, Execution]) -> None:
    report(program, complaints_of_execution(program, executions[program.name]))


@by_name(PROGRAMS)
def test_findings(program: Program) -> None:
    from detachlint.api import check_source
    from detachlint.rules.finding import Confidence

    findings = check_source(program.text, "program.py", min_confidence=Confidence.POSSIBLE)
    assert not [finding for finding in findings if finding.code.startswith("DTL9")]
    shown = [one for one in findings if one.confidence.at_least(Confidence.LIKELY)]
    origins = {"DTL115": 0}  # whatever tensor it is
    unexplained = [one for one in shown if len(one.trace) <= origins.get(one.code, 1)]
    assert not unexplained, "findings whose trace does not say where that comes from"
    report(
        program,
        complaints_of_findings(
            program,
            (
                (
                    found.span.line,
                    found.span.end_line,
                    found.code,
                    found.confidence.value,
                    found.message,
                )
                for found in findings
            ),
        ),
    )


@by_name(REVEALING)
def test_reveals(program: Program) -> None:
    from detachlint.interpret import analyse_module
    from detachlint.lower import lower_module

    analysis = analyse_module(lower_module(ast.parse(program.text), "program.py"), "program.py")
    report(
        program,
        complaints_of_reveals(program, ((span.line, belief) for span, belief in analysis.reveals)),
    )
