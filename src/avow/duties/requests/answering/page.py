"""An answer as one HTML page: its style stands in it, no script, nothing from anywhere else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from avow.duties.requests.answering.document import Block, Document

TEMPLATES = Path(__file__).parent / "templates"


def page(document: Document) -> bytes:
    """The page, whole. The same document gives the same bytes."""
    return _template().render(document=document).encode()


@cache
def _template() -> Template:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    style = (TEMPLATES / "answer.css").read_text(encoding="utf-8")
    found.globals["style"] = Markup(style)  # noqa: S704 -- a file of ours
    found.globals["kind"] = _kind
    return found.get_template("answer.html")


def _kind(block: Block) -> str:
    return type(block).__name__
