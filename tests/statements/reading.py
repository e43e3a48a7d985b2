"""The statements of this folder, and the same statement as other formats, made when asked for."""

from __future__ import annotations

import html
from io import BytesIO
from pathlib import Path

import docx
import typst

FOLDER = Path(__file__).parent
LANGUAGES = ("fr", "nl", "en")


def kade(language: str) -> bytes:
    """The statement of a shop that rents bicycles, as its page was saved."""
    return (FOLDER / f"kade.{language}.txt").read_bytes()


SMALL = (
    ("heading", 1, "1 What we collect"),
    ("prose", 0, "When you contact us by phone, we collect the following personal data:"),
    ("item", 1, "your name and your phone number;"),
    ("item", 1, "your email address."),
    ("heading", 1, "2 How long we keep your data"),
    ("prose", 0, "We keep the data in this way."),
    ("item", 1, "The security logs are kept for 6 months."),
)
"""A small statement with its structure: (what, level, words)."""


def as_html(parts: tuple[tuple[str, int, str], ...] = SMALL, kind: str = 'type="a"') -> bytes:
    """The small statement as a page, with a script that is no text."""
    said = ["<!doctype html><html><head><title>x</title><script>var hidden = 1;</script></head>"]
    open_ = False
    for what, level, words in parts:
        if open_ and what != "item":
            said.append("</ol>")
        if what == "item" and not open_:
            said.append(f"<ol {kind}>")
        open_ = what == "item"
        tag = {"heading": f"h{level + 1}", "prose": "p", "item": "li"}[what]
        said.append(f"<{tag}>{html.escape(words)}</{tag}>")
    return "".join([*said, "</ol>" if open_ else "", "</html>"]).encode()


def as_docx(parts: tuple[tuple[str, int, str], ...] = SMALL) -> bytes:
    """The small statement as a docx; its lists have the labels that Word gives."""
    document = docx.Document()
    for what, level, words in parts:
        if what == "heading":
            document.add_heading(words, level)
        else:
            document.add_paragraph(words, style="List Number" if what == "item" else None)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(text: str) -> bytes:
    """A text as a PDF, line by line, with a running head and numbered pages."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    source = (
        "#set page(width: 21cm, height: 14cm, header: [How Kade works],"
        ' numbering: "1 / 1")\n#set text(size: 8pt, lang: "en")\n'
        f'#for line in "{escaped}".split("\\n") {{ line; linebreak() }}\n'
    )
    return bytes(typst.compile(source.encode()))
