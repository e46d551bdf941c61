"""Pages are read as they are meant, and a page that is not written so says where."""

from __future__ import annotations

import pytest

from detachlint.harness.rule_page import Example, Mark, PageError, parse_page
from detachlint.rules.finding import Confidence

PAGE = """\
# DTL101: some-name

Words, and `# error: DTL101` in them.

## First section

```python
import torch
torch.ones(1).numpy()  # error: DTL101 certain
x = 1
y = 2  # error: DTL102
```

Fixed: like this.

```python
import torch
```

```text
not = python  # error: nothing
```

## Second section

~~~python
silent = True  # a comment
~~~
"""


def test_examples_come_with_their_marks_sections_and_fixes() -> None:
    first, second = parse_page(PAGE)
    assert first == Example(
        text="import torch\ntorch.ones(1).numpy()\nx = 1\ny = 2\n",
        page_line=8,
        section="First section",
        marks=(Mark(2, "DTL101", Confidence.CERTAIN), Mark(4, "DTL102", None)),
        fixed="import torch\n",
    )
    assert second == Example("silent = True  # a comment\n", 27, "Second section")
    assert first.marked_lines("DTL101") == {2}
    assert first.marked_lines("DTL900") == frozenset()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("text\n```python\nx = 1\n", "starts at line 2 is not closed"),
        ("```python\nx = 1  # error: DTL1\n```\n", "line 2 holds no proper mark"),
        ("```python\nx = 1  # error: DTL101 sure\n```\n", "line 2 holds no proper mark"),
        ("```python\nx = 1  # Error DTL101\n```\n", "line 2 holds no proper mark"),
        ("Fixed:\n\n```python\nx = 1\n```\n", "line 4 shows the fix of nothing"),
        (
            "```python\nx = 1\n```\nFixed:\n```python\nx = 1\n```\n",
            "line 6 shows the fix of nothing",
        ),
        (
            "```python\nx = 1  # error: DTL101\n```\nFixed:\n"
            "```python\nx = 2  # error: DTL101\n```\n",
            "line 6 shows a fix that has errors",
        ),
    ],
)
def test_a_page_written_otherwise_is_refused(page: str, words: str) -> None:
    with pytest.raises(PageError, match=words):
        parse_page(page)


def test_a_heading_ends_what_a_fix_may_follow() -> None:
    page = "```python\nx = 1  # error: DTL101\n```\nFixed:\n\n# Next\n\n```python\ny = 1\n```\n"
    assert [example.fixed for example in parse_page(page)] == [None, None]
