"""From paths to files."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from detachlint.source.discovery import (
    DEFAULT_EXCLUDES,
    WalkRules,
    discover,
    read_file,
    read_named,
)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*paths: str) -> None:
    for path in map(Path, paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def found(*paths: str) -> list[str]:
    return [str(file.path) for file in discover(paths).files]


def problems(*paths: str) -> list[str]:
    return [f"{problem.path}: {problem.message}" for problem in discover(paths).problems]


def test_directories_are_walked_for_programs_in_order(tree: Path) -> None:
    make("b.py", "a/z.py", "a/b/c.py", "A.py", "stub.pyi", "notes.txt", "py", "book.ipynb")
    assert found(".") == ["A.py", "a/b/c.py", "a/z.py", "b.py", "book.ipynb"]


def test_order_of_the_paths_does_not_matter(tree: Path) -> None:
    make("a/x.py", "b/y.py")
    assert found("b", "a", "b/y.py") == found("a", "b") == ["a/x.py", "b/y.py"]


def test_default_excludes_are_not_entered(tree: Path) -> None:
    make("a.py", *(f"{name}/x.py" for name in DEFAULT_EXCLUDES), "sub/.venv/x.py")
    assert found(".") == ["a.py"]


def test_what_the_user_names_is_taken_whatever_it_is_called(tree: Path) -> None:
    make("build/x.py", "script", "stub.pyi", "venv/y.py")
    named = found("build", "script", "stub.pyi", "venv/y.py")
    assert named == ["build/x.py", "script", "stub.pyi", "venv/y.py"]


def test_explicit_files_are_marked(tree: Path) -> None:
    make("a.py", "b.py")
    assert {str(file.path): file.explicit for file in discover(["b.py", "."]).files} == {
        "a.py": False,
        "b.py": True,
    }


def test_a_file_under_two_names_is_read_once(tree: Path) -> None:
    make("real.py", "sub/x.py")
    Path("alias.py").symlink_to("real.py")
    assert found(".", "real.py", "alias.py") == ["real.py", "sub/x.py"]
    assert found(".", "alias.py") == ["alias.py", "sub/x.py"]
    assert found(".", "sub") == ["real.py", "sub/x.py"]
    assert (
        found(str(tree / "sub"), "sub") == found("sub/x.py", str(tree / "sub/x.py")) == ["sub/x.py"]
    )


def test_links_to_files_elsewhere_are_followed(tree: Path) -> None:
    make("outside/code.py", "inside/a.py")
    Path("inside/link.py").symlink_to(tree / "outside/code.py")
    assert found("inside") == ["inside/a.py", "inside/link.py"]


def test_loops_of_links_end(tree: Path) -> None:
    make("a/x.py")
    Path("a/up").symlink_to(tree)
    Path("a/self").symlink_to("self")
    Path("a/self.py").symlink_to("self.py")
    Path("a/.#x.py").symlink_to("user@host.1234:5678")
    assert found(".") == ["a/x.py"]
    assert problems(".") == []
    assert len(problems("a/self.py")) == 1


def test_missing_paths_are_problems_and_the_rest_is_found(tree: Path) -> None:
    make("a.py")
    result = discover(["nope.py", "a.py", "no/where"])
    assert [str(file.path) for file in result.files] == ["a.py"]
    assert [str(problem.path) for problem in result.problems] == ["no/where", "nope.py"]
    assert result.problems[0].message == "No such file or directory"


def test_more_extensions_can_be_searched(tree: Path) -> None:
    make("a.py", "docs/b.md", "c.MD", "d.rst", "md")
    result = discover(["."], lambda _: WalkRules(suffixes=(".py", ".md")))
    assert [str(file.path) for file in result.files] == ["a.py", "docs/b.md"]


def test_paths_with_a_nul_are_problems() -> None:
    assert len(problems("a\0.py")) == 1


def test_directories_that_cannot_be_listed_are_problems(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("open/a.py", "closed/b.py")
    scandir = os.scandir

    def guarded(path: Path) -> os._ScandirIterator[str]:  # root may list anything: simulated
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(str(path))

    monkeypatch.setattr("detachlint.source.discovery.os.scandir", guarded)
    assert found(".") == ["open/a.py"]
    assert problems(".") == ["closed: Permission denied"]


def test_deeply_nested_directories_are_walked(tree: Path) -> None:
    deep = Path(*["d"] * 1500)
    current = os.open(".", os.O_RDONLY)
    for part in deep.parts:
        os.mkdir(part, dir_fd=current)
        inner = os.open(part, os.O_RDONLY, dir_fd=current)
        os.close(current)
        current = inner
    os.close(os.open("x.py", os.O_CREAT, dir_fd=current))
    os.close(current)
    try:
        assert found(".") == [str(deep / "x.py")]
    finally:  # pytest could not remove them: shutil.rmtree is recursive
        (deep / "x.py").unlink()
        os.removedirs(deep)


# --- .gitignore ----------------------------------------------------------------------------------


def test_gitignored_files_are_left_out(tree: Path) -> None:
    make("a.py", "generated/b.py", "sub/c_gen.py", "sub/keep_gen.py", "sub/deep/d.py")
    Path(".gitignore").write_text("generated/\n*_gen.py\n/deep\n")
    Path("sub/.gitignore").write_text("!keep_gen.py\n")
    assert found(".") == ["a.py", "sub/deep/d.py", "sub/keep_gen.py"]


def test_rules_of_the_repository_above_apply(tree: Path) -> None:
    make(
        "repo/.git/info/exclude", "repo/pkg/sub/a.py", "repo/pkg/sub/b_gen.py", "repo/pkg/sub/c.py"
    )
    Path("repo/.gitignore").write_text("*_gen.py\n")
    Path("repo/.git/info/exclude").write_text("pkg/sub/c.py\n")
    Path(".gitignore").write_text("a.py\n")  # outside the repository
    assert found("repo/pkg/sub") == ["repo/pkg/sub/a.py"]


def test_no_rules_come_from_above_without_a_repository(tree: Path) -> None:
    make("pkg/a.py")
    Path(".gitignore").write_text("a.py\n")
    assert found("pkg") == ["pkg/a.py"]


def test_an_ignored_directory_can_be_named(tree: Path) -> None:
    make(".git/HEAD", "out/sub/a.py", "out/b.py")
    Path(".gitignore").write_text("out/\n")
    assert found(".") == []
    assert found("out") == ["out/b.py", "out/sub/a.py"]
    assert found("out/b.py") == ["out/b.py"]


def test_bad_patterns_are_skipped(tree: Path) -> None:
    make("a.py", "b.py")
    Path(".gitignore").write_bytes(b"!\n\xff\xfe\n[z-a].py\nb.py\n")
    assert found(".") == ["a.py"]


# --- rules of the walk -------------------------------------------------------------------------


def test_each_directory_has_its_own_rules(tree: Path) -> None:
    make("a/x.py", "a/y.py", "b/x.py", "b/y.py", "b/gen/x.py", "y.py")
    rules = {
        str(tree.resolve() / "a"): WalkRules(frozenset({"x.py"})),
        str(tree.resolve() / "b"): WalkRules(matches=lambda path: path.endswith(("y.py", "gen"))),
    }
    result = discover(["."], lambda directory: rules.get(directory, WalkRules()))
    assert [str(file.path) for file in result.files] == ["a/y.py", "b/x.py", "y.py"]


def test_git_can_be_disregarded(tree: Path) -> None:
    make("a.py", "sub/a.py")
    Path(".gitignore").write_text("a.py\n")
    where = str(tree.resolve() / "sub")
    result = discover(["."], lambda path: WalkRules(respect_gitignore=path != where))
    assert [str(file.path) for file in result.files] == ["sub/a.py"]


def test_named_paths_can_be_forbidden(tree: Path) -> None:
    make("a/gen/x.py", "gen/y.py", "z.py")
    top = str(tree.resolve())
    named = ["a/gen/x.py", "gen", "gen/y.py", "z.py"]
    soft, hard = WalkRules(frozenset({"gen"})), WalkRules(frozenset({"gen"}), forced_below=top)
    for rules, expected in [(soft, ["a/gen/x.py", "gen/y.py", "z.py"]), (hard, ["z.py"])]:
        result = discover(named, lambda _, rules=rules: rules)  # type: ignore[misc]
        assert [str(file.path) for file in result.files] == expected


# --- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [read_file, read_named])
def test_devices_are_not_read(read: Callable[[Path], bytes]) -> None:
    assert stat.S_ISCHR(Path("/dev/zero").stat().st_mode)
    with pytest.raises(OSError, match="not a regular file"):
        read(Path("/dev/zero"))


def test_files_are_read_and_pipes_once(tree: Path) -> None:
    Path("a.py").write_bytes(b"x\r\n")
    assert read_file(Path("a.py")) == read_named(Path("a.py")) == b"x\r\n"
    reading, writing = os.pipe()
    os.write(writing, b"piped")
    os.close(writing)
    assert read_named(Path(f"/dev/fd/{reading}")) == b"piped"
    with pytest.raises(OSError, match="not a regular file"):
        read_file(Path(f"/dev/fd/{reading}"))
    os.close(reading)
