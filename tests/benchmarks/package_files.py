"""Public packages that use PyTorch, pinned, as unpacked wheels in a cache outside the repository."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Package:
    """A release on the package index, and the top-level folder its wheel unpacks into."""

    name: str
    version: str
    folder: str

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.name}=={self.version}"


PACKAGES = (
    Package("timm", "1.0.31", "timm"),
    Package("kornia", "0.9.0", "kornia"),
    Package("captum", "0.9.0", "captum"),
    Package("stable-baselines3", "2.9.2", "stable_baselines3"),
    Package("monai", "1.6.1", "monai"),
    Package("transformers", "5.24.0", "transformers"),
    Package("gpytorch", "1.15.2", "gpytorch"),
    Package("botorch", "0.18.1", "botorch"),
    Package("pytorch-metric-learning", "2.9.0", "pytorch_metric_learning"),
    Package("torchmetrics", "1.9.0", "torchmetrics"),
    Package("skrl", "2.1.1", "skrl"),
    Package("tianshou", "2.0.1", "tianshou"),
)


class DownloadFailed(Exception):
    """pip could not fetch a wheel; the message is pip's last line."""


def default_cache() -> Path:
    """Where wheels are kept from one run to the next."""
    return Path(tempfile.gettempdir()) / "detachlint-benchmarks"


def unpacked(package: Package, cache: Path) -> Path:
    """The folder of a package's sources, downloaded if it is not in the cache yet."""
    home = cache / f"{package.name}-{package.version}"
    if not home.exists():
        partial = home.with_suffix(".partial")
        with zipfile.ZipFile(_wheel(package, cache / "wheels")) as archive:
            archive.extractall(partial)
        partial.rename(home)
    return home / package.folder


def _wheel(package: Package, wheels: Path) -> Path:
    stem = package.name.replace("-", "_")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(wheels), package.requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = sorted(wheels.glob(f"{stem}-{package.version}-*.whl"))
    if not found:
        lines = done.stderr.strip().splitlines() or ["pip downloaded nothing"]
        raise DownloadFailed(f"{package.requirement}: {lines[-1]}")
    return found[0]
