"""What is known about texts: kept from run to run, for as long as somebody asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from detachlint.cache.store import Store
from detachlint.project import kept
from detachlint.project.kept import Kept
from detachlint.project.outline import Outline, outline_of


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def ask(known: Kept, digest: str) -> bool:
    """Whether it is known of a text what is asked for; if it is not, it is from now on."""
    worked: list[str] = []

    def work() -> Outline:
        worked.append(digest)
        return outline_of(f"import {digest}\n")

    found = known.outline(digest, work)
    assert found is not None and found.imports[0].module == digest
    return not worked


def run(store: Store, digests: str, *, whole: bool = True) -> list[bool]:
    """Whether these texts (all in the same entry of the store) are known to a run that asks for them."""
    known = Kept(store, "texts")
    found = [ask(known, f"a{digest}") for digest in digests]
    known.save(whole=whole)
    return found


def test_what_was_found_out_is_known_to_the_next_run(store: Store) -> None:
    assert run(store, "xy") == [False, False]
    assert run(store, "yzx") == [True, False, True]


def test_a_run_over_all_forgets_what_it_has_not_asked_for(store: Store) -> None:
    run(store, "xy")
    run(store, "yz")
    assert run(store, "yx") == [True, False]


def test_a_run_over_a_part_does_not(store: Store) -> None:
    run(store, "xy")
    run(store, "yz", whole=False)
    assert run(store, "xyz") == [True, True, True]


def test_runs_over_parts_keep_what_was_used_last(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 2)
    run(store, "xy")
    run(store, "xz", whole=False)
    assert run(store, "xzy") == [True, True, False]


def test_what_is_damaged_is_found_out_anew(store: Store) -> None:
    run(store, "x")
    store.write("texts-a", b"damaged")
    assert run(store, "x") == [False]
    assert run(store, "x") == [True]


def test_without_a_store_nothing_is_kept() -> None:
    known = Kept()
    assert not ask(known, "ax") and not ask(known, "ax")
