"""Both pre-commit hooks, run by a real pre-commit on a temporary repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CROSSING = "import torch\n\nmodel = torch.nn.Linear(2, 2)\na = model(torch.ones(2)).numpy()\n"
CLEAN = "import torch\n\nprint(torch.ones(2).numpy())\n"


def git(*arguments: str, cwd: Path) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


def commit_all(repository: Path) -> None:
    git("init", "-q", cwd=repository)
    git("add", "-A", cwd=repository)
    git("commit", "-qm", "all of it", "--no-verify", cwd=repository)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the working tree of detachlint in it, for pre-commit to clone."""
    repository = tmp_path_factory.mktemp("hooks") / "detachlint"
    repository.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, repository)
    shutil.copytree(
        ROOT / "detachlint", repository / "detachlint", ignore=shutil.ignore_patterns("__pycache__")
    )
    commit_all(repository)
    return repository


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The hooks' own environment is installed once, by whichever test comes first."""
    home = tmp_path_factory.mktemp("pre-commit-home")
    yield {**os.environ, "PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"}
    shutil.rmtree(home)


@pytest.fixture
def project(tmp_path: Path, hooks: Path) -> Path:
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=hooks, check=True, capture_output=True, text=True
    )
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks}\n  rev: {head.stdout.strip()}\n"
        "  hooks:\n  - id: detachlint\n  - id: detachlint-fix\n"
    )
    (tmp_path / "clean.py").write_text(CLEAN)
    (tmp_path / "notes.txt").write_text("import torch\nx.numpy(\n")
    return tmp_path


def pre_commit(
    project: Path, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_the_manifest_is_valid() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest"]
    subprocess.run([*command, ROOT / ".pre-commit-hooks.yaml"], check=True)


def test_the_files_of_a_commit_are_one_program() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["detachlint", "detachlint-fix"]
    assert all(hook["require_serial"] is True for hook in hooks)


@pytest.mark.slow
def test_the_check_hook_passes_clean_files(project: Path, environment: dict[str, str]) -> None:
    commit_all(project)
    done = pre_commit(project, environment, "run", "detachlint", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


@pytest.mark.slow
def test_the_check_hook_fails_with_the_finding(project: Path, environment: dict[str, str]) -> None:
    (project / "train.py").write_text(CROSSING)
    commit_all(project)
    done = pre_commit(project, environment, "run", "detachlint", "--all-files")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "train.py:4:5" in done.stdout
    assert "notes.txt" not in done.stdout
    assert (project / "train.py").read_text() == CROSSING


@pytest.mark.slow
def test_the_fix_hook_fails_once_and_then_passes(
    project: Path, environment: dict[str, str]
) -> None:
    (project / "train.py").write_text(CROSSING)
    commit_all(project)
    first = pre_commit(project, environment, "run", "detachlint-fix", "--all-files")
    assert first.returncode == 1, first.stdout + first.stderr
    assert "files were modified by this hook" in first.stdout
    assert ".detach().numpy()" in (project / "train.py").read_text()
    git("add", "-A", cwd=project)
    second = pre_commit(project, environment, "run", "--all-files")
    assert second.returncode == 0, second.stdout + second.stderr
    assert second.stdout.count("Passed") == 2


@pytest.mark.slow
def test_the_hooks_can_be_tried_from_the_repository(
    project: Path, hooks: Path, environment: dict[str, str]
) -> None:
    (project / "train.py").write_text(CROSSING)
    commit_all(project)
    done = pre_commit(
        project, environment, "try-repo", str(hooks), "detachlint", "--files", "train.py"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "DTL101" in done.stdout
