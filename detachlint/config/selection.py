"""Which rules are run: `select`, `extend-select` and `ignore`, with codes or their beginnings."""

from __future__ import annotations

from detachlint.rules.codes import PREFIX, is_off_by_default
from detachlint.source.value_class import value_class


@value_class(frozen=True, slots=True)
class Choice:
    """What one place (a file, the command line) says. `select` None: it does not say."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def verdict(self, code: str) -> bool | None:
        """Whether it selects the rule; None where it says nothing about it.

        Of several entries that stand for the rule, the longest decides; of equally long ones, the
        ignoring one: `select = ["DTL"], ignore = ["DTL1"], extend-select = ["DTL101"]`.
        """
        chosen = _longest((*(self.select or ()), *self.extend_select), code)
        ignored = _longest(self.ignore, code)
        if chosen < 0 and ignored < 0:
            return None if self.select is None else False
        return chosen > ignored


@value_class(frozen=True, slots=True)
class Selection:
    """The choices of all places, the one that has the last word last."""

    choices: tuple[Choice, ...] = ()

    def includes(self, code: str) -> bool:
        """Whether the rule is run. Where nobody says anything, all rules are that are not off by
        default. A `select` starts afresh: what was ignored before may come back."""
        for choice in reversed(self.choices):
            verdict = choice.verdict(code)
            if verdict is not None:
                return verdict
        return not is_off_by_default(code)


DEFAULT_SELECTION = Selection()

EVERYTHING = Selection((Choice(select=(PREFIX,)),))
"""All rules, those that are off by default too."""


def _longest(entries: tuple[str, ...], code: str) -> int:
    lengths = [len(entry) for entry in entries if code.startswith(entry)]
    return max(lengths, default=-1)
