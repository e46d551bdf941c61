"""What users state about their own code: read, believed by the analysis, and true under PyTorch.

Each case has a library out of sight (`mylib`), facts about it, and a program. The program is analysed
with the facts and executed with the library; lines marked `# raises` are those that do.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from detachlint import api
from detachlint.config.configuration import Configuration
from detachlint.config.options import Options
from detachlint.harness.observation import Verdict
from detachlint.harness.runner import Mode, Runner
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts, merged, parse_own_fact
from detachlint.rules.finding import Confidence


class Case(NamedTuple):
    """`driver` is what out-of-sight code does with the program after it was imported."""

    name: str
    library: str
    facts: dict[str, str]
    program: str
    driver: str = ""


CASES = [
    Case(
        "a converter that detaches",
        "def to_numpy(t):\n    return t.detach().numpy()",
        {"mylib.to_numpy": "array"},
        """
        from mylib import to_numpy
        w = torch.ones(3, requires_grad=True)
        a = to_numpy(w * 2)
        b = torch.from_numpy(a).numpy()
        c = (w * 2).numpy()  # raises
        """,
    ),
    Case(
        "a part of a module, which is frozen with the whole and by itself",
        "class Net(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.head = torch.nn.Linear(2, 2)\n"
        "        self.body = torch.nn.Linear(2, 2)\n"
        "    def forward(self, x):\n"
        "        return self.head(self.body(x))",
        {"mylib.Net": "module", "mylib.Net.head": "part", "mylib.Net.body": "part"},
        """
        from mylib import Net
        x = torch.ones(2)
        model = Net()
        a = model.head(x).numpy()  # raises
        b = model.head.weight.numpy()  # raises
        with torch.no_grad():
            c = model.head(x).numpy()
        model.body.requires_grad_(False)
        d = model.body(x).numpy()
        e = model(x).numpy()  # raises
        frozen = Net()
        for p in frozen.parameters():
            p.requires_grad = False
        f = frozen.head(x).numpy()
        g = frozen.head.weight.numpy()
        frozen.body.requires_grad_(True)
        h = frozen.head(x).numpy()
        i = frozen.body(x).numpy()  # raises
        """,
    ),
    Case(
        "a trainer that leaves the module on the CPU",
        "def fit(model):\n    model.to_empty(device='cpu')",
        {"mylib.fit": "to-the-cpu"},
        """
        from mylib import fit
        model = torch.nn.Linear(2, 2, device="meta")
        fit(model)
        a = model.weight.detach().numpy()
        b = model(torch.ones(2)).numpy()  # raises
        """,
    ),
    Case(
        "a source",
        "def weights():\n    return torch.ones(3, requires_grad=True)",
        {"mylib.data.weights": "requires-grad"},
        """
        import mylib.data as data
        a = (data.weights() * 2).numpy()  # raises
        with torch.no_grad():
            b = data.weights().numpy()
            c = data.weights()
        d = c.numpy()  # raises
        """,
    ),
    Case(
        "what passes the gradient on",
        "def smooth(t):\n    return t * 0.5",
        {"mylib.smooth": "propagate"},
        """
        import mylib
        w = torch.ones(3, requires_grad=True)
        a = mylib.smooth(w).numpy()  # raises
        b = mylib.smooth(w.detach()).numpy()
        with torch.no_grad():
            c = mylib.smooth(w)
        d = c.numpy()
        """,
    ),
    Case(
        "what gives labels",
        "def label(t):\n    return t.detach().sign()",
        {"mylib.label": "never"},
        """
        from mylib import label as labelled
        w = torch.ones(3, requires_grad=True)
        a = labelled(w).numpy()
        b = (labelled(w) * w).numpy()  # raises
        """,
    ),
    Case(
        "a maker of modules",
        "def build():\n    return torch.nn.Linear(2, 2)",
        {"mylib.models.build": "module"},
        """
        from mylib.models import build
        net = build()
        a = net(torch.ones(2)).numpy()  # raises
        """,
    ),
    Case(
        "a wrapper that gives back what it is given",
        "def prepare(*things):\n    return things if len(things) > 1 else things[0]",
        {"mylib.prepare": "argument"},
        """
        import mylib
        net = torch.nn.Linear(2, 2)
        net, other = mylib.prepare(net, torch.ones(2))
        a = net(other).numpy()  # raises
        b = mylib.prepare(other).numpy()
        """,
    ),
    Case(
        "a progress bar",
        "def progress(things):\n    yield from range(things) if isinstance(things, int) else things",
        {"mylib.progress": "iterates"},
        """
        from mylib import progress
        w = torch.ones(2, requires_grad=True)
        for number in progress(3):
            a = torch.ones(3)[number].numpy()
        for t, other in progress([(w * 2, torch.ones(2))]):
            b = other.numpy()
            c = t.numpy()  # raises
        """,
    ),
    Case(
        "a dataset, and an object that is called",
        "class Images:\n    def __iter__(self):\n        yield torch.ones(2), torch.ones(1)\n"
        "class Tokenizer:\n    def __call__(self, text):\n        return {'ids': torch.ones(2)}",
        {"mylib.Images": "data", "mylib.Tokenizer": "object"},
        """
        from mylib import Images, Tokenizer
        w = torch.ones(2, requires_grad=True)
        for image, label in Images():
            a = label.numpy()
            b = (image * w).numpy()  # raises
        ids = Tokenizer()("text")["ids"]
        c = ids.numpy()
        d = (ids * w).numpy()  # raises
        """,
    ),
    Case(
        "what asks for something that is there",
        "def has_torch():\n    return True",
        {"mylib.has_torch": "true"},
        """
        import mylib
        w = torch.ones(2, requires_grad=True)
        if not mylib.has_torch():
            w.numpy()
        a = w.detach() if mylib.has_torch() else w
        b = a.numpy()
        """,
    ),
    Case(
        "a base class that is a module",
        "class Base(torch.nn.Module):\n    pass",
        {"mylib.Base": "torch.nn.Module"},
        """
        import mylib
        class Net(mylib.Base):
            def __init__(self):
                super().__init__()
                self.layer = torch.nn.Linear(2, 2)
            def forward(self, x):
                return self.layer(x)
        a = Net()(torch.ones(2)).numpy()  # raises
        """,
    ),
    Case(
        "methods of what a library makes",
        "class Model:\n    def __init__(self):\n        self.w = torch.ones(2, requires_grad=True)\n"
        "    def encode(self):\n        return self.w.detach()\n"
        "    def weights(self):\n        return self.w",
        {"mylib.Model.encode": "never", "mylib.Model.weights": "requires-grad"},
        """
        from mylib import Model
        model = Model()
        a = model.encode().numpy()
        b = model.weights().numpy()  # raises
        """,
    ),
    Case(
        "a twin of no_grad, as a manager and a decorator",
        "inference = torch.no_grad",
        {"mylib.inference": "torch.no_grad"},
        """
        import mylib
        from mylib import inference
        w = torch.ones(3, requires_grad=True)
        with mylib.inference():
            a = w.numpy()
        @inference()
        def convert(t):
            return t.numpy()
        b = convert(w)
        c = w.numpy()  # raises
        """,
    ),
    Case(
        "a sink without a word of NumPy",
        "as_array = torch.Tensor.numpy",
        {"mylib.as_array": "torch.Tensor.numpy"},
        """
        from mylib import as_array as convert
        def plot(losses):
            return [convert(loss) for loss in losses]  # raises
        w = torch.ones(3, requires_grad=True)
        a = plot([w * 2])
        b = convert(w.detach())
        """,
    ),
    Case(
        "functions of NumPy by other names",
        "import numpy\nas_array, pile = numpy.asarray, numpy.stack",
        {"mylib.as_array": "numpy.asarray", "mylib.pile": "numpy.stack"},
        """
        from mylib import as_array, pile
        w = torch.ones(3, requires_grad=True)
        a = as_array(w * 2)  # raises
        with torch.no_grad():
            b = as_array(w)
        c = pile([w.detach()])
        d = pile([w, w])  # raises
        """,
    ),
    Case(
        "a twin of a module class",
        "Layer = torch.nn.Linear",
        {"mylib.Layer": "torch.nn.Linear"},
        """
        from mylib import Layer
        class Net(Layer):
            pass
        a = Layer(2, 2)(torch.ones(2)).numpy()  # raises
        b = Net(2, 2).weight.numpy()  # raises
        """,
    ),
    Case(
        "a runner under no_grad",
        "def evaluate(function, t):\n    with torch.no_grad():\n        return function(t)",
        {"mylib.trainer.evaluate": "no-grad"},
        """
        from mylib.trainer import evaluate
        w = torch.ones(3, requires_grad=True)
        a = evaluate(lambda t: (t * 2).numpy(), w)
        b = evaluate(lambda t: t * 2, w).numpy()
        c = w.numpy()  # raises
        """,
    ),
    Case(
        "a hook that the library runs under no_grad",
        """
        class Task:
            def run(self):
                with torch.no_grad():
                    return self.evaluate(torch.ones(2))
        """,
        {"mylib.Task.evaluate": "no-grad"},
        """
        import mylib
        class Mine(mylib.Task):
            def __init__(self):
                self.layer = torch.nn.Linear(2, 2)
            def evaluate(self, batch):
                return self.layer(batch).numpy()
            def step(self, batch):
                return self.layer(batch).numpy()  # raises
        """,
        driver="Mine().run(); Mine().step(torch.ones(2))",
    ),
    Case(
        "a function of the program that is called under no_grad only",
        "",
        {"program.evaluate": "no-grad", "program.Trainer.validate": "no-grad"},
        """
        class Trainer:
            def __init__(self):
                self.layer = torch.nn.Linear(2, 2)
            def validate(self, batch):
                return self.layer(batch).numpy()
            def train(self, batch):
                return self.layer(batch).numpy()  # raises
        def evaluate(w: torch.nn.Linear, batch):
            return w(batch).numpy()
        def fit(w: torch.nn.Linear, batch):
            return w(batch).numpy()  # raises
        """,
        driver=(
            "x = torch.ones(2); Trainer().train(x); fit(torch.nn.Linear(2, 2), x)\n"
            "with torch.no_grad():\n    Trainer().validate(x); evaluate(torch.nn.Linear(2, 2), x)"
        ),
    ),
    Case(
        "a function of the program, seen as stated",
        "",
        {"program.to_numpy": "array"},
        """
        def to_numpy(t):
            return unpack(t).numpy()
        def unpack(t):
            return t.data
        w = torch.ones(3, requires_grad=True)
        a = to_numpy(w)
        b = torch.from_numpy(a).numpy()
        """,
    ),
]


def stated(case: Case) -> OwnFacts:
    return OwnFacts(tuple(parse_own_fact(name, text) for name, text in case.facts.items()))


def program(case: Case) -> str:
    return "import torch\n" + textwrap.dedent(case.program).lstrip("\n")


def marked(text: str) -> set[int]:
    return {n for n, line in enumerate(text.splitlines(), start=1) if line.endswith("# raises")}


def reported(text: str, facts: OwnFacts) -> set[int]:
    result = api.check_bytes(text.encode(), "program.py", Options(facts=facts))
    assert result.error is None
    return {finding.span.line for finding in result.findings}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_analysis_believes_what_is_stated(case: Case) -> None:
    text = program(case)
    assert reported(text, stated(case)) == marked(text)


def test_the_code_is_that_of_the_function_that_does_the_same() -> None:
    [case] = [case for case in CASES if case.name == "functions of NumPy by other names"]
    options = Options(facts=stated(case))
    findings = api.check_bytes(program(case).encode(), "program.py", options).findings
    assert [finding.code for finding in findings] == ["DTL102", "DTL103"]


@pytest.mark.parametrize("case", CASES[1:-1], ids=lambda case: case.name)
def test_it_would_not_know_otherwise(case: Case) -> None:
    text = program(case)
    without, informed = (
        [
            (finding.span, finding.confidence, finding.trace)
            for finding in api.check_bytes(text.encode(), "program.py", options).findings
        ]
        for options in (
            Options(Confidence.POSSIBLE),
            Options(Confidence.POSSIBLE, facts=stated(case)),
        )
    )
    assert without != informed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pytorch_agrees(case: Case, runner: Runner) -> None:
    names = {name for stated_name in case.facts for name in _modules(stated_name)}
    library = f"import torch\n{textwrap.dedent(case.library)}\n"
    lines = [f"LIBRARY = {library!r}", "import sys, types"]
    lines += [
        f"sys.modules[{name!r}] = types.ModuleType({name!r}); exec(LIBRARY, vars(sys.modules[{name!r}]))"
        for name in sorted(names)
    ]
    lines += [
        f"sys.modules['mylib'].{n.partition('.')[2]} = sys.modules[{n!r}]"
        for n in sorted(names)
        if "." in n
    ]
    text = program(case)
    whole = "\n".join([*lines, text + case.driver]) + "\n"
    ast.parse(whole)
    seen = runner.run(whole, filename="program.py", mode=Mode(keep_going=True))
    assert (seen.verdict, seen.error) == (Verdict.FINISHED, None)
    assert {line - len(lines) for line in seen.refused_lines()} == marked(text)


def _modules(name: str) -> Iterator[str]:
    """The modules that have to be there for a name of the library."""
    if name.startswith("mylib."):
        yield "mylib"
        middle = re.fullmatch(r"(mylib\.[a-z]+)\.\w+", name)
        if middle:
            yield middle[1]


# --- where they hold -------------------------------------------------------------------------


def test_relative_imports_are_known_by_the_folders_they_are_in(tmp_path: Path) -> None:
    package = tmp_path / "src" / "mylib" / "sub"
    package.mkdir(parents=True)
    (package / "a.py").write_text(
        "import torch\nfrom ..tools import weights\nfrom .tools import weights as other\n"
        "a = weights().numpy()\nb = other().numpy()\n"
    )
    facts = OwnFacts((parse_own_fact("mylib.tools.weights", "requires-grad"),))
    [result] = api.check_paths([package / "a.py"], Options(facts=facts))
    assert [finding.span.line for finding in result.findings] == [4]


def test_files_without_a_crossing_of_their_own_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import torch\nfrom mylib import as_array\nas_array(torch.ones(2, requires_grad=True))\n"
    )
    facts = OwnFacts((parse_own_fact("mylib.as_array", "torch.Tensor.numpy"),))
    for options, expected in [(Options(), []), (Options(facts=facts), [3])]:
        [result] = api.check_paths([tmp_path], options)
        assert [finding.span.line for finding in result.findings] == expected


def test_facts_are_read_from_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("toml").mkdir()
    Path("ini").mkdir()
    Path("toml/pyproject.toml").write_text(
        "[tool.detachlint.facts]\n'mylib.label' = 'never no-grad'\nmylib.inference = 'torch.no_grad'\n"
    )
    Path("ini/setup.cfg").write_text(
        "[detachlint]\nfacts =\n    mylib.label: never no-grad\n    mylib.inference: torch.no_grad\n"
    )
    configuration = Configuration()
    from_toml = configuration.options("toml/a.py").facts
    assert from_toml == configuration.options("ini/a.py").facts
    assert [fact.text for fact in from_toml.stated] == ["torch.no_grad", "never no-grad"]
    assert configuration.options("a.py").facts == NO_OWN_FACTS


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("f", "array", "the name has to be a dotted one"),
        ("a.b", "", "an empty text is neither"),
        ("a.b", "aray", "'aray' is neither a dotted name nor one of array, "),
        ("a.b", "array never", "'array' and 'never' exclude each other"),
        ("a.b", "torch.no_grd", "nothing is known about 'torch.no_grd'"),
        ("a.b", "numpy.nothing", "nothing is known about 'numpy.nothing'"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=re.escape(wrong)):
        parse_own_fact(name, text)


def test_facts_hold_for_the_files_of_a_project(tmp_path: Path) -> None:
    package = tmp_path / "src" / "mylib"
    package.mkdir(parents=True)
    (package / "tools.py").write_text(
        "def to_numpy(t):\n    return t.numpy()\n\n\ndef export(t):\n    return t.numpy()\n"
    )
    (tmp_path / "src" / "train.py").write_text(
        "import torch\nfrom mylib.tools import export, to_numpy\nfrom mylib import tools\n"
        "w = torch.ones(3, requires_grad=True)\nto_numpy(w)\ntools.to_numpy(w)\nexport(w)\n"
    )

    def found(*stated: tuple[str, str]) -> list[tuple[str, int]]:
        facts = OwnFacts(tuple(parse_own_fact(name, text) for name, text in stated))
        results = api.check_paths([tmp_path], Options(facts=facts))
        return [(Path(r.filename).name, f.span.line) for r in results for f in r.findings]

    assert found() == [("tools.py", 2), ("tools.py", 6)]
    assert found(("mylib.tools.to_numpy", "array")) == [("tools.py", 6)]
    assert found(("mylib.tools.export", "no-grad")) == [("tools.py", 2)]


def test_statements_of_several_configurations_are_put_together() -> None:
    one = OwnFacts((parse_own_fact("a.b", "array"), parse_own_fact("a.c", "never")))
    other = OwnFacts((parse_own_fact("a.b", "array"), parse_own_fact("a.a", "module")))
    assert [fact.name for fact in merged([one, other]).stated] == ["a.a", "a.b", "a.c"]
    assert merged([one, one]) == one
    assert merged([]) == NO_OWN_FACTS
