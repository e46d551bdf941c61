"""What IPython adds to Python is covered, and everything stays where it is."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detachlint.source.magics import cover_all, cover_magics


@pytest.mark.parametrize(
    ("cell", "program"),
    [
        ("%matplotlib inline", "#matplotlib inline"),
        ("!pip install torch", "#pip install torch"),
        ("!!ls", "#!ls"),
        ("?model", "#model"),
        ("model?", "#odel?"),
        ("model.fit??\nx = 1", "#odel.fit??\nx = 1"),
        ("%cd", "#cd"),
        ("!", "#"),
        ("/f x", "#f x"),
        ("if x:\n    !ls\n    %cd ..\n    !", "if x:\n    0#s\n    0#d ..\n    0"),
        ("if x:\n\tx?\nelse: pass", "if x:\n\t0#\nelse: pass"),
        ("!ls \\\n  -l\nx = 1", "#ls \\\n  #l\nx = 1"),
        ("!ls\r\nx = 1\r%cd\n", "#ls\r\nx = 1\r#cd\n"),
    ],
)
def test_what_does_not_run_python_becomes_a_comment(cell: str, program: str) -> None:
    assert cover_magics(cell) == program
    ast.parse(program)


@pytest.mark.parametrize(
    ("cell", "program"),
    [
        ("%time f(x)", "0;    f(x)"),
        ("%time y = f(x)", "0;    y = f(x)"),
        ("for i in x:\n    %time f(i)", "for i in x:\n    0;    f(i)"),
        ("%timeit -n 10 -r 3 f(x)", "0;                 f(x)"),
        ("%timeit y = f(x)", "#timeit y = f(x)"),
        ("%prun -s cumulative f(x)", "#prun -s cumulative f(x)"),
        ("%time", "#time"),
        ("y = %time f(x)", "y =       f(x)"),
    ],
)
def test_a_magic_that_runs_a_statement_leaves_it(cell: str, program: str) -> None:
    assert cover_magics(cell) == program


@pytest.mark.parametrize(
    ("cell", "program"),
    [
        ("files = !ls", "files = _#s"),
        ("  a.b, c[0] = !ls -l\nx", "  a.b, c[0] = _#s -l\nx"),
        ("d['k'] = %env HOME", "d['k'] = _#nv HOME"),
        ("x = !", "x = _"),
        ("x = !ls \\\n  -l", "x = _#s \\\n  #l"),
    ],
)
def test_what_a_command_returns_is_unknown(cell: str, program: str) -> None:
    assert cover_magics(cell) == program


@pytest.mark.parametrize("name", ["time", "capture out", "prun -l 3"])
def test_a_cell_magic_that_runs_python_leaves_its_cell(name: str) -> None:
    assert cover_magics(f"%%{name}\nx = 1\n!ls") == f"#%{name}\nx = 1\n#ls"


@pytest.mark.parametrize(
    "cell",
    [
        "%%bash\nls\n\n  x",
        "%%writefile a.py\nx = 1",
        "\n%%html\n<b>",
        "%%timeit\nx = f(y)",
        "%%time?",
    ],
)
def test_any_other_cell_magic_covers_its_cell(cell: str) -> None:
    program = cover_magics(cell)
    assert all(re.match(r"\s*(#|$)", line) for line in program.splitlines())


def test_timed_code_that_keeps_nothing_is_read() -> None:
    assert cover_magics("%%timeit -n 3\nf(x)\ng(x)") == "#%timeit -n 3\nf(x)\ng(x)"


@pytest.mark.parametrize(
    "cell",
    [
        "x = 1",
        "x = (a\n% b)",
        "x = f(\n    1,\n    %  2 if 0 else 1)",
        "x = '''\n%cd\n!ls\nwhat?\n'''",
        'x = r"""\\\n!ls\n"""',
        "x = a \\\n% b",
        "# what?",
        "x = 1  # what?",
        "print('a = !b')",
        "print('what?'\n)",
        "f(a != b, c == d)",
        "x = a % b; y %= 3",
        "async def f():\n    await g()\nawait f()",
        "",
    ],
)
def test_what_python_can_read_is_left_alone(cell: str) -> None:
    assert cover_magics(cell) == cell


_CELLS = st.lists(
    st.sampled_from(
        [
            *("%", "!", "?", "%%", "time ", "x", " = ", "\n", "\r\n", "\r", "    ", "'", '"'),
            *(
                "'''",
                "(",
                ")",
                "#",
                "\\",
                "é",
                "[",
                "]",
                ";",
                "\0",
                "%timeit ",
                "%%bash",
                "if x:\n",
            ),
        ]
    ),
    max_size=30,
).map("".join)


@given(_CELLS)
def test_every_character_stays_where_it_is(cell: str) -> None:
    for program in (cover_magics(cell), cover_all(cell)):
        assert len(program) == len(cell)
        assert re.findall(r"[\r\n]", program) == re.findall(r"[\r\n]", cell)
        assert [m.start() for m in re.finditer(r"[\r\n]", program)] == [
            m.start() for m in re.finditer(r"[\r\n]", cell)
        ]


@given(_CELLS.filter(lambda cell: "\0" not in cell))
def test_nothing_is_left_of_a_cell_that_is_covered(cell: str) -> None:
    lines = re.split(r"\r\n|\r|\n", cover_all(cell))
    assert all(re.match(r"[ \t]*(#|$)", line) for line in lines)


def test_a_long_cell_takes_no_time() -> None:
    cell = "x" + "[a]" * 20_000 + "\n" + "(" * 20_000 + "\n!ls\n" + "a?\n" * 2_000
    assert len(cover_magics(cell)) == len(cell)
