"""What other libraries do to tensors: each executed row made anew, and how rows are found."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from detachlint.knowledge import sink_facts, source_facts
from detachlint.knowledge.gates import Gate
from detachlint.knowledge.rows import MalformedRow
from detachlint.knowledge.sink_facts import (
    EXECUTED,
    READ,
    SinkFact,
    SinkGates,
    format_gates,
    parse_sink,
    sink_fact,
)
from detachlint.source.words import LIBRARIES, PARTS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
NAMES = list(EXECUTED.names())


def read_table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def evidence(name: str) -> str:
    return (EXECUTED.row(name) or "").rpartition("\t")[2]


PACKAGES = sorted({evidence(name).rpartition(" ")[0] for name in NAMES})


@pytest.mark.parametrize("package", PACKAGES)
def test_libraries_do_what_their_rows_say(package: str) -> None:
    pytest.importorskip("torch")
    from detachlint.harness.probe import sinks

    [executed] = {evidence(name) for name in NAMES if evidence(name).startswith(f"{package} ")}
    try:
        installed = f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{package} is not installed")
    if installed != executed:
        pytest.skip(f"the rows are about {executed}, not {installed}")
    made: dict[str, dict[str, SinkGates]] = {}
    for name, template, _ in sinks.calls():
        if evidence(name) == executed:
            sinks.add_gates(made.setdefault(name, {}), sinks.gates_of(name, template))
    said = {name: fact.gates if (fact := sink_fact(name)) else {} for name in made}
    assert {n: format_gates(g) for n, g in made.items()} == {
        n: format_gates(g) for n, g in said.items()
    }


def test_what_draws_gives_what_its_row_says() -> None:
    """The object that its methods are looked up for; `quiver` of axes of three dimensions has none."""
    pytest.importorskip("torch")
    pytest.importorskip("matplotlib")
    from detachlint.harness.probe import sinks

    for name, template, gives in sinks.calls():
        followed = name.startswith("matplotlib.axes.") and gives[:1].isalpha() and "." in gives
        if followed and "projection" not in template:
            assert gives in sinks.classes_made(name, template), name


def test_every_library_whose_rows_are_executed_can_be_installed_for_it() -> None:
    """By the extra `test`, or, of the very version, by `libraries`."""
    extras = read_table(ROOT / "pyproject.toml")["project"]["optional-dependencies"]
    tested = {re.split("[<>=]", requirement)[0] for requirement in extras["test"]}
    rows = [
        row for table in (EXECUTED, source_facts.EXECUTED) for row in map(table.row, table.names())
    ]
    known = {(row or "").rpartition("\t")[2] for row in rows}
    pins = {"==".join(one.split(" ")) for one in known if one.partition(" ")[0] not in tested}
    assert sorted(pins) == extras["libraries"]


def test_every_executed_row_has_a_call() -> None:
    from detachlint.harness.probe import sinks

    given = {name: gives for name, _, gives in sinks.calls()}
    assert set(given) == set(NAMES)
    assert given == {name: (EXECUTED.row(name) or "").split("\t")[1] for name in NAMES}


def test_rows_say_how_they_are_known() -> None:
    """By a library of a version, which a test executes or somebody has; or read."""
    for table in (EXECUTED, READ):
        for name in table.names():
            row = table.row(name) or ""
            if not row.startswith("= "):
                fact = parse_sink(name, row, table is EXECUTED)
                assert fact.evidence == "read" or fact.evidence[-1].isdigit(), name
                assert format_gates(fact.gates) == row.partition("\t")[0]


def test_pyplot_is_as_its_axes_are() -> None:
    plot, method = sink_fact("matplotlib.pyplot.plot"), sink_fact("matplotlib.axes.Axes.plot")
    assert plot is not None and plot == method
    own = sink_fact("matplotlib.pyplot.hist")
    assert own is not None and own.at(1) == SinkGates(Gate.CONVERTS, Gate.CONVERTS)


def test_any_estimator_is_fitted_alike() -> None:
    fact = sink_fact("sklearn.linear_model.LogisticRegression.fit")
    assert fact is not None and fact.gives == "self"
    assert fact.named("X") == fact.at(0) == SinkGates(Gate.CONVERTS, Gate.CONVERTS)
    assert sink_fact("sklearn.linear_model.LogisticRegression.get_params") is None


def test_further_positions_have_the_gates_of_the_star() -> None:
    plot = sink_fact("matplotlib.axes.Axes.plot")
    assert plot is not None
    assert plot.at(7) is plot.gates["*"]
    assert plot.named("label") is None


def test_what_lies_in_a_dict_has_gates_of_its_own() -> None:
    frame = sink_fact("pandas.DataFrame")
    assert frame is not None
    gates = frame.named("data")
    assert gates is not None and gates.tensor is Gate.CONVERTS
    assert gates.entry == SinkGates(Gate.CONVERTS, Gate.KEEPS, Gate.KEEPS)
    assert gates == parse_sink("pandas.DataFrame", "\t".join(_cells(frame)), True).at(0)


def _cells(fact: SinkFact) -> tuple[str, str, str]:
    return format_gates(fact.gates), fact.gives, fact.evidence


def test_any_keyword_has_the_gates_of_two_stars() -> None:
    assign = sink_fact("pandas.DataFrame.assign")
    assert assign is not None
    assert assign.named("loss") == assign.gates["**"] and assign.at(0) is None


def test_one_call_may_tell_what_another_does_not() -> None:
    one, other = SinkGates(Gate.CONVERTS), SinkGates(None, Gate.KEEPS)
    assert one | other == other | one == SinkGates(Gate.CONVERTS, Gate.KEEPS)
    assert (one | SinkGates(Gate.KEEPS)).tensor is Gate.KEEPS


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Gate.CONVERTS, Gate.REJECTS, Gate.VARIES),
        (Gate.CONVERTS, Gate.ARRAYS, Gate.VARIES),
        (Gate.VARIES, Gate.ARRAYS, Gate.VARIES),
        (Gate.ARRAYS, Gate.REJECTS, Gate.ARRAYS),
        (Gate.CONVERTS, Gate.UNFIT, Gate.UNFIT),
    ],
)
def test_what_some_calls_convert_and_others_refuse_is_no_tensor_s_place(
    one: Gate, other: Gate, both: Gate
) -> None:
    """A frame beside a tensor of one dimension, or of two."""
    assert SinkGates(one) | SinkGates(other) == SinkGates(both)
    assert SinkGates(other) | SinkGates(one) == SinkGates(both)


@pytest.mark.parametrize(
    ("name", "place", "gates"),
    [
        ("pandas.to_numeric", 0, SinkGates(Gate.ARRAYS, Gate.UNFIT)),
        ("pandas.Series.__rmul__", 0, SinkGates(Gate.ARRAYS, Gate.KEEPS)),
        ("pandas.DataFrame.__mul__", 0, SinkGates(Gate.VARIES, Gate.KEEPS, Gate.REJECTS)),
        ("imageio.imwrite", 1, SinkGates(Gate.UNFIT, Gate.UNFIT)),
        ("seaborn.histplot", 0, SinkGates(Gate.CONVERTS, Gate.UNFIT)),
    ],
)
def test_where_a_detached_tensor_is_refused_as_well(
    name: str, place: int, gates: SinkGates
) -> None:
    fact = sink_fact(name)
    assert fact is not None and fact.at(place) == gates


def test_unknown_callables_have_no_fact() -> None:
    assert sink_fact("pandas.no_such_function") is None
    assert sink_fact("no_such_library.plot") is None


@pytest.mark.parametrize(
    "row",
    [
        "0=sideways\tpython\tread",
        "0\tpython\tread",
        "0=converts",
        "0=a/b/c/d\tx\tread",
        "0=\tx\tread",
    ],
)
def test_a_malformed_row_is_an_error_that_names_it(row: str) -> None:
    with pytest.raises(MalformedRow, match=r"^library\.f: "):
        parse_sink("library.f", row, executed=False)


def test_the_scan_lets_through_what_there_are_facts_about() -> None:
    assert sink_facts.libraries() <= {*LIBRARIES, *PARTS}
