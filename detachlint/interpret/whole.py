"""The analysis of a whole program: its modules, its scripts, and what nobody calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import partial

from detachlint.domain.belief import BY_DEFAULT, YES
from detachlint.interpret.engine.activation import Activation
from detachlint.interpret.engine.heap import Heap
from detachlint.interpret.engine.machine import Machine
from detachlint.interpret.engine.program import LoneFile, Program
from detachlint.interpret.engine.room import with_room
from detachlint.interpret.engine.shares import most_steps
from detachlint.interpret.engine.state import State, join_states
from detachlint.interpret.facts import Facts
from detachlint.interpret.import_links import imported_by, leading_to
from detachlint.interpret.language import importing
from detachlint.interpret.roots import Roots, run_entries
from detachlint.interpret.switches.bindings import asks_for_name
from detachlint.interpret.switches.shut_code import shut_code
from detachlint.interpret.switches.supposing import suppose
from detachlint.interpret.switches.switchboard import Switchboard
from detachlint.ir.nodes import Code, If
from detachlint.knowledge.own import NO_OWN_FACTS, OwnFacts


def analyse_module(
    code: Code,
    filename: str,
    own: OwnFacts = NO_OWN_FACTS,
    *,
    is_library: bool = False,
    around: Program | None = None,
) -> Facts:
    """Run a module, and all its entry points; what it does at its crossings.

    It is run as the script it may be, unless it `is_library`: then others import it. Of the program
    `around` it, nothing else is looked at.
    """
    file = code.span.file
    program = LoneFile(is_library=is_library, around=around)
    facts = analyse_program({file: code}, program, own, {file: filename})[file]
    facts.filename = filename
    return facts


def analyse_program(
    modules: dict[str, Code],
    program: Program,
    own: OwnFacts = NO_OWN_FACTS,
    paths: Mapping[str, str] | None = None,
    parts: int = 0,
) -> dict[str, Facts]:
    """The facts about each of several files that make up a program, and about those they need.

    Each file that no other one imports is run as a script; of the others, what they do under
    `if __name__ == "__main__":` is. Then what nobody calls is run in the world that was left.
    `own` is what the user states; `paths` are those of files that are not named by them. Of a
    program too large for one analysis, this is one of so many `parts`: they share its bound on work.
    """
    machine = Machine(dict(modules), program, own, paths, most_steps(parts))
    with_room(partial(_run, machine, modules))
    facts = machine.ledger.end()
    _suppose(machine, modules, facts)
    return facts


def _suppose(machine: Machine, modules: Mapping[str, Code], facts: dict[str, Facts]) -> None:
    """Add to the facts what is found behind the program's switches."""
    switchboard = Switchboard(machine.modules, machine.program)
    shut = shut_code(machine.modules, switchboard, machine.ledger.by_modules)
    shut = [each for each in shut if machine.relevance.may_lead(each.words)]

    def run(changed: Mapping[str, Code]) -> Mapping[str, Facts]:
        """All that a change can be seen in: what the changed files are part of."""
        named = {file: changed.get(file, code) for file, code in modules.items()}
        left = machine.ledger.steps_left
        other = Machine(dict(named), machine.program, machine.own, machine.paths, left)
        others = {file: code for file, code in changed.items() if file not in modules}
        other.modules.update(others)
        other.relevance.add(others.values())
        concerned = leading_to(changed, machine.modules, machine.program)
        with_room(partial(_run, other, named, concerned))
        return other.ledger.end()

    suppose(machine.modules, shut, facts, run)


def _run(
    machine: Machine, modules: Mapping[str, Code], among: Collection[str] | None = None
) -> None:
    """Run the modules, or no more than those `among` some files."""
    imported = _imported(machine, modules)
    files = sorted(file for file in modules if among is None or file in among)
    libraries = [file for file in files if file in imported]
    shared = State(Heap({}), YES, {}, {})
    for file in libraries:
        importing.load(machine, file, shared)
    worlds: dict[str, State] = {}
    for file in files:
        if file in libraries:
            _run_guarded_part(machine, file, modules[file])
            worlds[file] = shared
        else:
            worlds[file] = _run_script(machine, file, modules[file])
    for world in worlds.values():
        world.mode = BY_DEFAULT
        world.truths.clear()
        world.equals.clear()
    machine.ledger.by_modules = frozenset(machine.ledger.called)
    run_entries(machine, [Roots(machine, worlds[file], file, modules[file]) for file in files])


def _imported(machine: Machine, files: Iterable[str]) -> set[str]:
    """The files that another one imports: one of these, or one that is not looked at itself."""
    found = {file for file in files if machine.program.is_imported(file)}
    return found.union(*(imported_by(machine.modules[file], machine.program) for file in files))


def _run_script(machine: Machine, file: str, code: Code) -> State:
    """The world after a script."""

    def run() -> State:
        state = importing.pristine(machine, file, code)
        normal, broken = importing.run_module(machine, state, file, code)
        return join_states([*normal, *broken] or [state])

    machine.script = file
    world = machine.ledger.look(file, run, machine.forget_calls)
    machine.script = ""
    return world


def _run_guarded_part(machine: Machine, file: str, code: Code) -> None:
    """Run what a module that others import does when it is a script."""
    guarded = [s for s in code.body if isinstance(s, If) and asks_for_name(s)]
    if not guarded:
        return
    loaded = State(Heap({}), YES, {}, {})
    if importing.load(machine, file, loaded) is None:
        return

    def run() -> list[State]:
        activation = Activation(code, machine.frame_of(file), 0)
        work = partial(machine.execute, tuple(guarded), [loaded.fork()], activation)
        return machine.ledger.guarded(work, otherwise=[])

    machine.script = file
    machine.ledger.look(file, run, machine.forget_calls)
    machine.script = ""
