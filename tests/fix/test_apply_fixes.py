"""Applying several fixes to one text."""

import pytest
from fix_helpers import crossing_spans, finding_at, fix_text, source_of

from detachlint.fix import apply_fixes, attach_fixes
from detachlint.fix.verify import Change, only_edits_differ, splice
from detachlint.rules.finding import Applicability, Confidence, Edit, Fix
from detachlint.source.span import Span


def edit(line, start, end, content):
    return Edit(Span(line, start, line, end), content)


def finding_with(*edits, at=1, applicability=Applicability.SAFE):
    return finding_at(Span(at, 0, at, 1), fix=Fix("repair", applicability, edits))


def test_all_fixes_are_applied_in_one_go():
    text = "a = x.numpy()\nb = (y.numpy(), z.cpu().numpy())\n"
    source = source_of(text)
    findings = attach_fixes([finding_at(s) for s in crossing_spans(text)], source)
    applied = apply_fixes(source, reversed(findings))
    assert applied.text == (
        "a = x.detach().numpy()\nb = (y.detach().numpy(), z.detach().cpu().numpy())\n"
    )
    assert applied.applied == tuple(findings)


def test_unsafe_fixes_are_applied_on_request_only():
    text = "a = x.numpy()\nb = y.numpy()\n"
    source = source_of(text)
    first, second = crossing_spans(text)
    findings = [finding_at(first, Confidence.POSSIBLE), finding_at(second, Confidence.LIKELY)]
    findings = attach_fixes(findings, source)
    assert apply_fixes(source, findings).text == "a = x.numpy()\nb = y.detach().numpy()\n"
    assert apply_fixes(source, findings).applied == tuple(findings[1:])
    assert apply_fixes(source, findings, unsafe=True).applied == tuple(findings)


@pytest.mark.parametrize("unsafe", [False, True])
def test_fixes_for_display_are_never_applied(unsafe):
    source = source_of("a = b\n")
    finding = finding_with(edit(1, 4, 5, "c"), applicability=Applicability.DISPLAY_ONLY)
    for findings in ([finding], [finding_with()], [finding_at(Span(1, 0, 1, 1))], []):
        applied = apply_fixes(source, findings, unsafe=unsafe)
        assert (applied.text, applied.applied) == (source.text, ())


def test_the_same_edit_is_made_once():
    text = "def f(t):\n    return t.numpy()\n"
    source = source_of(text)
    (span,) = crossing_spans(text)
    # Two callers, two findings, one crossing.
    findings = attach_fixes([finding_at(span), finding_at(span, Confidence.LIKELY)], source)
    applied = apply_fixes(source, findings)
    assert applied.text == "def f(t):\n    return t.detach().numpy()\n"
    assert len(applied.applied) == 2


@pytest.mark.parametrize(
    ("second", "is_conflict"),
    [
        (edit(1, 4, 7, "q"), True),
        (edit(1, 5, 9, "q"), True),
        (edit(1, 2, 5, "= q"), True),
        (edit(1, 4, 4, "- "), True),
        (edit(1, 7, 7, " - q"), False),
        (edit(1, 10, 13, "q"), False),
        (edit(1, 4, 7, "one"), False),
    ],
)
def test_overlapping_fixes_are_not_both_applied(second, is_conflict):
    source = source_of("r = abc + efg\n")
    first = finding_with(edit(1, 4, 7, "one"), at=1)
    later = finding_at(Span(1, 9, 1, 10), fix=Fix("repair", Applicability.SAFE, (second,)))
    applied = apply_fixes(source, [later, first])
    assert applied.applied == ((first,) if is_conflict else (first, later))


def test_fix_of_several_edits_is_applied_whole_or_not_at_all():
    source = source_of("r = f(a + b, c)\n")
    first = finding_with(edit(1, 6, 7, "q"))
    second = finding_at(
        Span(1, 9, 1, 10),
        fix=Fix("repair", Applicability.SAFE, (edit(1, 6, 6, "("), edit(1, 11, 11, ")"))),
    )
    assert apply_fixes(source, [first, second]).text == "r = f(q + b, c)\n"
    assert apply_fixes(source, [second]).text == "r = f((a + b), c)\n"


def test_fix_that_is_not_applied_is_in_nobodys_way():
    source = source_of("r = f(a, b, c)\n")
    ranks = [
        Fix("repair", Applicability.SAFE, edits)
        for edits in (
            (edit(1, 9, 10, "q"),),
            (edit(1, 6, 7, "p"), edit(1, 9, 10, "p")),
            (edit(1, 6, 7, "q"),),
        )
    ]
    findings = [finding_at(Span(1, n, 1, n), fix=fix) for n, fix in enumerate(ranks)]
    applied = apply_fixes(source, findings)
    assert applied.text == "r = f(q, q, c)\n"
    assert applied.applied == (findings[0], findings[2])


def test_bad_fix_is_dropped_and_the_others_are_applied():
    source = source_of("a = x.numpy()\nb = y\nc = z\n")
    good = finding_with(edit(1, 5, 5, ".detach()"), at=1)
    bad = finding_with(edit(2, 4, 4, ")"), at=2)
    also_good = finding_with(edit(3, 5, 5, ".t()"), at=3)
    applied = apply_fixes(source, [bad, also_good, good])
    assert applied.text == "a = x.detach().numpy()\nb = y\nc = z.t()\n"
    assert applied.applied == (good, also_good)


def test_text_that_does_not_parse_is_left_alone():
    source = source_of("print x\na = x.numpy()\n")
    applied = apply_fixes(source, [finding_with(edit(2, 5, 5, ".detach()"))])
    assert (applied.text, applied.applied) == (source.text, ())


def test_splice():
    changes = [Change(0, 0, "<"), Change(2, 4, ""), Change(6, 6, ">")]
    assert splice("abcdef", changes) == "<abef>"
    assert splice("abcdef", []) == "abcdef"


@pytest.mark.parametrize(
    ("text", "marked", "content", "is_sound"),
    [
        ("r = x¦.numpy()", "", ".detach()", True),
        ("r = x.¦numpy()", "", "detach().", True),
        ("r = f(¦)", "", "force=True", True),
        ("r = f(¦, b)", "a", "q", True),
        ("r = ¦", "a", "(a)", True),
        # Into a name, a string, a comment, or together with a neighbour.
        ("r = x.nu¦mpy()", "", ".detach()", False),
        ("r = 'x¦.numpy()'", "", ".detach()", False),
        ("r = '''\nx¦.numpy()'''", "", ".detach()", False),
        ("r = 1  # x¦.numpy()", "", ".detach()", False),
        ("r = x¦", "", "1", False),
        ("r = f(a ¦= b)", "", "=", False),
        ("r = x ¦", "# c", "+ 1", True),
        ("r = x ¦", "", "# c", True),
        ("r = x ¦+ 1", "", "# ", False),
        ("r = '''¦'''", "a", "b", False),
        # Not a program any more.
        ("r = x¦", "", ".", False),
        ("r = x¦", "", "\n  y", False),
        ("r = (x¦", ")", "", False),
    ],
)
def test_only_edits_differ(text, marked, content, is_sound):
    start = text.index("¦")
    source = source_of(text.replace("¦", marked))
    change = Change(start, start + len(marked), content)
    assert only_edits_differ(source, [change]) is is_sound


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n\f", "\n# é", "\n    # é\n"])
def test_line_ends_are_kept(newline, end):
    text = "def f():\n\treturn x.numpy()\n\n\fs = '''\n\u2028\n'''\nr = (x.cpu()\n.numpy())" + end
    before = text.replace("\n", newline)
    assert fix_text(before) == before.replace("x", "x.detach()")


def test_many_fixes_in_a_long_file():
    text = "".join(f"a{n} = x{n}.cpu().numpy()  # {n}\n" for n in range(2000))
    assert fix_text(text) == text.replace(".cpu()", ".detach().cpu()")
