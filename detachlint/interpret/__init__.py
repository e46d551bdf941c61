"""The abstract interpreter: runs the IR on abstract values and records what it sees at crossings."""

from detachlint.interpret.roots import analyse_module
from detachlint.interpret.showing import render_facts

__all__ = ["analyse_module", "render_facts"]
