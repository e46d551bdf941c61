"""Check and fix everything there is, and count what goes wrong: crashes, hangs, fixes that do not parse.

    python tests/benchmarks/robustness.py [--only SOURCE]... [--part K/N | --sample N] [--limit SECONDS]

Without `--sample` it takes every file of every source: the standard library of this Python, what is
installed beside it, the packages of the benchmarks (downloaded once, with pip), and programs that are
generated, mutated, or random bytes, the same ones in each run. That takes hours: `--part 1/4` to
`--part 4/4` take every file once.

Each file gets a crossing at its end, so that all of it is analysed, and is fixed with all fixes there
are, in one process. A file that takes longer than `--limit` CPU seconds counts as a hang. The exit
status is 1 if anything went wrong.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import sys
import sysconfig
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from file_limit import FileLimit, TooSlow
from package_files import PACKAGES, DownloadFailed, default_cache, unpacked

from detachlint.api import fix_bytes
from detachlint.config.options import Options
from detachlint.rules.finding import Confidence

CROSSING = b"\n\nimport torch\nx = torch.ones(2, requires_grad=True)\nx.numpy()\n"
OPTIONS = Options(Confidence.POSSIBLE, unsafe_fixes=True)
PIECES = (
    b"(",
    b")",
    b"\n",
    b"\n    ",
    b":",
    b"'",
    b"\\",
    b"\xff",
    b"\0",
    b"\t",
    b"# noqa",
    b"async ",
)


@dataclass(slots=True)
class Count:
    """What came of the files of one source."""

    source: str
    files: int = 0
    readable: int = 0
    fixed: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def take(self, name: str, data: bytes, limit: float) -> None:
        """Check and fix one file."""
        from time import process_time

        self.files += 1
        start = process_time()
        try:
            with FileLimit(limit):
                result = fix_bytes(data, "file.py", OPTIONS)
        except TooSlow:
            self.wrong.append(f"hang: {name}")
            return
        except BaseException as error:
            self.wrong.append(f"crash: {name}: {type(error).__name__}: {error}")
            return
        finally:
            self.slowest = max(self.slowest, process_time() - start)
        if result.error is not None:
            self.wrong.append(f"crash: {name}: {result.error}")
        self.readable += parses(data)
        if result.fixed is not None:
            self.fixed += 1
            if not parses(result.fixed):
                self.wrong.append(f"broken by a fix: {name}")


def parses(data: bytes) -> bool:
    """Whether Python reads a file with these bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


Files = Iterator[tuple[str, "Callable[[], bytes]"]]
"""What files are called, and how to get at what is in them."""


def below(*roots: Path) -> Files:
    """The Python files below some folders, each with a crossing at its end."""
    for root in roots:
        for path in sorted(root.rglob("*.py")):
            if path.is_file():
                yield str(path), partial(_with_crossing, path)


def _with_crossing(path: Path) -> bytes:
    return path.read_bytes() + CROSSING


def standard_library() -> Files:
    """That of the Python that runs this, without what is installed into it."""
    found = below(Path(sysconfig.get_path("stdlib")))
    return (each for each in found if "site-packages" not in Path(each[0]).parts)


def site_packages() -> Files:
    """What is installed."""
    return below(Path(sysconfig.get_path("purelib")))


def benchmark_packages() -> Files:
    """The packages of the other benchmarks."""
    return below(*(unpacked(package, default_cache()) for package in PACKAGES))


def generated() -> Files:
    """Programs of any syntax there is, by hypothesmith; the same ones in each run."""
    import hypothesmith
    from hypothesis import HealthCheck, Phase, given, settings

    programs: list[str] = []

    @settings(
        database=None,
        deadline=None,
        derandomize=True,
        max_examples=300,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(hypothesmith.from_node())
    def generate(program: str) -> None:
        programs.append(program)

    generate()
    for number, program in enumerate(programs):
        data = program.encode("utf-8", "surrogatepass") + CROSSING
        yield f"generated program {number}", partial(bytes, data)


def mutated() -> Files:
    """Files of the test suite's programs, with a few pieces taken out or put in; about half of
    them by lines and words, and these are mostly programs still."""
    rng = random.Random(0)
    originals = [read() for _, read in below(Path(__file__).parents[1] / "projects")]
    for number in range(4000):
        data = bytearray(rng.choice(originals))
        mutate = rng.choice((_mutate_words, _mutate_bytes))
        for _ in range(rng.randint(1, 4)):
            mutate(data, rng)
        yield f"mutated file {number}", partial(bytes, data)


def _mutate_bytes(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    length = rng.choice((0, 1, 3, 30))
    data[start : start + length] = rng.choice((b"", *PIECES))


def _mutate_words(data: bytearray, rng: random.Random) -> None:
    """Put one word for another, or one line that is indented as much."""
    pattern = rb"[^\W\d]\w*" if rng.random() < 0.6 else rb"(?m)^[^\n]*\S[^\n]*\n"
    found = list(re.finditer(pattern, data))
    old = rng.choice(found)
    alike = [each for each in found if _indentation(each[0]) == _indentation(old[0])]
    data[old.start() : old.end()] = rng.choice(alike)[0]


def _indentation(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" "))


def random_bytes() -> Files:
    """Anything, some of it beginning or ending like a program."""
    rng = random.Random(0)
    for number in range(4000):
        noise = rng.randbytes(rng.randrange(200))
        before = rng.choice((b"", b"\xef\xbb\xbf", b"# coding: utf-7\n", b"import torch\n"))
        data = before + noise + rng.choice((b"", CROSSING))
        yield f"random bytes {number}", partial(bytes, data)


SOURCES: dict[str, Callable[[], Files]] = {
    "standard-library": standard_library,
    "site-packages": site_packages,
    "benchmark-packages": benchmark_packages,
    "generated": generated,
    "mutated": mutated,
    "random-bytes": random_bytes,
}


def count(source: str, part: slice, sample: int | None, limit: float) -> Count:
    """What comes of the files of a source; or of part of them, or about so many, evenly spread."""
    counted = Count(source)
    files = list(SOURCES[source]())
    if sample is not None:
        part = slice(None, None, max(len(files) // sample, 1))
    for name, read in files[part]:
        counted.take(name, read(), limit)
    return counted


def part_of(text: str) -> slice:
    """`2/3`: every third file, from the second on. Raises `ArgumentTypeError`."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError("a part is K/N, the K-th of N")
    return slice(int(match[1]) - 1, None, int(match[2]))


def main() -> int:
    """Print a line for each source; 1 if anything went wrong."""
    arguments = _arguments()
    heading = ("source", "files", "readable", "fixed", "slowest", "wrong")
    print("{:<19}{:>8}{:>10}{:>8}{:>10}{:>7}".format(*heading))
    failed = False
    for source in arguments.only or SOURCES:
        counted = count(source, arguments.part, arguments.sample, arguments.limit)
        numbers = f"{counted.files:>8}{counted.readable:>10}{counted.fixed:>8}"
        slowest = f"{counted.slowest:.1f} s"
        print(f"{source:<19}{numbers}{slowest:>10}{len(counted.wrong):>7}", flush=True)
        for line in counted.wrong:
            print(f"    {line}")
        failed = failed or bool(counted.wrong)
    return int(failed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", default=[], choices=list(SOURCES))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--part", type=part_of, default=slice(None), metavar="K/N")
    which.add_argument("--sample", type=int, metavar="N", help="files of each source")
    parser.add_argument("--limit", type=float, default=20.0, help="CPU seconds for one file")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DownloadFailed as failure:
        sys.exit(f"cannot download {failure}")
