"""What a program may use, and how the operating system is told."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_CLONE_NEWNS = 0x00020000
_MS_REC_PRIVATE = 0x00004000 | 0x00040000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use. Exceeding one ends the program with the verdict of that name."""

    seconds: float = 10.0
    """Wall time from the program's first line to the end of its exit handlers."""
    memory: int = 2 << 30
    """Bytes beyond Python and PyTorch themselves: of address space for each of its processes (where
    there is an accelerator, of memory of its own alone), and of memory for all together. The latter is
    looked at ten times a second."""
    output: int = 1 << 20
    """Bytes written to standard output and standard error together."""
    file_size: int = 64 << 20
    """Bytes of each file it writes; the write that would exceed it fails with an OSError."""
    disk: int = 256 << 20
    """Bytes of all files in its private directory together. Looked at twice a second."""
    observed: int = 256 << 20
    """Bytes in which its crossings are told."""
    processes: int = 32
    """Processes at a time, itself included. Looked at ten times a second."""


def bytes_below(directory: str) -> int:
    """Bytes on the disk of all files below a directory, in which a program is at work."""
    total, waiting = 0, [directory]
    while waiting:
        with contextlib.suppress(OSError):  # gone meanwhile, or closed to us
            for entry in os.scandir(waiting.pop()):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total


def restrict_this_process(limits: Limits) -> None:
    """Impose the limits that the kernel knows on this process and the children it will have."""
    import resource

    def limit(what: int, value: int) -> None:
        _, hard = resource.getrlimit(what)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (allowed, allowed))

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, limits.file_size)
    if sys.platform == "linux":  # elsewhere RLIMIT_AS is not enforced
        if has_accelerator():
            limit(resource.RLIMIT_DATA, _pages(_DATA) + limits.memory)
        else:
            limit(resource.RLIMIT_AS, _pages(_ADDRESS_SPACE) + limits.memory)


def has_accelerator() -> bool:
    """Whether a driver is there that reserves more address space than any program may use.

    CUDA reserves ten gigabytes and more at its first call (executed on an H200), none of it memory:
    where it may do that, private memory is limited alone, and memory that processes share is not.
    """
    return any(Path(node).exists() for node in ("/dev/nvidiactl", "/dev/kfd"))


_ADDRESS_SPACE, _DATA = 0, 5
"""Columns of `/proc/self/statm`."""


def _pages(column: int) -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[column])
    return pages * os.sysconf("SC_PAGE_SIZE")


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent, process `parent`, ends (Linux)."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of descendants whose parents end, so that none escapes (Linux)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def leave_shared_memory(size: int) -> bool:
    """Give this process shared memory of its own, `size` bytes, if the system lets it.

    It is gone with the last process that has it: programs that are killed leave segments and semaphores
    behind, which have names but belong to nobody.
    """
    if sys.platform != "linux" or not Path("/proc/self/uid_map").read_text():
        return False  # a user without a name could make no file in it
    if c_library().unshare(_CLONE_NEWNS) != 0:
        return False
    # What is mounted from here on is not to be seen outside.
    if c_library().mount(b"none", b"/", None, _MS_REC_PRIVATE, None) != 0:
        return False
    options = f"size={size}".encode()
    return bool(c_library().mount(b"tmpfs", _SHARED_MEMORY, b"tmpfs", 0, options) == 0)


_SHARED_MEMORY = b"/dev/shm"


_THREADS = 17
"""Where `/proc/…/stat` has the number of threads, behind the name: others may outlive the first one."""


def descendants(process: int) -> frozenset[int]:
    """Ids of all processes below `process` that have not ended; empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found: set[int] = set()
    waiting = [process]
    while waiting:
        below = [child for child in children.get(waiting.pop(), []) if child not in found]
        found.update(below)
        waiting.extend(below)
    return frozenset(found)


def memory_beyond(own: int, processes: Iterable[int], limit: int) -> int:
    """Bytes of memory that processes have beyond `own`, which each may have inherited.

    What they share with each other counts for each of them, unless that is more than `limit`: looking
    closer takes its time.
    """
    together = list(processes)
    counted = sum(max(0, private_memory(process) - own) for process in together)
    if counted <= limit:
        return counted
    # This process has its share of what all have inherited from it.
    return max(0, sum(map(_share_of_memory, [*together, os.getpid()])) - own)


def _share_of_memory(process: int) -> int:
    """Bytes in memory of a process that are of no file, of those that n processes share one in n."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:  # an older kernel, or it ended meanwhile
        return private_memory(process)
    found = re.search(r"^Pss_Anon:\s+(\d+) kB$", rollup, re.MULTILINE)
    return private_memory(process) if found is None else int(found[1]) << 10


def private_memory(process: int) -> int:
    """Bytes in memory of a process that are of no file; 0 where that is not known."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{process}/statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def processes_in_environment(entry: str) -> frozenset[int]:
    """Ids of all processes whose environment has held `NAME=value` since they were started, and of
    those they forked; empty where there is no /proc. Processes of other users are not seen.
    """
    found = set()
    for process in _processes():
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if entry.encode() in Path(f"/proc/{process}/environ").read_bytes().split(b"\0"):
                found.add(process)
    return frozenset(found)


def _processes() -> Iterator[int]:
    for entry in os.scandir("/proc") if sys.platform == "linux" else ():
        if entry.name.isdigit():
            yield int(entry.name)


def _parents() -> Iterator[tuple[int, int]]:
    for process in _processes():
        try:
            stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
        except OSError:  # it ended meanwhile
            continue
        # "pid (name) state ppid …", and the name may hold spaces and parentheses
        fields = stat.rpartition(")")[2].split()
        has_ended = fields[0] in "ZX" and int(fields[_THREADS]) <= 1
        if not has_ended:  # what has, has no children any more
            yield process, int(fields[1])


def _prctl(option: int, argument: int) -> None:
    if sys.platform == "linux":
        c_library().prctl(option, argument, 0, 0, 0)


def c_library() -> ctypes.CDLL:
    """The C library of this process, for what Python does not wrap."""
    return ctypes.CDLL(None, use_errno=True)
