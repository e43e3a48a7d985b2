"""Verify, export and show the ledger of everything avow did."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from avow.app import State, open_state
from avow.common.exits import Exit
from avow.engine.evidence.entries import read_entry
from avow.engine.evidence.note import read_key
from avow.engine.evidence.verify import Verdict, export, verify_export, verify_ledger


@click.group()
@click.option(
    "--state",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".avow"),
    envvar="AVOW_STATE",
    show_default=True,
    help="Folder of the state.",
)
@click.option("--database-url", envvar="AVOW_DATABASE_URL", help="Database of the state.")
@click.pass_context
def command(ctx: click.Context, folder: Path, database_url: str | None) -> None:
    """Verify, export and show the ledger of everything avow did."""
    ctx.obj = (folder, database_url)


@contextmanager
def _opened(ctx: click.Context) -> Iterator[State]:
    folder, database_url = ctx.obj
    with open_state(folder, database_url) as state:
        yield state


@command.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", "keys", multiple=True, help="Public key of the ledger, for FILE.")
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A checkpoint to hold FILE against, instead of FILE.checkpoint.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def verify(
    ctx: click.Context,
    file: Path | None,
    keys: tuple[str, ...],
    checkpoint: Path | None,
    *,
    as_json: bool,
) -> None:
    """Verify the ledger, or an exported FILE, and name the first broken entry.

    A FILE needs no state. Without --key its signature is not looked at.
    """
    if file is not None:
        note = checkpoint.read_text(encoding="utf-8") if checkpoint is not None else None
        verdict = verify_export(file, [read_key(key) for key in keys], note)
        said = ""
    else:
        with _opened(ctx) as state:
            verdict, said = verify_ledger(state.ledger), state.contradiction
    click.echo(_as_json(verdict, said) if as_json else _in_words(verdict, said))
    if said or not verdict.good:
        ctx.exit(Exit.FINDINGS)


def _as_json(verdict: Verdict, contradiction: str) -> str:
    return json.dumps(
        {
            "good": verdict.good and not contradiction,
            "entries": verdict.size,
            "root": verdict.root.hex(),
            "signed": verdict.signed,
            "broken_at": verdict.broken_at,
            "what": verdict.what or contradiction,
        }
    )


def _in_words(verdict: Verdict, contradiction: str) -> str:
    if not verdict.good:
        return f"broken at entry {verdict.broken_at}: {verdict.what}"
    if contradiction:
        return f"broken: the ledger does not continue the checkpoint of the state: {contradiction}"
    if verdict.size and not verdict.signed:
        return f"{verdict.size} entries fit together; the signature was not looked at (give --key)"
    return f"{verdict.size} entries, all as they were written"


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def export_command(ctx: click.Context, file: Path, *, as_json: bool) -> None:
    """Write the ledger to FILE, one entry per line, and its checkpoint to FILE.checkpoint."""
    with _opened(ctx) as state:
        checkpoint, key = export(state.ledger, file), str(state.ledger.key)
    if as_json:
        click.echo(json.dumps({"entries": checkpoint.size, "file": str(file), "key": key}))
        return
    click.echo(f"{checkpoint.size} entries written to {file}")
    click.echo(f"verify with: avow ledger verify {file} --key {key}")


@command.command()
@click.option("--kind", help="Only entries of this kind.")
@click.option("--most", type=click.IntRange(1, 10_000), default=20, show_default=True,
              help="Number of entries.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, kind: str | None, most: int, *, as_json: bool) -> None:
    """Show the newest entries, the public key and the newest checkpoint."""
    with _opened(ctx) as state:
        rows = state.store.run("ledger_latest", kind=kind, most=most)
        lines = [bytes(row["bytes"]) for row in reversed(rows)]
        note, key = state.ledger.checkpoint(), str(state.ledger.key)
    if as_json:
        entries = [json.loads(line) for line in lines]
        click.echo(json.dumps({"entries": entries, "checkpoint": note, "key": key}))
        return
    for line in lines:
        click.echo(_shown(line))
    click.echo(f"key  {key}")
    if note is not None:
        click.echo(f"\n{note}", nl=False)


def _shown(line: bytes) -> str:
    entry = read_entry(line)
    fields = msgspec.json.decode(entry.body, type=dict[str, object])
    said = " ".join(f"{name}={_short(value)}" for name, value in fields.items())
    mark = " (simulated)" if entry.simulated else ""
    return f"{entry.n:>6}  {entry.at[:19]}Z  {entry.kind}{mark}  {said}"


def _short(value: object) -> str:
    """A value on one line; digests by their first characters."""
    if isinstance(value, list):
        return ",".join(map(_short, value)) or "none"
    text = (
        "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )
    return f"{text[:10]}…" if len(text) == 64 else text
