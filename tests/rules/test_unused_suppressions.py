"""What comments silence, and what is said about those that silence nothing (DTL901)."""

from __future__ import annotations

import pytest

from detachlint import api
from detachlint.config.options import Options
from detachlint.config.selection import Choice, Selection
from detachlint.rules.finding import Confidence

HEAD = "import torch\n\nt = torch.ones(2, requires_grad=True)\nd = t.detach()\n"
UNSURE = "def f(x: torch.Tensor):\n    return x.numpy()"


def messages(body: str, options: Options | None = None) -> list[str]:
    data = (HEAD + body).encode()
    findings = api.check_bytes(data, "a.py", options or Options()).findings
    return [f"{finding.code} {finding.span.line} {finding.message}" for finding in findings]


def fixed(body: str) -> str:
    result = api.fix_source(HEAD + body, "a.py")
    assert result.remaining == []
    return result.text.removeprefix(HEAD)


@pytest.mark.parametrize(
    "comment",
    [
        *("# noqa", "# noqa: DTL101", "# noqa: DTL1", "# noqa: E501,DTL101"),
        *("# detachlint: ignore", "# detachlint: ignore[DTL101] reason", "# type: x  # noqa"),
        "# noqa: DTL101  # detachlint: ignore[DTL101]",
    ],
)
def test_comments_silence_findings_of_their_line(comment: str) -> None:
    assert messages(f"a = t.numpy()  {comment}\n") == []


def test_comments_silence_no_others() -> None:
    for comment in ("# noqa: E501", "# noqa: DTL202, DTL901", "# detachlint: skip-file"):
        assert messages(f"a = t.numpy()  {comment}\n")[0].startswith("DTL101 5")
    assert messages("a = t.numpy()\nb = 1  # noqa\n")[0].startswith("DTL101 5")
    assert messages('a = t.numpy(), "# noqa"\n')[0].startswith("DTL101 5")


def test_comments_may_mean_the_file() -> None:
    for comment in ("# flake8: noqa", "# detachlint: skip-file", "# flake8: noqa: DTL1"):
        assert messages(f"{comment}\na = t.numpy()\nb = t.numpy()\n") == []
    other = messages("# flake8: noqa: E501\na = t.numpy()\n")
    assert len(other) == 1


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("# noqa: DTL101", "`noqa: DTL101` silences nothing here"),
        ("# noqa: DTL9, DTL101", "`noqa: DTL9, DTL101` silences nothing here"),
        ("# noqa: DTL101, E501", "DTL101 is not reported here"),
        ("# noqa: E501, DTL999", "there is no rule DTL999"),
        ("# detachlint: ignore", "`detachlint: ignore` silences nothing here"),
        ("# detachlint: ignore[DTL101] why", "`detachlint: ignore[DTL101]` silences nothing here"),
        (
            "# detachlint: ignore[E501]",
            "`detachlint: ignore[E501]` silences nothing here (there is no rule E501)",
        ),
    ],
)
def test_unused_suppressions_are_reported(comment: str, words: str) -> None:
    assert messages(f"a = d.numpy()  {comment}\n") == [f"DTL901 5 unused suppression: {words}"]


def test_mistakes_are_reported() -> None:
    assert messages("a = d.numpy()  # detachlint: ignore[DTL101\n") == [
        "DTL901 5 `detachlint: ignore[DTL101` is no suppression: it silences nothing"
    ]


def test_unused_codes_for_the_file_are_reported() -> None:
    assert len(messages("# flake8: noqa: DTL101\n")) == 1


def test_each_unused_code_is_reported_by_itself() -> None:
    body = "a = t.numpy()  # noqa: DTL900, DTL101, DTL999\n"
    assert [message.split()[-5:] for message in messages(body)] == [
        ["DTL900", "is", "not", "reported", "here"],
        ["there", "is", "no", "rule", "DTL999"],
    ]
    assert fixed(body) == "a = t.numpy()  # noqa: DTL101\n"


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: E501, W1", "# noqa: some words"])
def test_what_other_tools_may_want_is_none_of_our_business(comment: str) -> None:
    assert messages(f"a = d.numpy()  {comment}\n") == []


def test_suppressions_of_findings_that_are_not_sure_enough_are_used() -> None:
    for confidence in Confidence:
        assert messages(f"{UNSURE}  # noqa: DTL101\n", Options(confidence)) == []


def test_suppressions_of_rules_that_were_not_run_are_not_judged() -> None:
    body = "a = d.numpy()  # noqa: DTL101\n"
    without = Options(selection=Selection((Choice(ignore=("DTL101",)),)))
    assert messages(body, without) == []
    assert messages(body, Options(ignored=("DTL1",))) == []
    assert messages(body, Options(ignored=("DTL901",))) == []


def test_a_suppression_may_be_kept_on_purpose() -> None:
    assert messages("a = d.numpy()  # noqa: DTL101, DTL901\n") == []


def test_nothing_is_called_unused_where_the_analysis_gave_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("detachlint.interpret.engine.shares.MOST_STEPS", -1000)
    monkeypatch.setattr("detachlint.interpret.engine.shares.MOST_STEPS_OF_A_FILE", -1000)
    monkeypatch.setattr("detachlint.interpret.engine.shares.SMALL_SHARE", -1000)
    body = "def f(model: torch.nn.Linear):\n    return model(d).numpy()  # noqa: DTL101\n"
    assert messages(body) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a = 1  # noqa: DTL101\n", "a = 1\n"),
        ("a = 1\t# noqa: DTL101", "a = 1"),
        ("a = 1  # noqa: DTL101 the reason\r\n", "a = 1\r\n"),
        ("a = 1  # noqa: DTL101  # type: int\n", "a = 1  # type: int\n"),
        ("a = 1  # type: int  # noqa: DTL101\n", "a = 1  # type: int\n"),
        ("a = 1  # one # noqa: DTL101 # two\n", "a = 1  # one  # two\n"),
        ("a = 1  # noqa: E501,DTL101,W1 words\n", "a = 1  # noqa: E501, W1 words\n"),
        ("# flake8: noqa: DTL101\na = 1\n", "a = 1\n"),
        ("if t:\n    # detachlint: ignore\n    a = 1\n", "if t:\n    a = 1\n"),
        ("a = (\n    1,\n    # detachlint: ignore\n)\n", "a = (\n    1,\n)\n"),
        ("a = 1\n# noqa: DTL101", "a = 1\n"),
        ("é = 'é'  # noqa: DTL101\n", "é = 'é'\n"),
        ("a = 1  # detachlint: ignore # noqa: DTL101\n", "a = 1\n"),
        ("a = t.numpy()\nb = 1  # noqa: DTL101\n", "a = t.detach().numpy()\nb = 1\n"),
    ],
)
def test_the_fix_removes_the_comment_and_nothing_else(body: str, expected: str) -> None:
    assert fixed(body) == expected
