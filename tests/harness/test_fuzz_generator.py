"""Generated programs run, use every form there is, and cross in both ways."""

from __future__ import annotations

import ast
import random
import sys
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings

from detachlint.harness.executor import Execution
from detachlint.harness.fuzz import templates
from detachlint.harness.fuzz.builder import Builder
from detachlint.harness.fuzz.compare import Runs, compare, run
from detachlint.harness.fuzz.coverage import (
    ALL_CLASSES,
    NOT_GENERATED,
    all_behaviours,
    behaviours,
    ir_classes,
)
from detachlint.harness.fuzz.expressions import from_template
from detachlint.harness.fuzz.program import Program, form_names, generate
from detachlint.harness.fuzz.strategy import programs

COUNT = 400


@dataclass
class Sample:
    programs: list[Program] = field(default_factory=list)
    runs: list[Runs] = field(default_factory=list)


@pytest.fixture(scope="module")
def sample() -> Sample:
    made = Sample()
    for number in range(COUNT):
        program = generate(random.Random(f"sample:{number}"))
        made.programs.append(program)
        made.runs.append(run(program.text))
    return made


@pytest.mark.filterwarnings("ignore")
class TestSample:
    def test_nearly_all_programs_run_to_their_end(self, sample: Sample) -> None:
        errors = Counter(str(runs.kept_going.error) for runs in sample.runs)
        assert errors["None"] > 0.95 * COUNT, errors

    def test_crossings_that_are_refused_and_that_are_not_are_both_frequent(
        self, sample: Sample
    ) -> None:
        refused = sum(len(runs.refused()) for runs in sample.runs)
        reached = sum(len(runs.reached()) for runs in sample.runs)
        assert reached > 3 * COUNT
        assert 0.2 < refused / reached < 0.6

    def test_lines_are_also_refused_in_one_visit_and_not_in_another(self, sample: Sample) -> None:
        assert sum(1 for runs in sample.runs if _sometimes_refused(runs.kept_going)) > COUNT / 10

    def test_every_form_is_generated(self, sample: Sample) -> None:
        used = sum((program.forms for program in sample.programs), Counter[str]())
        missing = {name for name in form_names() if not used[f"form: {name}"]}
        assert missing == set()
        groups = {group for group, _ in templates.VECTORS + templates.SCALARS}
        assert {g for g in groups if used[f"operation: {g}"] < COUNT / 2} == set()
        crossings = {name for name, _ in templates.ARRAYS}
        assert {c for c in crossings if not used[f"crossing: {c}"]} == set()

    def test_every_class_of_the_intermediate_representation_occurs(self, sample: Sample) -> None:
        seen: set[str] = set()
        for program in sample.programs:
            seen.update(ir_classes(program.text))
        unknown = set() if sys.version_info >= (3, 11) else {"Opaque"}  # `except*`
        assert seen == ALL_CLASSES - unknown

    def test_every_behaviour_of_the_facts_is_reached_or_it_is_said_why_not(
        self, sample: Sample
    ) -> None:
        seen: set[str] = set()
        for program in sample.programs:
            seen.update(behaviours(program.text))
        assert seen == all_behaviours() - set(NOT_GENERATED)

    def test_programs_are_dozens_of_lines_and_none_is_endless(self, sample: Sample) -> None:
        lengths = sorted(program.text.count("\n") for program in sample.programs)
        assert 48 < lengths[COUNT // 2] < 160
        assert lengths[-1] < 400

    def test_each_crossing_has_a_line_of_its_own(self, sample: Sample) -> None:
        for program in sample.programs:
            lines = Counter(
                node.lineno
                for node in ast.walk(ast.parse(program.text))
                if isinstance(node, ast.Attribute)
                and node.attr in ("numpy", "__array__")
                and "detach().numpy" not in ast.unparse(node)
            )
            # torch.Tensor.numpy(x), and f-strings (which repeat their positions before 3.12)
            assert all(count == 1 for count in lines.values()), program.text


def _sometimes_refused(execution: Execution) -> bool:
    outcomes: dict[int, set[bool]] = {}
    for crossing in execution.crossings:
        outcomes.setdefault(crossing.line, set()).add(crossing.refused_for_grad)
    return any(len(seen) == 2 for seen in outcomes.values())


def test_equal_seeds_give_equal_programs() -> None:
    first, second, other = (generate(random.Random(seed)) for seed in (1, 1, 2))
    assert first == second
    assert first.text != other.text


def test_excluded_forms_are_not_generated() -> None:
    kept = {"function", "crossing", "assign vector", "assign scalar"}
    excluded = set(form_names()) - kept
    for seed in range(20):
        program = generate(random.Random(seed), excluded)
        used = {form.removeprefix("form: ") for form in program.forms if form.startswith("form: ")}
        assert used <= kept


@pytest.mark.parametrize(
    ("group", "template"),
    templates.VECTORS + templates.SCALARS + templates.MASKS + templates.NUMBERS,
)
def test_every_template_has_the_shape_its_table_says(group: str, template: str) -> None:
    rows = {
        (3,): templates.VECTORS,
        (): templates.SCALARS,
    }
    shapes = [shape for shape, table in rows.items() if (group, template) in table]
    for seed in range(3):
        text = from_template(Builder(random.Random(seed)), template, 0)
        seen = run(
            "import copy\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
            f"value = {text}\n"
            "print(tuple(value.shape) if torch.is_tensor(value) else type(value))\n"
            f"assert not {shapes!r} or tuple(value.shape) in {shapes!r}\n"
            f"assert not {shapes!r} or value.dtype is torch.float32\n"
        )
        assert seen.plain.error is None, text


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
@pytest.mark.filterwarnings("ignore")
def test_no_contradiction_where_hypothesis_drives_the_generator(program: Program) -> None:
    assert program.forms
    assert not list(compare(program.text)), program.text
