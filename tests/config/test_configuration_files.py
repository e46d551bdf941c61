"""Reading configuration files, and the lines about what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from detachlint.config.configuration import Configuration
from detachlint.config.errors import ConfigurationError
from detachlint.config.files import find, parse_toml, read
from detachlint.config.settings import Settings
from detachlint.rules.finding import Confidence


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path.resolve()


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def settings(path: str = "a.py") -> Settings:
    return Configuration().of_file(path)


def failure(path: str = "a.py") -> str:
    with pytest.raises(ConfigurationError) as caught:
        settings(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


FULL = """
[tool.detachlint]
select = ["DTL1", "dtl900"]
extend-select = ["DTL901"]
ignore = ["DTL900"]
min-confidence = "possible"
exclude = ["gen"]
extend-exclude = ["*_pb2.py"]
force-exclude = true
respect-gitignore = false
fix-style = "force"
unsafe-fixes = true
target-torch = "2.1"
[tool.detachlint.per-file-ignores]
"tests/*" = ["DTL101"]
"!src/*" = ["ALL"]
"""

AS_INI = """
[detachlint]
select = DTL1, dtl900
extend_select = DTL901
ignore =
    # a comment
    DTL900
min-confidence = possible
exclude = gen
extend-exclude =
    *_pb2.py
force-exclude = yes
respect_gitignore = False
fix-style = force
unsafe-fixes = on
target-torch = 2.1
per-file-ignores =
    tests/*: DTL101
    !src/*: ALL
"""


def test_all_keys_are_read(tree: Path) -> None:
    write("pyproject.toml", FULL)
    found = settings()
    assert found.source == "pyproject.toml"
    rules = ("DTL101", "DTL900", "DTL901")
    assert [found.selection.includes(code) for code in rules] == [True, False, True]
    assert found.min_confidence is Confidence.POSSIBLE
    assert [pattern.text for pattern in found.exclude or ()] == ["gen"]
    assert [pattern.text for pattern in found.extend_exclude] == ["*_pb2.py"]
    assert (found.force_exclude, found.respect_gitignore) == (True, False)
    assert (found.fix_style, found.unsafe_fixes, found.target_torch) == ("force", True, (2, 1))


def test_files_have_their_own_ignores(tree: Path) -> None:
    write("pyproject.toml", FULL)
    configuration = Configuration()
    reports = {
        path: configuration.options(path).reports("DTL101")
        for path in ("src/a.py", "tests/a.py", "src/tests/a.py", "a.py", str(tree / "src/b.py"))
    }
    assert [path for path, reported in reports.items() if reported] == [
        "src/a.py",
        "src/tests/a.py",
        str(tree / "src/b.py"),
    ]


@pytest.mark.parametrize("name", ["setup.cfg", "tox.ini"])
def test_ini_files_say_the_same(tree: Path, name: str) -> None:
    write("a/pyproject.toml", FULL)
    write(f"b/{name}", AS_INI)
    from_toml, from_ini = settings("a/x.py"), settings("b/x.py")
    assert from_ini.source == f"b/{name}"
    for path in ("tests/x.py", "src/x.py", "x.py"):
        toml = from_toml.options(str(tree / "a" / path))
        assert toml == from_ini.options(str(tree / "b" / path))
    assert from_toml.walk_rules().names == from_ini.walk_rules().names == {"gen"}
    assert from_ini.target_torch == (2, 1)


def test_the_first_file_with_a_section_counts(tree: Path) -> None:
    write("pyproject.toml", "[tool.other]\nname = 'detachlint'\n")
    write("tox.ini", "[detachlint]\nmin-confidence = certain\n")
    assert settings().source == "tox.ini"
    write("setup.cfg", "[detachlint]\nmin-confidence = possible\n")
    assert settings().source == "setup.cfg"
    write("pyproject.toml", "[tool.detachlint]\n")
    assert settings().min_confidence is Confidence.LIKELY


def test_a_file_that_does_not_mention_detachlint_is_not_parsed(tree: Path) -> None:
    for name in ("pyproject.toml", "setup.cfg", "tox.ini"):
        Path(name).write_bytes(b"[[[\xff")
    assert settings() == Configuration(isolated=True).of_file("a.py")


def test_directories_with_the_name_of_a_file_are_none(tree: Path) -> None:
    Path("pyproject.toml").mkdir()
    assert find(str(tree)) is None


# --- what is wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (
            'min_confidence = "likely"',
            "min_confidence: there is no such key; did you mean 'min-confidence'?",
        ),
        ("zzz = 1", "zzz: there is no such key"),
        ('select = "DTL101"', "select: has to be a list of strings, not 'DTL101'"),
        ("select = [1]", "select: has to be a list of strings, not [1]"),
        ('ignore = ["DLT901"]', "ignore: there is no rule 'DLT901'; did you mean 'DTL901'?"),
        ('ignore = ["E501"]', "ignore: there is no rule 'E501'"),
        ('ignore = [""]', "ignore: there is no rule ''"),
        (
            'min-confidence = "sure"',
            "min-confidence: has to be 'certain' or 'likely' or 'possible', not 'sure'",
        ),
        ("fix-style = true", "fix-style: has to be 'detach' or 'force', not true"),
        ('unsafe-fixes = "yes"', "unsafe-fixes: has to be true or false, not 'yes'"),
        ("target-torch = 2.1", 'target-torch: has to be a version such as "2.1", not 2.1'),
        ("exclude = ['/']", "exclude: a pattern is empty"),
        (
            "per-file-ignores = 3",
            "per-file-ignores: has to be a table of patterns and codes, not 3",
        ),
        (
            "per-file-ignores = {'a.py' = ['DTL77']}",
            "per-file-ignores: 'a.py': there is no rule 'DTL77'",
        ),
        (
            "target-torch = '1.12'\nfix-style = 'force'",
            "fix-style: 'force' needs PyTorch 1.13, but target-torch is \"1.12\"",
        ),
    ],
)
def test_mistakes_are_one_line_with_file_and_key(tree: Path, line: str, wrong: str) -> None:
    write("sub/pyproject.toml", f"[tool.detachlint]\n{line}\n")
    message = failure("sub/a.py")
    assert message.startswith(f"sub/pyproject.toml: {wrong}")


def test_long_values_are_cut(tree: Path) -> None:
    write("pyproject.toml", f"[tool.detachlint]\nselect = '{'x' * 500}'\n")
    assert len(failure()) < 150


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"[tool.detachlint\n", "is not TOML: "),
        (b"[tool.detachlint]\n# \xff\n", "is not UTF-8 text"),
        (b"tool = {detachlint = 3}\n", "tool.detachlint: has to be a table"),
        (b"detachlint = " + b"[" * 5000, "is not TOML: "),
    ],
)
def test_files_that_cannot_be_read_are_one_line(tree: Path, content: bytes, wrong: str) -> None:
    Path("pyproject.toml").write_bytes(content)
    assert failure().startswith(f"pyproject.toml: {wrong}")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[detachlint]\nselect DTL1\n", "Source contains parsing errors"),
        ("[detachlint]\nselect = DTL1\nselect = DTL9\n", "While reading from the file"),
        ("[detachlint]\nunsafe-fixes = maybe\n", "unsafe-fixes: has to be true or false"),
        ("[detachlint]\nper-file-ignores = a.py\n", "per-file-ignores: 'a.py' is not of the form"),
        ("[detachlint]\nselekt = DTL\n", "selekt: there is no such key; did you mean 'select'?"),
    ],
)
def test_mistakes_in_ini_files_are_one_line(tree: Path, text: str, wrong: str) -> None:
    write("setup.cfg", text)
    assert failure().startswith(f"setup.cfg: {wrong}")


def test_files_that_may_not_be_read_are_one_line(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("pyproject.toml", FULL)

    def refuse(path: str, mode: str) -> None:  # root may read anything: simulated
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("builtins.open", refuse)
    assert failure() == "pyproject.toml: Permission denied"


# --- files that the user names -------------------------------------------------------------------


def test_a_named_file_needs_no_section_name(tree: Path) -> None:
    write("conf/own.toml", 'min-confidence = "certain"\n')
    found = read("conf/own.toml", str(tree), named=True)
    assert found is not None
    assert found.values == {"min-confidence": Confidence.CERTAIN}


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("pyproject.toml", "[tool.other]\n", "has no section [tool.detachlint]"),
        ("setup.cfg", "[flake8]\n", "has no section [detachlint]"),
        ("own.toml", "[tool.other]\n", "tool: there is no such key"),
    ],
)
def test_a_named_file_has_to_say_something(tree: Path, name: str, text: str, wrong: str) -> None:
    write(name, text)
    with pytest.raises(ConfigurationError, match=r"there is no such|has no section") as caught:
        Configuration(file=name)
    assert str(caught.value).startswith(f"{name}: {wrong}")


def test_a_named_file_has_to_exist(tree: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^no\.toml: No such file or directory$"):
        Configuration(file="no.toml")


def test_toml_is_toml() -> None:
    assert parse_toml("a.'b/*' = ['c']") == {"a": {"b/*": ["c"]}}
