"""Keeps this process, and all that come of it, off the network, as far as the system lets it."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from enum import Enum
from pathlib import Path

from detachlint.harness.limits import c_library
from detachlint.harness.sockets import refuse_connections

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38

# Landlock, from linux/landlock.h. Its calls have these numbers on every architecture but Alpha.
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_CREATE_RULESET_VERSION = 1
_VERSION_WITH_NETWORK = 4
_ACCESS_NET_CONNECT_TCP = 2


class Left(Enum):
    """What is left of the network, each more than the one before."""

    NOTHING = "nothing"
    DATAGRAMS = "datagrams"
    """Processes that are not Python's can send and receive them; TCP is refused to all."""
    OTHER_PROCESSES = "other processes"
    """Those that are not Python's, and libraries that are not, have all of it."""


def keep_off_network() -> Left:
    """Use the strongest means that this system has, and return what those leave.

    Without a namespace of its own, Python processes that are started anew have to refuse connections,
    too: the kernel hands down the rest.
    """
    if leave_network():
        return Left.NOTHING
    refuse_connections()
    return Left.DATAGRAMS if refuse_tcp() else Left.OTHER_PROCESSES


def leave_network() -> bool:
    """Move this process to a network namespace that has no network, if the system lets it."""
    if sys.platform != "linux":
        return False
    identity = f"{os.getuid()} {os.getuid()} 1"
    if c_library().unshare(_CLONE_NEWNET) == 0:
        return True
    if c_library().unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    # Stay the user one was. Who may not (root without all of its capabilities) is called nobody from
    # now on; files know better, and the network is gone in any case.
    with suppress(OSError):
        Path("/proc/self/uid_map").write_text(identity)
    return True


class _Rules(ctypes.Structure):
    """`struct landlock_ruleset_attr`: of each kind, what is refused unless a rule allows it."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


def refuse_tcp() -> bool:
    """Have the kernel refuse TCP connections to this process and its descendants, if it can.

    Any user may ask for that, in a container, too, since Linux 6.7. It does not know datagrams.
    """
    if sys.platform != "linux":
        return False
    call = c_library().syscall
    if call(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION) < _VERSION_WITH_NETWORK:
        return False
    rules = _Rules(0, _ACCESS_NET_CONNECT_TCP)
    descriptor = call(_CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    if descriptor < 0:
        return False
    try:
        # The price: what is started cannot gain privileges, as `sudo` does.
        if c_library().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
            return False
        return bool(call(_RESTRICT_SELF, descriptor, 0) == 0)
    finally:
        os.close(descriptor)
