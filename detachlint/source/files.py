"""From the bytes of a file to its text, by the language that is in it."""

from __future__ import annotations

from detachlint.source.language import Extensions, Language, language_of
from detachlint.source.text import SourceText, decode, decode_utf8


def decode_file(data: bytes, filename: str, extensions: Extensions = ()) -> SourceText:
    """The text of a Python file, a notebook or a Markdown file. Raises `Undecodable`."""
    language = language_of(filename, extensions)
    # Imported late: most files are Python alone.
    if language is Language.NOTEBOOK:
        from detachlint.source.notebook import decode_notebook

        return decode_notebook(data, filename)
    if language is Language.MARKDOWN:
        from detachlint.source.markdown import MarkdownText

        text = decode_utf8(data, filename)
        return MarkdownText(text.text, filename, has_bom=text.has_bom, original=data)
    return decode(data, filename)
