"""Check public packages as whole programs and say what that costs.

    python tests/benchmarks/whole_packages.py [NAME]...

The packages are those of packages.py, which checks their files one by one. Each is checked in a
process of its own. Times are CPU seconds, memory is the peak in MB.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import process_time
from typing import Any

from package_files import PACKAGES, default_cache, unpacked
from package_measurement import peak_memory

from detachlint.api import check_paths
from detachlint.config.options import Options
from detachlint.rules.finding import Confidence

HEADINGS = ("package", "files", "CPU s", "MB", "certain", "likely", "possible", "errors")


def measure(directory: str) -> dict[str, Any]:
    """What checking a directory costs and finds."""
    start = process_time()
    results = list(check_paths([directory], Options(Confidence.POSSIBLE)))
    found = Counter(f.confidence.value for result in results for f in result.findings)
    shown = [
        f"{finding.filename}:{finding.span.line}: {finding.code} {finding.message}"
        for result in results
        for finding in result.findings
        if finding.confidence.at_least(Confidence.LIKELY)
    ]
    return {
        "files": len(results),
        "CPU s": round(process_time() - start, 1),
        "MB": peak_memory() >> 20,
        **{word: found[word] for word in ("certain", "likely", "possible")},
        "errors": sum(result.error is not None for result in results),
        "shown": shown,
    }


def main(names: list[str]) -> int:
    """Print a line for each package; the exit status."""
    if names[:1] == ["--measure"]:
        print(json.dumps(measure(names[1])))
        return 0
    print(*(f"{heading:>9}" for heading in HEADINGS))
    failed = False
    for package in PACKAGES:
        if names and package.name not in names:
            continue
        directory = unpacked(package, default_cache())
        command = [sys.executable, __file__, "--measure", str(directory)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        measured = json.loads(done.stdout)
        failed = failed or bool(measured["errors"])
        print(*(f"{measured.get(heading, package.name)!s:>9}" for heading in HEADINGS), flush=True)
        for line in measured["shown"]:
            print(f"    {line}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
