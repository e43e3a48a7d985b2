"""Play an example organisation, from its declaration to the pages.

The example is a folder with a module `demo`, whose function `play` does everything; nothing of any
organisation is in this command.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import click
from rich.console import Console

from avow.common.clock import SystemClock
from avow.common.errors import AvowError
from avow.faces.cli.serve_command import served
from avow.faces.cli.stage import Stage

ROOT = Path(__file__).resolve().parents[4]
"""Where the examples stand beside the sources."""


class NoExample(AvowError):
    """The folder has no example that can be played (AV395)."""

    code = "AV395"


@click.command()
@click.argument("example", type=click.Path(path_type=Path), default=ROOT / "examples" / "clearnox")
@click.option("--state", "folder", type=click.Path(path_type=Path), default=Path(".avow"),
              show_default=True, help="Folder of the state; made anew.")  # fmt: skip
@click.option("--scale", default=0.5, show_default=True, help="Size; 0.5 is 20,000 persons.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other people.")
@click.option("--no-serve", is_flag=True, help="End when all is played.")
@click.option("--port", default=8400, show_default=True, help="Port of the pages.")
def command(
    example: Path, folder: Path, scale: float, seed: int, port: int, *, no_serve: bool
) -> None:
    """Play the EXAMPLE organisation and show its pages."""
    began = time.monotonic()
    play = _play(example)
    stage = Stage(folder, Console(), SystemClock().now(), scale, seed)
    stage.clear()
    with stage.opened():
        play(stage)
        click.echo(f"played in {time.monotonic() - began:.0f} s")
        if not no_serve:
            served(stage.declaration_folder, folder, stage.url, port)


def _play(example: Path) -> Callable[[Stage], None]:
    """The function that plays an example. Raises NoExample AV395."""
    folder = example.resolve()
    if not (folder / "demo.py").is_file():
        raise NoExample(
            f"`{example}` is no example that can be played",
            because="it has no module `demo`",
            help="name a folder of `examples` in a checkout of avow",
        )
    if str(folder.parents[1]) not in sys.path:
        sys.path.insert(0, str(folder.parents[1]))
    module = importlib.import_module(f"{folder.parent.name}.{folder.name}.demo")
    return cast("Callable[[Stage], None]", module.play)
