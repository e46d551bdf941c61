"""What a run hands to the analysis of its files, whoever stands in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detachlint.source.value_class import value_class

if TYPE_CHECKING:
    from detachlint.cache.consulted import Consulted
    from detachlint.cache.store import Store


@value_class(frozen=True, slots=True)
class Resources:
    """What an analysis may use: the results are the same without.

    What it reads is noted in `consulted`. Of what `store` has from earlier runs, which went by `name`,
    what still holds is used, and what is new is kept there. Up to `jobs` processes work at it.
    """

    consulted: Consulted | None = None
    store: Store | None = None
    name: str = ""
    jobs: int = 1


NO_RESOURCES = Resources()
