"""Files are replaced whole or not at all."""

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import detachlint
from detachlint.fix import files, replace_file, write_file

ROOT = Path(detachlint.__file__).parents[1]
posix = pytest.mark.skipif(os.name != "posix", reason="permissions and links as in POSIX")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "module.py"
    path.write_bytes(b"old")
    return path


def is_alone(path: Path) -> bool:
    """Whether nothing was left beside the file."""
    return [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("data", [b"", b"new\n", b"\xef\xbb\xbf\r\n\r\x00\xff", b"x" * 3_000_000])
def test_content_is_replaced_to_the_byte(target, data):
    replace_file(target, data)
    assert target.read_bytes() == data
    assert is_alone(target)


def test_path_may_be_a_string_relative_and_in_no_directory(target, monkeypatch):
    monkeypatch.chdir(target.parent)
    replace_file("module.py", b"new")
    assert target.read_bytes() == b"new"


def test_longest_file_name(tmp_path):
    path = tmp_path / ("é" * 126 + ".py")
    path.write_bytes(b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664, 0o4755])
def test_mode_is_kept(target, mode):
    target.chmod(mode)
    before = os.umask(0o077)
    try:
        replace_file(target, b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == mode


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
@pytest.mark.parametrize("mode", [0o644, 0o4755])
def test_owner_is_kept_where_possible(target, mode):
    os.chown(target, 1234, 2345)
    target.chmod(mode)
    replace_file(target, b"new")
    status = target.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 2345, mode)


@posix
def test_owner_that_cannot_be_kept_does_not_stop_the_fix(target, monkeypatch):
    asked = []

    def refuse(path, user, group):
        asked.append((user, group))
        raise PermissionError(errno.EPERM, "Operation not permitted")

    status = target.stat()
    monkeypatch.setattr(files.os, "chown", refuse)
    files._copy_owner(target, os.stat_result((0, 0, 0, 0, status.st_uid + 1, 77, 0, 0, 0, 0)))
    assert asked == [(status.st_uid + 1, 77), (-1, 77)]


@posix
def test_symbolic_link_is_followed_and_stays(target):
    inner = target.parent / "inner.py"
    outer = target.parent / "sub" / "outer.py"
    outer.parent.mkdir()
    inner.symlink_to("module.py")
    outer.symlink_to(inner)
    replace_file(outer, b"new")
    assert target.read_bytes() == b"new"
    assert not target.is_symlink()
    assert inner.is_symlink() and outer.is_symlink()
    assert sorted(entry.name for entry in target.parent.iterdir()) == [
        "inner.py",
        "module.py",
        "sub",
    ]
    assert is_alone(outer)


@posix
def test_what_is_no_file_is_refused(target):
    directory = target.parent
    loop = directory / "loop.py"
    loop.symlink_to("loop.py")
    pipe = directory / "pipe.py"
    os.mkfifo(pipe)
    places = {
        directory: errno.EINVAL,
        pipe: errno.EINVAL,
        loop: errno.ELOOP,
        directory / "missing.py": errno.ENOENT,
        target / "below.py": errno.ENOTDIR,
    }
    before = sorted(directory.iterdir())
    for path, number in places.items():
        with pytest.raises(OSError) as caught:
            replace_file(path, b"new")
        assert (caught.value.errno, caught.value.filename) == (number, str(path))
    assert sorted(directory.iterdir()) == before


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """A directory that other users can reach, unlike pytest's."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    directory.chmod(0o755)
    shutil.rmtree(directory)


def as_ordinary_user(action: Callable[[], None]) -> OSError:
    """The error of `action`, done without root's rights in a process of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
            action()
            os.write(writer, b"0||")
        except OSError as error:
            os.write(writer, f"{error.errno}|{error.strerror}|{error.filename}".encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        number, message, filename = stream.read().split("|")
    os.waitpid(child, 0)
    return OSError(int(number), message, filename)


@posix
def test_read_only_directory_is_a_clear_error(public_directory):
    path = public_directory / "module.py"
    path.write_bytes(b"old")
    path.chmod(0o666)
    public_directory.chmod(0o555)
    error = as_ordinary_user(lambda: replace_file(path, b"new"))
    assert isinstance(error, PermissionError)
    assert "no new file can be made in its directory" in error.strerror
    assert error.filename == str(path)
    assert path.read_bytes() == b"old"
    assert is_alone(path)


@posix
def test_write_protected_file_is_left_alone(public_directory):
    path = public_directory / "module.py"
    path.write_bytes(b"old")
    path.chmod(0o444)
    public_directory.chmod(0o777)
    error = as_ordinary_user(lambda: replace_file(path, b"new"))
    assert isinstance(error, PermissionError)
    assert error.strerror == "the file is write-protected"
    assert path.read_bytes() == b"old"
    assert is_alone(path)


@pytest.mark.parametrize(
    ("owner", "call"), [(os, "fdopen"), (os, "fsync"), (Path, "chmod"), (Path, "replace")]
)
@pytest.mark.parametrize(
    "problem", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_failure_at_any_point_leaves_the_old_file_and_nothing_else(
    target, monkeypatch, owner, call, problem
):
    def fail(*arguments, **options):
        raise problem

    with monkeypatch.context() as patch:
        patch.setattr(owner, call, fail)
        with pytest.raises(type(problem)) as caught:
            replace_file(target, b"new")
    if isinstance(problem, OSError):
        assert caught.value.filename == str(target)
    assert target.read_bytes() == b"old"
    assert is_alone(target)


OLD, NEW = b"o" * 400_000, b"n" * 700_000

WRITER = """
import sys
from detachlint.fix import replace_file
print("ready", flush=True)
while True:
    replace_file(sys.argv[1], b"n" * 700_000)
    replace_file(sys.argv[1], b"o" * 400_000)
"""


def start_writer(path: Path) -> "subprocess.Popen[bytes]":
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert writer.stdout is not None
    assert writer.stdout.readline().strip() == b"ready"
    return writer


@posix
def test_killed_writer_leaves_the_old_content_or_the_new(tmp_path):
    path = tmp_path / "module.py"
    path.write_bytes(OLD)
    for attempt in range(12):
        writer = start_writer(path)
        # Some in the middle of a write, some between two of them.
        time.sleep(0.003 * attempt)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert path.read_bytes() in {OLD, NEW}
    # What a kill leaves behind is no Python file, and is in nobody's way.
    assert {entry.suffix for entry in tmp_path.iterdir()} <= {".py", ".tmp"}
    replace_file(path, b"still")
    assert path.read_bytes() == b"still"


def test_readers_and_writers_at_the_same_time_see_whole_files(target):
    contents = {b"old"} | {bytes([65 + n]) * (50_000 + n) for n in range(8)}
    errors: list[BaseException] = []

    def write(data: bytes) -> None:
        try:
            for _ in range(10):
                replace_file(target, data)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(data,)) for data in contents]
    for thread in threads:
        thread.start()
    reads = 0
    while any(thread.is_alive() for thread in threads):
        assert target.read_bytes() in contents
        reads += 1
    for thread in threads:
        thread.join()
    assert errors == []
    assert reads > 0
    assert target.read_bytes() in contents
    assert is_alone(target)


# --- new files -----------------------------------------------------------------------------------


def test_a_file_may_be_made_anew(tmp_path):
    path = tmp_path / "new"
    write_file(path, b"one")
    assert path.read_bytes() == b"one"
    path.chmod(0o600)
    write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_may_be_made_where_a_link_leads(tmp_path):
    (tmp_path / "link").symlink_to("target")
    write_file(tmp_path / "link", b"content")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"content"


def test_what_cannot_be_made_is_a_clear_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="no/such"):
        write_file(tmp_path / "no/such", b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_written_with_the_usual_mode(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    mask = os.umask(0o027)
    try:
        write_file(path, b"one")
    finally:
        os.umask(mask)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"one", 0o640)
    path.chmod(0o600)
    write_file(path, b"two")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"two", 0o600)


def test_a_new_file_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("detachlint.fix.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(tmp_path / "new.json", b"one")
    assert list(tmp_path.iterdir()) == []
