"""Which export is asked for, and what its files and losses are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path

from avow.declaration.model import Declaration
from avow.duties.notice.exports import register_files
from avow.duties.notice.exports.document import Export, Exported, Loss
from avow.duties.notice.exports.dpv import dpv
from avow.duties.notice.exports.reading import each_once
from avow.duties.notice.exports.register import Register, of_controller, of_processor
from avow.duties.notice.exports.register_files import ExportError
from avow.duties.notice.exports.register_words import UNDECLARED
from avow.duties.notice.exports.tilt import tilt


class Form(StrEnum):
    """The forms in which a declaration leaves avow."""

    TILT = "tilt"
    DPV = "dpv"
    REGISTER = "register"


def export(declaration: Declaration, form: Form, languages: tuple[str, ...], day: date) -> Export:
    """Everything of one form in these languages; linked data hold all languages in one file.

    Raises:
        ExportError: AV679, a library that makes a form is not installed.
    """
    match form:
        case Form.TILT:
            return _together([tilt(declaration, language, day) for language in languages])
        case Form.DPV:
            return dpv(declaration, day)
        case Form.REGISTER:
            return _together([_registers(declaration, each, day) for each in languages])


def _together(several: list[Export]) -> Export:
    files = tuple(file for each in several for file in each.files)
    return Export(files, each_once(loss for each in several for loss in each.losses))


def _registers(declaration: Declaration, language: str, day: date) -> Export:
    both = (of_controller(declaration, language, day), of_processor(declaration, language, day))
    told = tuple(each for each in both if each.activities)
    files = tuple(f for each in told for f in register_files.files(declaration.id, each))
    return Export(files, tuple(loss for each in told for loss in _gaps(each)))


def _gaps(register: Register) -> Iterator[Loss]:
    """What a register asks for and nobody declared, by field; points that no activity uses."""
    nobody = (UNDECLARED[register.language],)
    where = f"register {register.article}"
    for key, values in register.head.items():
        if values == nobody:
            yield Loss(f"{where}: not declared: {key}", ("organisation",))
    for key in register_files.columns(register):
        about = tuple(a.id for a in register.activities if a.fields.get(key) == nobody)
        if about:
            yield Loss(f"{where}: not declared: {key}", about)
    if register.missing:
        yield Loss(f"{where}: collection points in no activity", register.missing)


def write(folder: Path, file: Exported, *, is_snapshot: bool) -> Path:
    """Write a file of an export. A dated snapshot that is there with other content stays.

    Raises:
        ExportError: AV678, it cannot be written, or would replace another snapshot.
    """
    path = folder / file.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_snapshot and path.exists() and path.read_bytes() != file.content:
            raise ExportError(
                f"`{file.name}` is there already, with other content",
                because="a register of a day is a record: it is not replaced",
                help="choose another folder with `--out`, or move the older one away",
                code="AV678",
            )
        path.write_bytes(file.content)
    except OSError as error:
        raise ExportError(
            f"`{file.name}` cannot be written", because=str(error.strerror), code="AV678"
        ) from None
    return path
