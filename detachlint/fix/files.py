"""Replaces files without ever leaving half of one."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from pathlib import Path


def replace_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Make `data` the content of the existing file at `path`, all at once.

    Whoever opens the file sees the old content or the new one, also if this process is killed: the
    new content is written beside the file, brought to the disk, and moved over it. Of several
    writers the last wins. Mode is kept, owner and group where the system lets us. A symbolic link
    is followed and stays one; other hard links to the file keep the old content.

    Raises `OSError` naming `path` where the file cannot be replaced, and changes nothing then:
    it does not exist, is not a regular file, is write-protected, stands in a directory that cannot
    be written to, or the disk is full.
    """
    name = os.fspath(path)
    try:
        target = Path(os.path.realpath(name, strict=True))
        status = target.stat()
        _refuse(target, status)
        _replace(target, status, data)
    except OSError as error:
        # The constructor picks the class (PermissionError, …) that belongs to the number.
        raise OSError(error.errno, error.strerror or str(error), name) from error


def write_file(path: str | os.PathLike[str], data: bytes) -> None:
    """Make `data` the content of the file at `path`, all at once, whether it exists or not.

    What is no regular file (a pipe, a terminal) is written to as it is. Raises `OSError` naming
    `path`, as `replace_file` does.
    """
    target = Path(path)
    if target.is_file():
        replace_file(path, data)
        return
    try:
        if target.exists():
            target.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(target)), None, data)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), os.fspath(path)) from error


def _refuse(target: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    # Moving another file over it takes no permission on the file itself, but whoever protected it
    # did not mean that.
    if not os.access(target, os.W_OK):
        raise OSError(errno.EACCES, "the file is write-protected")


def _replace(target: Path, status: os.stat_result | None, data: bytes) -> None:
    descriptor, temporary = _open_beside(target)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if status is not None:
            _copy_owner(temporary, status)
        # After the owner: changing that takes the set-user-id bit away.
        temporary.chmod(_mode_of_new_files() if status is None else stat.S_IMODE(status.st_mode))
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _open_beside(target: Path) -> tuple[int, Path]:
    """A new file of its own for each writer, in the same directory.

    A move from another file system would be a copy, and could end half-way.
    """
    # Imported late: it brings along all ways of compression, and most runs write no file.
    import tempfile

    try:
        descriptor, name = tempfile.mkstemp(".tmp", ".detachlint-", target.parent)
    except OSError as error:
        reason = f"{error.strerror or error} (no new file can be made in its directory)"
        raise OSError(error.errno, reason) from error
    return descriptor, Path(name)


def _mode_of_new_files() -> int:
    # The system has no way of asking for the mask without setting it.
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _copy_owner(temporary: Path, status: os.stat_result) -> None:
    if sys.platform == "win32":
        return
    own = temporary.stat()
    if (own.st_uid, own.st_gid) == (status.st_uid, status.st_gid):
        return
    # Only the superuser may give a file away; the others can still set a group they belong to.
    try:
        os.chown(temporary, status.st_uid, status.st_gid)
    except OSError:
        with contextlib.suppress(OSError):
            os.chown(temporary, -1, status.st_gid)
