"""Programs of a few names in scopes of any shape, many of which Python rejects."""

from __future__ import annotations

from hypothesis import strategies as st

_NAMES = st.sampled_from("abc")

_EXPRESSIONS = st.recursive(
    _NAMES,
    lambda inner: st.one_of(
        st.builds("({} := {})".format, _NAMES, inner),
        st.builds("[{} for {} in {}]".format, inner, _NAMES, inner),
        st.builds("f({} for {} in {} if {})".format, inner, _NAMES, inner, inner),
        st.builds("(lambda {}: {})".format, _NAMES, inner),
        st.builds("({} < {} < {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)


def _indented(lines: list[str]) -> str:
    return "\n".join("    " + line for text in lines for line in text.splitlines())


_STATEMENTS = st.recursive(
    st.one_of(
        st.builds("{} = {}".format, _NAMES, _EXPRESSIONS),
        st.builds("global {}".format, _NAMES),
        st.builds("nonlocal {}".format, _NAMES),
        st.builds("import {}".format, _NAMES),
    ),
    lambda inner: st.one_of(
        st.builds(
            "def {}({}):\n{}".format, _NAMES, _NAMES, st.lists(inner, min_size=1).map(_indented)
        ),
        st.builds("class {}:\n{}".format, _NAMES, st.lists(inner, min_size=1).map(_indented)),
        st.builds(
            "match {}:\n  case [{}, *{}] if {}:\n{}".format,
            _EXPRESSIONS,
            st.just("a"),
            st.just("b"),
            _EXPRESSIONS,
            st.lists(inner, min_size=1).map(_indented),
        ),
    ),
    max_leaves=8,
)


def programs() -> st.SearchStrategy[str]:
    """Source texts that can be parsed."""
    return st.lists(_STATEMENTS, max_size=4).map("\n".join)
