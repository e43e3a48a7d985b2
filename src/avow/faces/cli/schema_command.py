"""Print the JSON Schema of declarations, for editors."""

from __future__ import annotations

import click
import msgspec

from avow.declaration.schema import declaration_schema


@click.command()
def command() -> None:
    """Print the JSON Schema of a declaration's files.

    An editor that knows it completes keys and marks mistakes while you type.
    """
    encoded = msgspec.json.encode(declaration_schema())
    click.echo(msgspec.json.format(encoded, indent=2).decode())
