"""A form with files, read as it arrives: no file touches the disk, and whatever is too large is let
go of while the words that were typed stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from avow.duties.requests.intake.enclosed import LARGEST, MOST_BYTES, MOST_FILES, kind_of
from avow.duties.requests.intake.plain import clean
from avow.faces.web.security import Asked

LONGEST_FIELD, MOST_PARTS = 100_000, 100
_NAME = 80
MULTIPART = "multipart/form-data"
MOST_TYPED = 200_000
"""Bytes of a form without files: the longest words, where each letter takes nine."""
MOST_SENT = 128 << 20
"""Bytes of a form that are read at all; of its files no more than `MOST_BYTES` are remembered."""


@dataclass(slots=True)
class Upload:
    """A file as it came in: its place in the form, the name that its sender gives it (shown to them
    alone, kept nowhere), its bytes, and whether more came than is taken."""

    place: str
    name: str
    content: bytearray = field(default_factory=bytearray, repr=False)
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """The fields of a form, and its files in order."""

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: tuple[Upload, ...] = ()

    def of(self, name: str) -> tuple[Upload, ...]:
        """The files of a field."""
        return tuple(each for each in self.files if each.place == name)


@dataclass(frozen=True, slots=True)
class Bad:
    """A file that is not taken: its name, its place in the form, and the word for why (`large`,
    `kind`, `many`)."""

    name: str
    place: str
    why: str


def has_files(request: Asked) -> bool:
    """Whether a form may hold files."""
    kind, _ = parse_options_header(request.headers.get("content-type", ""))
    return bool(kind == MULTIPART)


async def read_sent(request: Asked) -> Given:
    """Read a form that may hold files, within what its handler takes.

    Raises:
        ClientException: what came is no such form.
    """
    _, options = parse_options_header(request.headers.get("content-type", ""))
    reading = _Reading()
    try:
        parser = PushMultipartParser(options.get("boundary", ""), max_segment_count=MOST_PARTS)
        async for chunk in request.stream():
            for part in parser.parse(chunk):
                reading.take(part)
        parser.close()
    except (MultipartError, UnicodeDecodeError):
        raise ClientException from None
    return reading.given()


async def read_typed(request: Asked) -> Given:
    """Read a form without files, which is small.

    Raises:
        ClientException: what came is no form.
        RequestEntityTooLarge: it is longer than any words.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_TYPED:
            raise RequestEntityTooLarge
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_PARTS)
    except ValueError:
        raise ClientException from None
    return Given(dict(pairs))


@dataclass(slots=True)
class _Reading:
    """A form that is being read."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)
    room: int = MOST_BYTES
    name: str = ""
    text: bytearray = field(default_factory=bytearray)
    upload: Upload | None = None

    def take(self, part: MultipartSegment | bytes | None) -> None:
        """Take what the parser gives next: the head of a part, a piece of it, or its end."""
        if isinstance(part, MultipartSegment):
            self.name, self.text, self.upload = part.name or "", bytearray(), None
            if part.filename is not None:
                self.upload = Upload(self.name, clean(part.filename)[-_NAME:])
        elif part is None:
            self._end()
        elif self.upload is not None:
            self._keep(self.upload, part)
        elif len(self.text) < LONGEST_FIELD:
            self.text += part

    def _keep(self, upload: Upload, piece: bytes) -> None:
        is_over = len(upload.content) + len(piece) > min(LARGEST, self.room)
        if upload.is_cut or is_over or len(self.files) >= MOST_FILES:
            upload.is_cut, upload.content = True, bytearray()
        else:
            upload.content += piece

    def _end(self) -> None:
        if self.upload is None:
            self.fields[self.name] = self.text.decode()
        elif self.upload.name or self.upload.content:  # a field without a file has neither
            self.room -= len(self.upload.content)
            if len(self.files) < MOST_PARTS:
                self.files.append(self.upload)

    def given(self) -> Given:
        """The form."""
        return Given(self.fields, tuple(self.files))


def bad_files(files: Iterable[Upload]) -> tuple[Bad, ...]:
    """The files that are not taken, each with its reason."""
    found = [(each, _against(each, number)) for number, each in enumerate(files)]
    return tuple(Bad(each.name, each.place, why) for each, why in found if why)


def _against(file: Upload, number: int) -> str:
    """Why a file is not taken; empty when it is."""
    if number >= MOST_FILES:
        return "many"
    if file.is_cut:
        return "large"
    return "" if kind_of(bytes(file.content)) else "kind"


def kept_as(what: str, files: Iterable[Upload]) -> tuple[tuple[str, str, bytes], ...]:
    """Files as a request keeps them: (what, media type, bytes). Each is of a kind that is taken."""
    contents = [bytes(each.content) for each in files]
    return tuple((what, kind_of(content) or "", content) for content in contents)
