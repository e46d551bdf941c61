"""The settings that apply to a file or directory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from detachlint.config.errors import ConfigurationError
from detachlint.config.options import Options
from detachlint.config.patterns import Pattern
from detachlint.config.selection import DEFAULT_SELECTION, Choice, Selection
from detachlint.config.values import FileIgnores, NamedFile, Values
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts
from detachlint.project.followed import followed
from detachlint.rules.finding import Confidence
from detachlint.source.discovery import DEFAULT_EXCLUDES, WalkRules
from detachlint.source.language import Extensions, searched
from detachlint.source.value_class import value_class

if TYPE_CHECKING:
    from detachlint.fix import FixStyle

FIRST_WITH_FORCE = (1, 13)
"""The first PyTorch with `numpy(force=True)` (pytorch/pytorch#78564)."""


@value_class(frozen=True, slots=True)
class Settings:
    """What the configuration file in charge and the command line say together.

    `source` is the file as messages name it, empty where there is none. `exclude` None stands for
    the names in `DEFAULT_EXCLUDES`. `root` is the directory of the file, an absolute real path.
    """

    source: str = ""
    root: str = ""
    selection: Selection = DEFAULT_SELECTION
    per_file_ignores: tuple[FileIgnores, ...] = ()
    min_confidence: Confidence = Confidence.LIKELY
    exclude: tuple[Pattern, ...] | None = None
    extend_exclude: tuple[Pattern, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    fix_style: FixStyle = "detach"
    unsafe_fixes: bool = False
    target_torch: tuple[int, int] | None = None
    extension: Extensions = ()
    facts: OwnFacts = NO_OWN_FACTS
    follow_packages: tuple[str, ...] = ()
    environment: str | None = None
    baseline: NamedFile | None = None

    def options(self, path: str) -> Options:
        """How to check the file at `path` (absolute)."""
        ignored = tuple(code for each in self.per_file_ignores for code in each.ignored(path))
        return Options(
            min_confidence=self.min_confidence,
            fix_style=self.fix_style,
            unsafe_fixes=self.unsafe_fixes,
            selection=self.selection,
            ignored=tuple(sorted(set(ignored))),
            extensions=self.extension,
            facts=self.facts,
            followed=followed(self.follow_packages, self.environment),
        )

    def walk_rules(self) -> WalkRules:
        """What a walk leaves out. Plain names, which nearly all are, cost a look-up each."""
        patterns = [*(self.exclude or ()), *self.extend_exclude]
        names = {pattern.text for pattern in patterns if pattern.is_plain_name}
        if self.exclude is None:
            names |= DEFAULT_EXCLUDES
        globs = tuple(pattern for pattern in patterns if not pattern.is_plain_name)
        return WalkRules(
            names=frozenset(names),
            matches=(lambda path: any(glob.matches(path) for glob in globs)) if globs else None,
            respect_gitignore=self.respect_gitignore,
            forced_below=self.root if self.force_exclude else None,
            suffixes=searched(self.extension),
        )


def combine(layers: Sequence[Values], source: str, root: str) -> Settings:
    """The settings that several sets of values give, the one with the last word last.

    Raises `ConfigurationError` for values that do not go together.
    """
    plain: dict[str, object] = {}
    for layer in layers:
        plain |= layer
    for key in ("select", "extend-select", "ignore"):
        plain.pop(key, None)
    plain["extend-exclude"] = tuple(_all(layers, "extend-exclude"))
    made = {key.replace("-", "_"): value for key, value in plain.items()}
    choices = tuple(_choice(layer) for layer in layers)
    settings = Settings(source=source, root=root, selection=Selection(choices), **made)  # type: ignore[arg-type]
    target = settings.target_torch
    if settings.fix_style == "force" and target is not None and target < FIRST_WITH_FORCE:
        version = ".".join(map(str, target))
        wrong = f"fix-style: 'force' needs PyTorch 1.13, but target-torch is \"{version}\""
        raise ConfigurationError(f"{source}: {wrong}" if source else wrong)
    return settings


def _choice(layer: Values) -> Choice:
    return Choice(layer.get("select"), layer.get("extend-select", ()), layer.get("ignore", ()))


def _all(layers: Sequence[Values], key: str) -> Iterator[Pattern]:
    for layer in layers:
        yield from layer.get(key, ())
