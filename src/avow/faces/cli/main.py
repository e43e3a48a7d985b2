"""The command line: a group whose commands are the files `<name>_command.py` beside it.

`avow --help` stays quick because the short help of a command is the first line of its module's
docstring, read as text; the module itself is imported only when the command runs.
"""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any

import click

from avow.common.errors import AvowError
from avow.common.exits import exit_of
from avow.common.version import __version__

PACKAGE = "avow.faces.cli"
SUFFIX = "_command"
SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(click.Group):
    """A group that finds its commands by listing a folder and imports only the one that runs.

    A file `hold_command.py` is the command `hold`, `dry_run_command.py` is `dry-run`; each exposes
    `command: click.Command`.
    """

    def __init__(self, name: str, *, folder: Path, package: str, about: str = "") -> None:
        super().__init__(name=name, help=about, context_settings=SETTINGS)
        self.folder = folder
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in alphabetical order."""
        del ctx
        stems = (path.stem for path in self.folder.glob(f"*{SUFFIX}.py"))
        return sorted(stem.removesuffix(SUFFIX).replace("_", "-") for stem in stems)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None when no file carries its name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{self.package}.{_stem(cmd_name)}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every command with the first line of its file, importing none of them."""
        rows = [(name, short_help(self._file(name))) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an error that a user can read is printed, not traced."""
        try:
            return super().invoke(ctx)
        except AvowError as error:
            click.echo(str(error), err=True)
            ctx.exit(exit_of(error.code))

    def _file(self, name: str) -> Path:
        return self.folder / f"{_stem(name)}.py"


def _stem(name: str) -> str:
    return name.replace("-", "_") + SUFFIX


def short_help(file: Path) -> str:
    """The first line of a Python file's docstring, without importing it; empty without one."""
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0].rstrip(".")


main = LazyGroup(
    "avow",
    folder=Path(__file__).parent,
    package=PACKAGE,
    about=(
        "A privacy statement as a program.\n\n"
        "Start with `avow demo`, or with `avow check FOLDER` on a declaration of your own."
    ),
)
click.version_option(__version__, prog_name="avow", message="%(prog)s %(version)s")(main)


if __name__ == "__main__":
    main(prog_name="avow")
