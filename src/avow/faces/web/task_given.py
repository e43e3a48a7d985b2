"""What a form gives as the answer to a task: words, and one file told apart by its bytes."""

from __future__ import annotations

from avow.duties.requests.intake.enclosed import kind_of
from avow.duties.requests.tasks.kept import Evidence
from avow.faces.web.sent_form import Given

LONGEST = 4000
"""Letters of an answer that are kept."""
ARCHIVE = (b"PK\x03\x04", "application/zip")
"""What an archive begins with, and its media type: tasks take them, requests do not."""


def evidence_in(sent: Given) -> Evidence | None:
    """The evidence of a form; None where more came than is taken. What its sender calls a file
    says nothing: one of a kind that its bytes do not show is of no kind, and refused as such."""
    words, files = sent.fields.get("words", "")[:LONGEST], sent.of("file")
    if any(file.is_cut for file in files):
        return None
    if not files:
        return Evidence(words=words)
    content = bytes(files[0].content)
    kind = ARCHIVE[1] if content.startswith(ARCHIVE[0]) else kind_of(content) or ""
    return Evidence(words=words, name=files[0].name, media_type=kind, content=content)
