"""Entries of the cache under all that may happen to files and processes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from detachlint.cache import folder as folders
from detachlint.cache import identity, store
from detachlint.cache.store import Store


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def kept(tmp_path: Path, told: list[str]) -> Store:
    return Store(tmp_path / "cache", told.append)


def only_file(home: Path, name: str) -> Path:
    [path] = home.rglob(name)
    return path


def test_what_is_written_is_read(kept: Store) -> None:
    assert kept.read("a") is None
    kept.write("a", b"1")
    kept.write("a", b"22")
    assert kept.read("a") == b"22"
    assert Store(kept.folder).read("a") == b"22"


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:10],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: bytes([data[0] ^ 1]) + data[1:],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    ],
)
def test_a_damaged_entry_is_none(kept: Store, damage: Any) -> None:
    kept.write("a", b"some content")
    path = only_file(kept.folder, "a")
    path.write_bytes(damage(path.read_bytes()))
    assert kept.read("a") is None
    kept.write("a", b"new")
    assert kept.read("a") == b"new"


def test_another_version_reads_nothing(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.write("a", b"1")
    monkeypatch.setattr(identity, "__version__", "99.0")
    assert Store(kept.folder).read("a") is None


def test_a_changed_program_reads_nothing(tmp_path: Path) -> None:
    name = identity.program_name()
    assert identity.program_name() == name
    source = Path(identity.__file__).parent.parent / "rules" / "DTL101.md"
    status = source.stat()
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns + 1000))
    try:
        assert identity.program_name() != name
    finally:
        os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told_once(kept: Store, told: list[str]) -> None:
    kept.folder.mkdir(mode=0o500)
    kept.write("a", b"1")
    kept.write("b", b"2")
    assert told == [f"results are not cached: {kept.folder}: Permission denied"]
    assert kept.read("a") is None


def test_a_file_in_place_of_the_folder_is_told_once(kept: Store, told: list[str]) -> None:
    kept.folder.write_text("")
    kept.write("a", b"1")
    kept.write("b", b"2")
    [line] = told
    assert line.startswith("results are not cached: ")
    assert kept.read("a") is None


def test_a_full_disk_leaves_what_was_there(
    kept: Store, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.write("a", b"old")

    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    kept.write("a", b"new")
    kept.write("b", b"new")
    assert told == [f"results are not cached: {kept.folder}: No space left on device"]
    assert kept.read("a") == b"old"
    assert not list(kept.folder.rglob("*.tmp"))


def test_readers_and_writers_at_once_see_whole_entries(kept: Store, told: list[str]) -> None:
    contents = [bytes([n]) * 50_000 for n in range(8)]

    def work(n: int) -> bool:
        mine = Store(kept.folder, told.append)
        for _ in range(25):
            mine.write("a", contents[n])
            if mine.read("a") not in contents:
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert told == []


WRITER = """
import sys
from pathlib import Path
from detachlint.cache.store import Store
kept = Store(Path(sys.argv[1]))
n = 0
while True:
    n += 1
    kept.write("a", str(n % 10).encode() * 300_000)
    if n == 3: print("going", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs kill -9")
def test_a_killed_writer_leaves_a_whole_entry(kept: Store) -> None:
    for pause in (0.0, 0.003, 0.011):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(kept.folder)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        data = kept.read("a")
        assert data is not None
        assert len(data) == 300_000
        assert len(set(data)) == 1


def test_the_folder_is_marked_as_a_cache(kept: Store) -> None:
    kept.write("a", b"1")
    tag = (kept.folder / "CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (kept.folder / ".gitignore").read_text() == "*\n"


def test_only_a_cache_is_cleaned(kept: Store, tmp_path: Path) -> None:
    assert not folders.clean(kept.folder)
    kept.write("a", b"1")
    assert folders.clean(kept.folder)
    assert not kept.folder.exists()
    own = tmp_path / "own"
    own.mkdir()
    (own / "thesis.tex").write_text("years of work")
    assert not folders.clean(own)
    (own / "CACHEDIR.TAG").write_text("Signature: of somebody else\n")
    with pytest.raises(OSError, match="is not detachlint's"):
        folders.clean(own)
    assert (own / "thesis.tex").exists()


def aged(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_what_nobody_uses_goes(kept: Store) -> None:
    kept.write("old", b"1")
    kept.write("new", b"2")
    aged(only_file(kept.folder, "old"), folders.OLDEST + 60)
    folders.throw_old_away(kept.folder, time.time() + folders.PAUSE + 60)
    assert kept.read("old") is None
    assert kept.read("new") == b"2"


def test_what_is_read_counts_as_used(kept: Store) -> None:
    kept.write("a", b"1")
    aged(only_file(kept.folder, "a"), folders.OLDEST - 60)
    kept.read("a")
    folders.throw_old_away(kept.folder, time.time() + folders.PAUSE + 60)
    assert kept.read("a") == b"1"


def test_programs_that_were_used_last_stay(kept: Store) -> None:
    kept.write("a", b"1")
    for age in range(1, folders.MOST_PROGRAMS + 3):
        other = kept.folder / f"0.0.{age}"
        other.mkdir()
        (other / "entry").write_bytes(b"")
        aged(other / "entry", age * 1000)
    folders.throw_old_away(kept.folder, time.time() + folders.PAUSE + 60)
    left = [entry for entry in kept.folder.iterdir() if entry.is_dir()]
    assert len(left) == folders.MOST_PROGRAMS
    assert kept.read("a") == b"1"
    assert (kept.folder / "0.0.1").exists()


def test_a_cache_that_grows_too_big_loses_what_was_used_longest_ago(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        kept.write(f"entry{n}", bytes(1000))
        aged(only_file(kept.folder, f"entry{n}"), 1000 - 100 * n)
    monkeypatch.setattr(folders, "MOST_BYTES", 2500)
    folders.throw_old_away(kept.folder, time.time() + folders.PAUSE + 60)
    assert [n for n in range(5) if kept.read(f"entry{n}") is not None] == [3, 4]


def test_there_is_one_clean_up_a_day(kept: Store) -> None:
    kept.write("a", b"1")
    aged(only_file(kept.folder, "a"), folders.OLDEST + 60)
    folders.throw_old_away(kept.folder)
    assert kept.read("a") == b"1"


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_the_folder_is_the_one_of_the_platform(platform: str) -> None:
    home = Path.home()
    environment = {"LOCALAPPDATA": str(home / "Local")}
    expected = {
        "linux": home / ".cache" / "detachlint",
        "darwin": home / "Library" / "Caches" / "detachlint",
        "win32": home / "Local" / "detachlint" / "Cache",
    }
    assert folders.default_folder(environment, platform) == expected[platform]


def test_the_folder_is_where_other_programs_have_theirs() -> None:
    platformdirs = pytest.importorskip("platformdirs")
    assert folders.default_folder() == platformdirs.user_cache_path("detachlint", False)


def test_entries_have_checksums_of_a_known_size() -> None:
    assert len(bytes.fromhex(store.digest_of(b""))) == 16


# --- what is done once, and what may fail -------------------------------------------------------


def test_the_folder_is_prepared_once(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []
    kept.folder.mkdir()
    monkeypatch.setattr(store, "prepare", calls.append)
    for name in ("a", "b", "c"):
        kept.write(name, b"1")
    assert calls == [kept.folder]


def test_the_folder_is_made_with_those_above_it(tmp_path: Path, told: list[str]) -> None:
    kept = Store(tmp_path / "some" / "where" / "cache", told.append)
    kept.write("a", b"1")
    assert (kept.read("a"), told) == (b"1", [])


def test_marks_that_are_there_are_left_alone(kept: Store) -> None:
    kept.folder.mkdir()
    (kept.folder / ".gitignore").write_text("# mine\n")
    kept.write("a", b"1")
    assert (kept.folder / ".gitignore").read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("age", "is_noted"), [(store._REFRESH / 2, False), (store._REFRESH * 2, True), (-500.0, True)]
)
def test_a_use_is_noted_now_and_then(kept: Store, age: float, is_noted: bool) -> None:
    kept.write("a", b"1")
    path = only_file(kept.folder, "a")
    aged(path, age)
    before = path.stat().st_mtime
    kept.read("a")
    assert (path.stat().st_mtime != before) == is_noted


def test_what_cannot_be_marked_as_used_is_read(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.write("a", b"1")
    aged(only_file(kept.folder, "a"), store._REFRESH * 2)

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", refuse)
    assert kept.read("a") == b"1"


def test_an_interrupted_write_leaves_nothing_beside_its_place(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.write("a", b"1")

    def interrupt(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        kept.write("a", b"2")
    assert not list(kept.folder.rglob("*.tmp"))
    assert kept.read("a") == b"1"


def test_whether_there_is_an_entry_is_known_without_reading_it(kept: Store) -> None:
    assert not kept.holds("a")
    kept.write("a", b"1")
    assert kept.holds("a")
    only_file(kept.folder, "a").write_bytes(b"")
    assert kept.holds("a")


def test_what_may_not_be_looked_at_is_not_there(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.write("a", b"1")

    def refuse(*_: Any, **__: Any) -> Any:
        raise PermissionError

    monkeypatch.setattr(Path, "exists", refuse)
    assert not kept.holds("a")


def test_a_folder_that_no_system_takes_is_told_once(told: list[str]) -> None:
    kept = Store(Path("a\0b"), told.append)
    assert kept.read("a") is None
    kept.write("a", b"1")
    kept.write("a", b"1")
    assert len(told) == 1
    assert told[0].startswith("results are not cached: ")


# --- where it is --------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", "0", "f", "False", "N", "no", "OFF"])
def test_words_for_no_do_not_ask_for_no_cache(value: str) -> None:
    assert folders.wanted_folder({folders.NO_CACHE: value}) is not None


@pytest.mark.parametrize("value", ["1", "true", "yes", "please"])
def test_any_other_word_asks_for_no_cache(value: str) -> None:
    assert folders.wanted_folder({folders.NO_CACHE: value}) is None


def test_a_folder_can_be_named() -> None:
    assert folders.wanted_folder({folders.CACHE_DIR: "named"}) == Path("named")
    assert folders.default_folder({"XDG_CACHE_HOME": "/x"}, "linux") == Path("/x/detachlint")
    unnamed = folders.default_folder({}, "linux")
    assert folders.default_folder({"XDG_CACHE_HOME": " "}, "linux") == unnamed


# --- what is thrown away ------------------------------------------------------------------------


def test_what_is_no_folder_and_what_has_another_mark_is_not_cleaned(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not folders.clean(tmp_path / "file")
    (tmp_path / "CACHEDIR.TAG").write_bytes(b"\xff")
    with pytest.raises(OSError, match="is not detachlint's"):
        folders.clean(tmp_path)


def test_the_day_counts_from_the_last_clean_up(kept: Store) -> None:
    kept.write("a", b"1")
    now = time.time() + 10 * folders.PAUSE
    folders.throw_old_away(kept.folder, now)
    aged(only_file(kept.folder, "a"), folders.OLDEST + 60)
    folders.throw_old_away(kept.folder, now + folders.PAUSE / 2)
    assert kept.holds("a")
    folders.throw_old_away(kept.folder, now - 60)  # the clock was set back
    assert not kept.holds("a")


def test_a_program_that_nobody_uses_goes_with_its_folder(kept: Store) -> None:
    kept.write("a", b"1")
    for name in ("0.0.1", "0.0.2", "0.0.3"):
        (kept.folder / name).mkdir()
    (kept.folder / "0.0.1" / "entry").write_bytes(b"")
    aged(kept.folder / "0.0.1" / "entry", folders.OLDEST + 60)
    aged(kept.folder / "0.0.2", folders.OLDEST + 60)
    folders.throw_old_away(kept.folder, time.time() + folders.PAUSE + 60)
    assert not (kept.folder / "0.0.1").exists()
    assert not (kept.folder / "0.0.2").exists()  # empty: never used
    assert (kept.folder / "0.0.3").exists()  # empty: about to be used
    assert kept.read("a") == b"1"


def test_a_folder_that_goes_while_a_run_writes_is_made_again(kept: Store, told: list[str]) -> None:
    kept.write("a", b"1")
    folders.clean(kept.folder)
    kept.write("b", b"2")
    assert (kept.read("a"), kept.read("b")) == (None, b"2")
    assert (kept.folder / "CACHEDIR.TAG").exists()
    assert told == []


def test_what_goes_while_it_is_cleaned_up_is_no_trouble(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.write("a", b"1")

    def gone(*_: Any) -> Any:
        raise FileNotFoundError

    monkeypatch.setattr(folders, "_throw_away", gone)
    folders.throw_old_away(kept.folder, time.time() + folders.PAUSE + 60)
    assert kept.read("a") == b"1"


# --- which program it is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [(identity, "LAYOUT", 99), (sys, "version", "4.0"), (sys, "platform", "other")],
)
def test_layouts_and_pythons_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, value: object
) -> None:
    before = identity.program_name()
    monkeypatch.setattr(module, name, value)
    assert identity.program_name() != before


@pytest.mark.parametrize(
    "files",
    [
        [("/b", 1, 5)],
        [("/a", 2, 5)],
        [("/a", 1, 6)],
        [("/a", 1, 5), ("/b", 1, 5)],
        [],
    ],
)
def test_every_part_of_the_programs_files_counts(
    monkeypatch: pytest.MonkeyPatch, files: list[tuple[str, int, int]]
) -> None:
    package = str(Path(identity.__file__).parent.parent)

    def name_with(found: list[tuple[str, int, int]]) -> str:
        placed = [(package + name, size, changed) for name, size, changed in found]
        monkeypatch.setattr(identity, "_files", lambda folder: iter(placed))
        return identity.program_name()

    assert name_with(files) != name_with([("/a", 1, 5)])
    both = [("/a", 1, 5), ("/b", 1, 5)]
    assert name_with(both) == name_with(both[::-1])  # folders are listed in any order


def test_what_python_compiles_is_no_part_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"")
    (tmp_path / "a.py").write_bytes(b"x")
    assert [(Path(name).name, size) for name, size, _ in identity._files(str(tmp_path))] == [
        ("a.py", 1)
    ]


def test_libraries_that_results_depend_on_are_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = identity.program_name()
    monkeypatch.setattr(identity, "OUTSIDE", ("json",))
    another = identity.program_name()
    monkeypatch.setattr(identity, "OUTSIDE", ("no_such_library",))
    assert len({before, another, identity.program_name()}) == 3
