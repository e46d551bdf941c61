"""Programs have no network, and where the system has no namespaces, as little of it as can be."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from limited_runs import LIMITS

from detachlint.harness import runner as runner_module
from detachlint.harness.network import Left
from detachlint.harness.runner import Runner

CONNECTS = """\
import subprocess, sys
CONNECT = "import socket; socket.create_connection(('127.0.0.1', PORT), timeout=5)"
try:
    exec(CONNECT)
    print("itself")
except OSError:
    pass
# Isolated, Python is like any other program: it knows nothing of whoever started it.
for name, options in (("a Python", ()), ("any process", ("-I",))):
    done = subprocess.run([sys.executable, *options, "-c", CONNECT], stderr=subprocess.DEVNULL)
    if done.returncode == 0:
        print(name)
"""


@pytest.fixture
def port() -> Iterator[int]:
    """One that this machine listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def who_connects(port: int, expected: Left) -> list[str]:
    with Runner(LIMITS) as runner:
        seen = runner.run(CONNECTS.replace("PORT", str(port)))
        if runner.network is not expected:
            pytest.skip(f"what is left of the network here: {runner.network}")
    assert seen.error is None
    return seen.stdout.splitlines()


def without(monkeypatch: pytest.MonkeyPatch, *means: str) -> None:
    """Have the runner believe that the system lacks these."""
    lacking = "".join(f"network.{name} = bool\n" for name in means)
    start = f"from detachlint.harness import network\n{lacking}from detachlint.harness.warm"
    changed = runner_module._BOOTSTRAP.replace("from detachlint.harness.warm", start)
    monkeypatch.setattr(runner_module, "_BOOTSTRAP", changed.replace("; ", "\n").replace(";", "\n"))


def test_programs_have_no_network(port: int) -> None:
    assert who_connects(port, Left.NOTHING) == []


def test_without_namespaces_the_kernel_refuses_tcp(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "leave_network")
    assert who_connects(port, Left.DATAGRAMS) == []


def test_where_the_kernel_refuses_nothing_all_of_python_does(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "leave_network", "refuse_tcp")
    assert who_connects(port, Left.OTHER_PROCESSES) == ["any process"]


@pytest.mark.skipif(
    shutil.which("setpriv") is None or os.getuid() != 0, reason="is about root without its rights"
)
def test_a_user_that_cannot_keep_its_name_is_kept_off_and_can_still_work(port: int) -> None:
    program = (
        "import multiprocessing\nopen('file', 'w').write('x')\n"
        "with multiprocessing.get_context('fork').Pool(1) as pool: print(pool.map(abs, [-1]))\n"
    )
    starter = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from detachlint.harness.runner import Runner\n"
        "with Runner() as runner:\n"
        "    print(*(runner.run(text).stdout for text in sys.argv[2:]), runner.network.value)\n"
    )
    command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", sys.executable, "-c", starter]
    programs = [program, CONNECTS.replace("PORT", str(port))]
    root = str(Path(__file__).parents[2])
    done = subprocess.run([*command, root, *programs], capture_output=True, text=True, check=True)
    works, left = done.stdout.splitlines()
    assert works == "[1]"
    assert left.split() in (["nothing"], ["datagrams"], ["any", "process", "other", "processes"])


def test_in_place_the_network_is_the_callers(port: int) -> None:
    with Runner(LIMITS, in_place=True) as runner:
        seen = runner.run(CONNECTS.replace("PORT", str(port)))
        assert runner.network is None
    assert seen.stdout.splitlines() == ["itself", "a Python", "any process"]


def test_python_refuses_what_has_an_address() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import socket\nfrom detachlint.harness.sockets import refuse_connections\n"
            "refuse_connections()\n"
            "datagrams = socket.socket(type=socket.SOCK_DGRAM)\n"
            "for act in (lambda: socket.create_connection(('127.0.0.1', 9), timeout=2),\n"
            "            lambda: socket.getaddrinfo('localhost', 9),\n"
            "            lambda: socket.gethostbyname('localhost'),\n"
            "            lambda: datagrams.sendmsg([b''], [], 0, ('127.0.0.1', 9)),\n"
            "            lambda: datagrams.sendto(b'', ('127.0.0.1', 9))):\n"
            "    try: act()\n"
            "    except PermissionError as error: print(error)\n"
            "with socket.socket(socket.AF_UNIX) as near:\n"
            "    try: near.connect('/no/such/socket')\n"
            "    except OSError as error: print(type(error).__name__)\n",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout == "observed programs have no network\n" * 5 + "FileNotFoundError\n"
