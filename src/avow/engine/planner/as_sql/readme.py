"""What an owner reads before running a script, in three languages, and the list of all files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from avow.common.languages import NAMES, words
from avow.declaration.model import Declaration
from avow.engine.planner import records
from avow.engine.planner.apply import Office
from avow.engine.planner.as_sql.packages import APPLY, CHECK, COUNT, Written
from avow.engine.planner.plan import Plan
from avow.estate.datamap.model import System

_CLIENTS: Mapping[str, str] = {
    "postgresql": "psql -X -d DATABASE -f {script} {into} {result}",
    "mariadb": "mariadb --batch --skip-column-names DATABASE < {script} {into} {result}",
    "sqlite": "sqlite3 FILE < {script} {into} {result}",
}
RESULT = "result.txt"


def readmes(written: Written, declaration: Declaration, system: System) -> dict[str, str]:
    """README.LANGUAGE.md by name."""
    return {
        f"README.{language}.md": _readme(written, declaration, system, language)
        for language in NAMES
    }


def _readme(written: Written, declaration: Declaration, system: System, language: str) -> str:
    say, package = words(language).say, written.package
    changes = APPLY in written.files
    controller = declaration.controller.name or declaration.id
    parts = [
        "# " + say("Scripts for {system}", system=system.name),
        say(
            "{controller} promises in its privacy statement when personal data go. These scripts "
            "keep that promise in {system}, where only you may connect. They were worked out from "
            "the schema that was accepted and decide for {day}.",
            controller=controller, system=system.name, day=words(language).day(package.as_of),
        ),
        "## " + say("What they do"),
        _list((
            say("`{file}` counts what is due. It changes nothing.", file=COUNT),
            *((_changing(written, controller, language),) if changes else ()),
            say("`{file}` looks at what is left. It changes nothing.", file=CHECK),
        )),
        "## " + say("How they are run"),
        say("In this folder, with the database's own client, once each and in this order:"),
        "```sh\n" + "\n".join(_commands(system, changes=changes)) + "\n```",
        _back(written, language),
        "## " + say("How to stop"),
        say("End the client at any moment (Ctrl-C): the batch that is going on is undone, those "
            "before it stay. Send what was printed. Do not run the script a second time: ask for "
            "new ones."),
        "## " + say("What they never do"),
        say("They print numbers, names of tables and dates of the oldest rows, and no row. They "
            "stop by themselves when a table is not as it was accepted, when their last day is "
            "over, or when more rows are found than were approved."),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _changing(written: Written, controller: str, language: str) -> str:
    say, package = words(language).say, written.package
    until = words(language).day(package.valid_until or package.as_of)
    parts = [
        say("`{file}` takes away what is due, in small batches. {controller} decided it, and two "
            "persons there approved it as {plan}. It runs until {until}.",
            file=APPLY, controller=controller, plan=package.plan, until=until),
    ]  # fmt: skip
    if written.facts:
        parts.append(
            say(
                "It holds the local keys of {n} rows that must stay: keep it as you keep those "
                "rows, and delete it afterwards.",
                n=written.facts,
            )
        )
    return " ".join(parts)


def _list(entries: Iterable[str]) -> str:
    return "\n".join(f"* {each}" for each in entries)


def _commands(system: System, *, changes: bool) -> list[str]:
    line = _CLIENTS[system.connector]
    files = (APPLY, CHECK) if changes else (COUNT, CHECK)
    return [
        line.format(script=name, into=">" if n == 0 else ">>", result=RESULT)
        for n, name in enumerate(files)
    ]


def _back(written: Written, language: str) -> str:
    package = written.package
    counted = f"`avow attest count {package.id} {RESULT} --by PERSON`"
    done = f"`avow attest result {package.plan or package.id} {RESULT} --by PERSON`"
    back = done if APPLY in written.files else f"{counted}, {done}"
    return words(language).say(
        "Send this folder back with `{result}` in it. It is taken with {back}, and your name "
        "stands for it.", result=RESULT, back=back,
    )  # fmt: skip


def manifest(written: Written, office: Office) -> str:
    """manifest.json: what the scripts are of, and the SHA-256 of each."""
    package = written.package
    plan = records.read(office.runs, package.plan).plan if package.plan else None
    said = {
        "script": package.id,
        "system": package.system,
        "release": package.release,
        "as_of": package.as_of.isoformat(),
        "clause": package.clause,
        "files": {n: hashlib.sha256(t.encode()).hexdigest() for n, t in written.files.items()},
        "plan": package.plan,
        "plan_digest": plan.digest if plan else None,
        "approved": _approved(plan) if plan and APPLY in written.files else [],
        "valid_until": package.valid_until.isoformat() if package.valid_until else None,
        "local_keys_that_must_stay": written.facts,
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode() + "\n"


def _approved(plan: Plan) -> list[dict[str, object]]:
    return [
        {
            "step": number,
            "dataset": each.step.dataset,
            "move": str(each.step.move),
            "rows": each.bound,
            "clauses": list(each.step.clauses),
        }
        for number, (_, each) in enumerate(plan.steps)
    ]
