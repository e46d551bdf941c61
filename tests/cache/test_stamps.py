"""Whether a file is what it was: what its size and times tell, and when they tell nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detachlint.api import check_paths
from detachlint.cache import stamps
from detachlint.cache.consulted import (
    Consulted,
    Sought,
    is_unchanged,
    listing,
    still_hold,
    still_list,
)
from detachlint.cache.stamps import MISSING, UNSURE, digest_of_file, is_settled, stamp_of
from detachlint.cache.store import Store
from detachlint.config.options import Options

RAISES = "import torch\n\nt = torch.ones(2, requires_grad=True )\nt.numpy()\n"
SILENT = RAISES.replace("True ", "False")
SECOND = 10**9


def found(store: Store | None) -> list[int]:
    results = check_paths(["a.py"], Options(), store=store)
    return [finding.span.line for result in results for finding in result.findings]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    (tmp_path / "tree").mkdir()
    monkeypatch.chdir(tmp_path / "tree")
    return Store(tmp_path / "cache")


def test_another_text_of_the_same_length_in_the_same_file_counts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    assert len(RAISES) == len(SILENT)
    for text, lines in [(RAISES, [4]), (SILENT, []), (RAISES, [4])]:
        Path("a.py").write_text(text)
        assert found(store) == found(store) == lines


def test_times_that_are_set_back_do_not_hide_a_change(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As archives set them; nobody can set the time of change of the rest."""
    monkeypatch.setattr(stamps, "UNSURE", 0.0)
    for text, lines in [(RAISES, [4]), (SILENT, [])]:
        Path("a.py").write_text(text)
        os.utime("a.py", (1_000_000_000, 1_000_000_000))
        assert found(store) == lines


def test_a_file_that_was_just_written_is_compared_by_its_content(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where clocks tick slowly, it may have been written once more without another stamp."""
    Path("a.py").write_text(SILENT)
    stamp = stamp_of("a.py")
    for module in ("consulted", "stamps"):
        monkeypatch.setattr(f"detachlint.cache.{module}.stamp_of", lambda path: stamp)
    monkeypatch.setattr("detachlint.outcome.memory.stamp_of", lambda path: stamp)
    for text, lines in [(SILENT, []), (RAISES, [4]), (SILENT, [])]:
        Path("a.py").write_text(text)
        assert found(store) == lines


def test_a_stamp_is_trusted_once_the_clock_has_moved_on() -> None:
    now = 1_000_000_000.0
    old, new = int((now - UNSURE - 1) * SECOND), int((now - UNSURE / 2) * SECOND)
    assert is_settled([1, old, old, 7], now)
    assert not is_settled([1, new, old, 7], now), "its content is new"
    assert not is_settled([1, old, new, 7], now), "its times have been set"
    assert not is_settled([1, int((now + 50) * SECOND), old, 7], now), "it comes from the future"
    assert not is_settled(None, now)


def test_every_part_of_a_stamp_counts(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    stamp = stamp_of(str(file))
    assert stamp is not None
    digest = digest_of_file(str(file))
    file.write_text("x = 2\n")
    for part in range(len(stamp)):
        now = stamp_of(str(file))
        assert now is not None
        now[part] += 1
        assert not is_unchanged(str(file), now, stamp_of(str(file)), digest)
    now = stamp_of(str(file))
    assert is_unchanged(str(file), now, now, digest), "it is taken at its word"
    assert is_unchanged(str(file), None, now, digest_of_file(str(file)))


def test_what_is_no_file_has_no_stamp(tmp_path: Path) -> None:
    assert stamp_of(str(tmp_path)) is None
    assert stamp_of(str(tmp_path / "nowhere")) is None
    assert stamp_of("a\0b") is None
    assert digest_of_file(str(tmp_path / "nowhere")) == MISSING
    assert is_unchanged(str(tmp_path / "nowhere"), None, None, MISSING)
    assert not is_unchanged(str(tmp_path / "nowhere"), None, None, "0123")


def test_a_stamp_has_all_that_tells_files_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    status = file.stat()
    assert stamp_of(str(file)) == [
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
    ]


def test_the_stamp_is_that_of_before_the_first_reading(tmp_path: Path) -> None:
    """What is written while it is read may not be what was read."""
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    consulted = Consulted()
    consulted.before_reading(str(file))
    first = stamp_of(str(file))
    file.write_text("x = 22\n")
    consulted.before_reading(str(file))
    nothing = Consulted().mark()
    assert consulted.news_since(nothing).stamps == {}
    consulted.file(str(file), "digest")
    assert consulted.news_since(nothing).stamps == {str(file): first}


def test_a_file_or_folder_that_has_changed_meanwhile_tears_what_was_found() -> None:
    for change in (
        lambda consulted: (consulted.file("a", "1"), consulted.file("a", "2")),
        lambda consulted: (
            consulted.listing("a", frozenset({"b"})),
            consulted.listing("a", frozenset()),
        ),
        lambda consulted: (
            consulted.name("a", "b", held=True),
            consulted.name("a", "b", held=False),
        ),
    ):
        consulted, same = Consulted(), Consulted()
        change(consulted)
        assert consulted.torn
        same.hear(consulted.news_since(same.mark()))
        assert same.torn


def test_what_another_process_has_consulted_is_known(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    there, here = Consulted(), Consulted()
    there.file("before", "0")
    mark = there.mark()
    there.before_reading(str(file))
    there.file(str(file), "1")
    there.listing("folder", frozenset({"b.py"}))
    there.name("above", "c.py", held=False)
    nothing = here.mark()
    here.hear(there.news_since(mark))
    assert here.files == {str(file): "1"}
    assert here.listings == {"folder": frozenset({"b.py"})}
    assert here.names == {("above", "c.py"): False}
    assert not here.torn
    assert here.news_since(nothing).stamps == {str(file): stamp_of(str(file))}
    assert here.stamp(str(file)) is None, "its content is new"
    there.listing("another", frozenset())
    there.name("above", "d.py", held=True)
    news = there.news_since(there.mark())
    assert (news.listings, news.names) == ([], [])


def test_a_stamp_is_given_where_it_tells_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "UNSURE", -60.0)  # as if it were a minute later
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    consulted = Consulted()
    consulted.before_reading(str(file))
    assert consulted.stamp(str(file)) == stamp_of(str(file))
    assert consulted.stamp("never read") is None


def test_the_names_that_imports_look_at_are_listed(tmp_path: Path) -> None:
    for name in ("a.py", "package", "__pycache__", "notes.txt", ".git", "some-data"):
        (tmp_path / name).mkdir()
    assert listing(str(tmp_path)) == {"a.py", "package", ".git"}
    assert listing(str(tmp_path / "nowhere")) == frozenset()
    (tmp_path / "file").write_text("")
    assert listing(str(tmp_path / "file")) == frozenset()
    file, folder = str(tmp_path / "a.py"), str(tmp_path / "package")
    assert still_list([(file, frozenset()), (folder, frozenset())])
    assert not still_list([(file, frozenset()), (folder, frozenset({"b"}))])


def test_only_the_names_that_were_looked_for_matter_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    consulted = Consulted()
    folder, nowhere = str(tmp_path), str(tmp_path / "nowhere")
    consulted.name(folder, "a.py", held=True)
    consulted.name(folder, "b.py", held=False)
    consulted.name(nowhere, "a.py", held=False)
    sought = consulted.sought()
    assert sought == [
        Sought(folder, frozenset({"a.py"}), frozenset({"b.py"})),
        Sought(nowhere, frozenset(), frozenset({"a.py"})),
    ]
    assert still_hold(sought)
    (tmp_path / "c.py").write_text("")
    assert still_hold(sought), "nobody looked for it"
    (tmp_path / "b.py").write_text("")
    assert not still_hold(sought)
    (tmp_path / "b.py").unlink()
    (tmp_path / "a.py").unlink()
    assert not still_hold(sought)
