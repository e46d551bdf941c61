"""Keeps this Python process from connecting to anything: the weaker way, without the kernel.

Imported by observed processes before anything else is: imports no more than it must.
"""

from __future__ import annotations

import sys

_TO_ADDRESS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKS_UP = frozenset(
    {f"socket.{name}" for name in ("getaddrinfo", "gethostbyaddr", "gethostbyname", "getnameinfo")}
)


def refuse_connections() -> None:
    """Make what this process, and what it forks, tries to connect to or to look up fail.

    Sockets between processes of one machine have paths for addresses, and stay. Code that is not
    Python's is not kept from anything.
    """

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        to_address = event in _TO_ADDRESS and isinstance(arguments[1], tuple)
        if to_address or event in _LOOKS_UP:
            raise PermissionError("observed programs have no network")

    sys.addaudithook(audit)
