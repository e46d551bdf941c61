"""Reports for other programs: held against what those programs say that they read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from sample_report import FINDING, SOURCE, TEXT, UNREADABLE, place, report

from detachlint.report import Report, render
from detachlint.rules.finding import Applicability, Confidence, Edit, Finding, Fix
from detachlint.rules.registry import all_rules
from detachlint.source.text import SourceText

# The committee's own file: `sarif-2.1/schema` in its repository, oasis-tcs/sarif-spec.
SCHEMA = json.loads((Path(__file__).parent / "data/sarif-schema-2.1.0.json").read_text("utf-8"))
FIXED = TEXT.replace("(x).numpy", "(x).detach().numpy")
TWO_EDITS = replace(
    FINDING,
    fix=Fix(
        "insert `.detach()`",
        Applicability.SAFE,
        (Edit(place("(x)")._replace(end_column=place("(x)").column), "("), *FINDING.fix.edits),
    )
    if FINDING.fix
    else None,
)
EVIL = replace(UNREADABLE, filename="a b\x1b%,:\n\udcff<&>.py", message="<&>\x00\x1b]]>%\n::error")
REPORTS = {
    "nothing": report(),
    "incomplete": report(incomplete=True),
    "all kinds": report(FINDING, TWO_EDITS, UNREADABLE),
    "hostile": report(EVIL),
    "unknown rule": report(replace(FINDING, code="DTL999")),
    "absolute": report(replace(UNREADABLE, filename="/a/b.py")),
}


def sarif(*findings: Finding) -> dict[str, Any]:
    [run] = json.loads(render("sarif", report(*findings)))["runs"]
    assert isinstance(run, dict)
    return run


# --- SARIF -------------------------------------------------------------------------------------


@pytest.mark.parametrize("each", REPORTS.values(), ids=REPORTS)
def test_sarif_is_valid(each: Report) -> None:
    log = json.loads(render("sarif", each))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    assert len(log["runs"][0]["results"]) == len(each.findings)


def test_the_sarif_schema_refuses_what_is_wrong() -> None:
    log = json.loads(render("sarif", report(FINDING)))
    log["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["steps"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(log)


def test_sarif_has_the_trace_as_a_code_flow() -> None:
    [result] = sarif(FINDING)["results"]
    [flow] = result["codeFlows"]
    [thread] = flow["threadFlows"]
    steps = [step["location"] for step in thread["locations"]]
    assert [step["message"]["text"] for step in steps] == [
        "its parameters require grad",
        "calling `mödel`",
    ]
    first, second = (step["physicalLocation"] for step in steps)
    assert first["artifactLocation"] == {"uri": "lib.py", "uriBaseId": "%SRCROOT%"}
    assert second["region"] == {"startLine": 3, "startColumn": 11, "endLine": 3, "endColumn": 19}


def test_sarif_describes_the_rules_that_found_something() -> None:
    run = sarif(FINDING, UNREADABLE, FINDING)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["DTL101", "DTL900"]
    assert [rule["help"]["markdown"] for rule in rules] == [
        rule.page for rule in all_rules() if rule.code in ("DTL101", "DTL900")
    ]
    assert [result["ruleIndex"] for result in run["results"]] == [0, 1, 0]
    assert sarif()["tool"]["driver"]["rules"] == []


def test_sarif_levels_are_confidences() -> None:
    findings = [replace(FINDING, confidence=confidence) for confidence in Confidence]
    levels = [result["level"] for result in sarif(*findings)["results"]]
    assert levels == ["note", "warning", "error"]


def test_a_sarif_fix_repairs_the_text() -> None:
    [result] = sarif(TWO_EDITS)["results"]
    [fix] = result["fixes"]
    [change] = fix["artifactChanges"]
    text = TEXT
    for replacement in reversed(change["replacements"]):
        region, content = replacement["deletedRegion"], replacement["insertedContent"]["text"]
        start, end = (
            sum(len(line) + 1 for line in TEXT.split("\n")[: region[f"{side}Line"] - 1])
            + region[f"{side}Column"]
            - 1
            for side in ("start", "end")
        )
        text = text[:start] + content + text[end:]
    assert text == FIXED.replace("(x).", "((x).", 1)


def test_sarif_says_whether_all_was_checked() -> None:
    for incomplete in (True, False):
        log = json.loads(render("sarif", report(incomplete=incomplete)))
        assert log["runs"][0]["invocations"] == [{"executionSuccessful": not incomplete}]


# --- the code hosts ----------------------------------------------------------------------------


def test_github_commands_are_a_line_each() -> None:
    first, second = render("github", report(FINDING, UNREADABLE)).splitlines()
    assert first == (
        "::warning title=detachlint (DTL101),file=f.py,line=3,col=11,endLine=3,endColumn=27"
        "::f.py:3:11: DTL101 `.numpy()` on a tensor that requires grad"
        "%0Arequires grad because:%0A  lib.py:7:5: its parameters require grad"
        "%0A  f.py:3:11: calling `mödel`"
    )
    assert second.startswith("::error title=detachlint (DTL900),file=g.py,line=3,col=5")


def test_github_commands_cannot_be_forged() -> None:
    [line] = render("github", report(EVIL)).splitlines()
    assert line.startswith(
        "::error title=detachlint (DTL900),file=a b\x1b%25%2C%3A%0A\udcff<&>.py,"
    )
    assert line.endswith("%25%0A::error")


def test_gitlab_issues_have_what_gitlab_requires() -> None:
    first, second = json.loads(render("gitlab", report(FINDING, UNREADABLE)))
    assert len(first.pop("fingerprint")) == 32
    assert first == {
        "description": "DTL101: `.numpy()` on a tensor that requires grad",
        "check_name": "DTL101",
        "severity": "major",
        "location": {
            "path": "f.py",
            "lines": {"begin": 3, "end": 3},
            "positions": {"begin": {"line": 3, "column": 11}, "end": {"line": 3, "column": 27}},
        },
    }
    assert second["severity"] == "critical"


def test_gitlab_paths_are_relative() -> None:
    absolute = replace(UNREADABLE, filename=str(Path.cwd() / "src" / "g.py"))
    [issue] = json.loads(render("gitlab", report(absolute)))
    assert issue["location"]["path"] == "src/g.py"


def fingerprints(text: str, *marks: str) -> list[str]:
    source = SourceText.from_text(text, "f.py")
    starts = [text.index(mark) for mark in marks]
    findings = [
        replace(FINDING, span=source.span(start, start + 1), fix=None, message=f"row {start}")
        for start in starts
    ]
    issues = json.loads(render("gitlab", report(*findings, sources={"f.py": source})))
    return [issue["fingerprint"] for issue in issues]


def test_fingerprints_outlive_what_happens_elsewhere() -> None:
    text = "a.numpy()\nb.numpy()\n"
    assert fingerprints(text, "a", "b") == fingerprints(f"import os\n{text}", "a", "b")
    assert fingerprints(text, "a", "b") == fingerprints(f"if x:\n  {text}", "a", "b")
    assert fingerprints(text, "b") == fingerprints(text, "a", "b")[1:]
    assert len({*fingerprints(text, "a", "b"), *fingerprints("a.numpy(1)\n", "a")}) == 3


def test_fingerprints_of_equal_lines_differ() -> None:
    twice = [FINDING, replace(FINDING, message="another")]
    first, second = json.loads(render("gitlab", report(*twice)))
    assert first["fingerprint"] != second["fingerprint"]


# --- others ------------------------------------------------------------------------------------


def test_junit_has_a_failure_for_each_finding() -> None:
    suites = ElementTree.fromstring(render("junit", report(FINDING, FINDING, UNREADABLE)).encode())
    assert (suites.get("tests"), suites.get("failures")) == ("3", "3")
    assert [(each.get("name"), each.get("failures")) for each in suites] == [
        ("f.py", "2"),
        ("g.py", "1"),
    ]
    case = suites[0][0]
    assert case.get("name") == "DTL101 numpy-on-grad-tensor"
    assert (case.get("classname"), case.get("line"), case.get("column")) == ("f.py", "3", "11")
    [failure] = case
    assert failure.get("message") == FINDING.message
    assert failure.text is not None
    assert "f.py:3:11: calling `mödel`\nhelp: insert `.detach()`" in failure.text


@pytest.mark.parametrize("incomplete", [True, False])
def test_junit_of_nothing_is_one_test(incomplete: bool) -> None:
    suites = ElementTree.fromstring(render("junit", report(incomplete=incomplete)).encode())
    assert (suites.get("tests"), suites.get("failures")) == ("1", "0")
    assert suites.get("errors") == str(int(incomplete))
    assert len(suites.findall("testsuite/testcase/error")) == int(incomplete)


def test_junit_is_xml_whatever_the_names() -> None:
    text = render("junit", report(EVIL)).encode("utf-8")
    [case] = ElementTree.fromstring(text).findall("testsuite/testcase")
    assert case.get("classname") == "a b\\x1b%,:\\n\\udcff<&>.py"


def test_rdjson_counts_bytes() -> None:
    result = json.loads(render("rdjson", report(FINDING, UNREADABLE)))
    assert result["source"] == {"name": "detachlint"}
    first, second = result["diagnostics"]
    assert first["location"] == {
        "path": "f.py",
        "range": {"start": {"line": 3, "column": 12}, "end": {"line": 3, "column": 29}},
    }
    assert first["message"].endswith("\n  f.py:3:11: calling `mödel`")
    assert (first["severity"], first["code"]) == ("WARNING", {"value": "DTL101"})
    assert (second["severity"], second["suggestions"]) == ("ERROR", [])


def test_an_rdjson_suggestion_repairs_the_text_in_one_edit() -> None:
    [diagnostic] = json.loads(render("rdjson", report(TWO_EDITS)))["diagnostics"]
    [suggestion] = diagnostic["suggestions"]
    start, end = (suggestion["range"][side]["column"] - 1 for side in ("start", "end"))
    line = SOURCE.line(3).encode()
    fixed = line[:start] + suggestion["text"].encode() + line[end:]
    assert fixed.decode() == FIXED.split("\n")[2].replace("(x)", "((x)")


def test_rdjson_suggests_safe_fixes_only() -> None:
    assert FINDING.fix is not None
    unsafe = replace(FINDING, fix=replace(FINDING.fix, applicability=Applicability.UNSAFE))
    [diagnostic] = json.loads(render("rdjson", report(unsafe)))["diagnostics"]
    assert diagnostic["suggestions"] == []


def test_json_lines_are_the_objects_of_json() -> None:
    lines = render("jsonl", report(FINDING, UNREADABLE)).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(
        render("json", report(FINDING, UNREADABLE))
    )
    assert render("jsonl", report()) == ""


@pytest.mark.parametrize("name", ["gitlab", "rdjson", "json"])
@pytest.mark.parametrize("each", REPORTS.values(), ids=REPORTS)
def test_json_formats_are_json_in_every_locale(name: str, each: Report) -> None:
    text = render(name, each)
    data = json.loads(text)
    assert len(data["diagnostics"] if name == "rdjson" else data) == len(each.findings)
    assert text.isascii()
    assert text.endswith("\n")
