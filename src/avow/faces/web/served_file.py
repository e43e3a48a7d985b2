"""A file that a stranger made, handed to who looks at it: never shown in a page of ours.

It is saved under a name that says nothing, with a type that its own bytes say; a browser that opens
it nevertheless guesses no other type and runs nothing.
"""

from __future__ import annotations

from litestar import Response

from avow.common.masked import Masked
from avow.duties.requests.intake.enclosed import kind_of

UNKNOWN = "application/octet-stream"
ENDINGS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/webp": "webp",
    "image/heic": "heic",
    "text/plain": "txt",
}
HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "x-download-options": "noopen",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}


def served(file: str, content: Masked[bytes]) -> Response[bytes]:
    """The file as an attachment that is called after its id. What its sender called it, and of
    which type they said it is, is believed in nothing."""
    kind = kind_of(content.reveal()) or UNKNOWN
    name = f"{file}.{ENDINGS.get(kind, 'bin')}"
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content.reveal(), media_type=kind, headers=headers)
