"""The abstract interpreter: runs the IR on abstract values and records what it sees at crossings."""

from detachlint.interpret.showing import render_facts
from detachlint.interpret.whole import analyse_module, analyse_program

__all__ = ["analyse_module", "analyse_program", "render_facts"]
