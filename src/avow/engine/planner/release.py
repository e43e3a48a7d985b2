"""Releases: what runs is one whole declaration, activated by persons.

An edited file changes nothing.

The files of a release are kept in our database and read back by the same loader, so that plans and
applications never look at a folder that somebody may be editing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from avow.common.calendar import local_day
from avow.common.findings import Finding
from avow.declaration.difference.held import Unkept, findings, unkept
from avow.declaration.difference.renamed import renamed
from avow.declaration.interpretation import in_force as law_of
from avow.declaration.load import Loaded, load_texts
from avow.declaration.model import Declaration, End, Level, Purpose, Rule, Scope
from avow.engine.db.store import Runs
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.standings import standings
from avow.engine.planner.trust import LADDER, Quorum, quorum
from avow.engine.planner.written import canonical
from avow.estate.datamap.model import System


def digest_in(declaration: Declaration) -> str:
    """The digest of a declaration as our tables write it: 64 hexadecimal digits."""
    return declaration.digest.removeprefix("sha256:")


def active(runs: Runs) -> str | None:
    """The digest of the release in force; None before the first activation."""
    row = runs.one("activation_last")
    return None if row is None else str(row["release"])


def in_force(runs: Runs) -> Declaration:
    """The declaration in force, read from the files kept at its activation.

    Raises:
        PlannerError: AV430, nothing was ever activated; AV431, what is kept has another digest.
    """
    digest = active(runs)
    if digest is None:
        raise PlannerError(
            "no declaration is in force",
            because="none was ever activated",
            help="`avow activate FOLDER --author PERSON --as PERSON --as PERSON`",
            code="AV430",
        )
    return released(runs, digest)


def released(runs: Runs, digest: str) -> Declaration:
    """The declaration of one release.

    Raises:
        PlannerError: AV431, its files do not give this digest.
    """
    texts = {
        row["path"]: bytes(row["bytes"]).decode()
        for row in runs.run("release_files", release=digest)
    }
    markdown = {path: text for path, text in texts.items() if path.endswith(".md")}
    declaration = load_texts({p: t for p, t in texts.items() if p not in markdown}, markdown).whole
    if digest_in(declaration) != digest:
        raise PlannerError(
            f"the release `{digest[:12]}` is not what was activated",
            because="its files give another digest: they were changed in the database, "
            "or this version of avow reads them differently",
            help="activate the declaration again",
            code="AV431",
        )
    return declaration


def known_releases(runs: Runs) -> tuple[str, ...]:
    """The digests of all releases that were ever taken in, the newest first."""
    return tuple(str(row["digest"]) for row in runs.run("release_digests"))


def take_in(runs: Runs, loaded: Loaded, root: Path, at: datetime) -> Declaration:
    """Keep a declaration with its files; nothing happens when it is known."""
    declaration = loaded.whole
    digest = digest_in(declaration)
    runs.run(
        "release_add",
        digest=digest,
        declaration=declaration.id,
        language=declaration.version,
        at=at,
    )
    for file, text in loaded.sources.items():
        path = Path(file)
        inside = str(path.relative_to(root)) if path.is_relative_to(root) else path.name
        runs.run("release_file_add", release=digest, path=inside, bytes=text.encode())
    return declaration


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an activation does to one rule in one system: rows due before and after, counted there.

    None: could not be counted. `falls_back`: it reaches more, sooner, or a new system, so it
    begins again at observe.
    """

    system: str
    rule: str
    clause: str
    before: int | None
    after: int | None
    falls_back: bool
    because: str = ""


def wider(old: Declaration | None, new: Declaration) -> Iterator[tuple[str, str, str]]:
    """(system, rule, why) for every rule that may now reach more rows, sooner, or a new system.

    What cannot be shown to reach fewer counts as more.
    """
    for system in new.datamap.systems.values():
        before = old.datamap.systems.get(system.name) if old else None
        for rule in new.rules.values():
            why = _wider(old, new, before, system, rule)
            if why:
                yield system.name, rule.id, why


def _wider(
    old: Declaration | None, new: Declaration, before: System | None, system: System, rule: Rule
) -> str:
    if old is None or before is None:
        return "the system is new"
    known = old.rules.get(rule.id)
    if known is None:
        return "the rule is new"
    if not reaches_no_more(known, rule):
        return "the rule may reach more rows, or sooner"
    if _personal(before) != _personal(system) or before.url != system.url:
        return "the data map of the system changed"
    if any(_meets(rule, b) and new.rules.get(b.id) != b for b in old.rules.values() if b != known):
        # While an overlap of two rules was undecided, the other one held these rows back.
        return "a rule that overlaps it changed"
    return _surroundings_changed(old, new)


def _meets(one: Rule, other: Rule) -> bool:
    """Whether two rules may reach the same cells."""
    keys = ((getattr(one.applies_to, k), getattr(other.applies_to, k)) for k in Scope.__slots__)
    return all(not a or not b or a & b for a, b in keys)


def _surroundings_changed(old: Declaration, new: Declaration) -> str:
    """What decides beside a rule: minimums, purposes, decisions and events."""
    if any(new.minimums.get(k) != m for k, m in old.minimums.items()):
        return "a legal minimum changed"
    if old.events != new.events or old.controller.zone != new.controller.zone:
        return "an event or the zone changed"
    if any(_needs_less(p, new.purposes.get(k)) for k, p in old.purposes.items()):
        return "a purpose that needs data changed"
    if _effective(old) != _effective(new):
        return "a decision changed"
    return ""


def _needs_less(old: Purpose, new: Purpose | None) -> bool:
    return new is None or (old.uses, old.ends, old.basis) != (new.uses, new.ends, new.basis)


def _effective(declaration: Declaration) -> frozenset[tuple[str, str]]:
    """Decisions that somebody signed: the others have no effect."""
    signed = {(s.decision, s.digest) for s in declaration.signatures}
    return frozenset(k for d in declaration.decisions.values() if (k := (d.id, d.digest)) in signed)


def _personal(system: System) -> Mapping[str, object]:
    """What a system's datasets say, without those that belong to nobody."""
    return {
        name: replace(d, place=system.place) for name, d in system.datasets.items() if d.is_personal
    }


def reaches_no_more(old: Rule, new: Rule) -> bool:
    """Whether the rule surely reaches no row that it did not, and none sooner."""
    return (
        old.then is new.then
        and _within(new.applies_to, old.applies_to)
        and all(e in new.exceptions for e in old.exceptions)
        and all(any(_no_sooner(was, end) for was in old.ends) for end in new.ends)
    )


def _within(inner: Scope, outer: Scope) -> bool:
    return all(
        not getattr(outer, key)
        or (getattr(inner, key) and getattr(inner, key) <= getattr(outer, key))
        for key in Scope.__slots__
    )


def _no_sooner(was: End, now: End) -> bool:
    """The same start, and a period at least as long in every unit."""
    same = (was.starts, was.otherwise) == (now.starts, now.otherwise) and (
        was.before is None or (now.before is not None and now.before <= was.before)
    )
    units = ("years", "months", "weeks", "days")
    return same and all(getattr(now.period, u) >= getattr(was.period, u) for u in units)


@dataclass(frozen=True, slots=True)
class Activation:
    """The persons of an activation and its consequences, as counted."""

    author: str
    by: tuple[str, ...]
    consequences: tuple[Consequence, ...] = ()


def may_activate(declaration: Declaration, author: str, by: Sequence[str]) -> Quorum:
    """Whether these persons may put the declaration in force.

    Raises:
        Guarded: one of them may not, or the author has not the role.
    """
    met = quorum(declaration.people, author, by)
    member = declaration.people.get(author)
    if member is None or "author" not in member.roles:
        refused = Finding(
            "AV432",
            f"`{author}` is no author of this declaration",
            help="the declaration names who may write it under `people:`",
        )
        raise Guarded((refused,))
    if met.findings:
        raise Guarded(met.findings)
    if met.missing:
        few = Finding(
            "AV433",
            f"{met.missing} more person has to approve",
            because="a declaration is put in force by two persons beside its author",
            help="name them with `--as`",
        )
        raise Guarded((few,))
    return met


def unkept_by(old: Declaration | None, new: Declaration, day: date) -> tuple[Unkept, ...]:
    """The rules that a release would lengthen for data held already, against its own word."""
    if old is None:
        return ()
    aligned, _ = renamed(old, new)
    return unkept(law_of(aligned, day)[0], law_of(new, day)[0], day)


def keeps_its_word(old: Declaration | None, new: Declaration, day: date) -> None:
    """Whether a release says of every changed period what becomes of data held already.

    Raises:
        Guarded: AV680, an older end that has to go on counting is missing; AV681, held data would
            end by the new rule though the old one should count.
    """
    found = findings(unkept_by(old, new, day))
    if found:
        raise Guarded(found)


def activate(runs: Runs, declaration: Declaration, how: Activation, at: datetime) -> Quorum:
    """Put a release that was taken in in force, and let every wider rule begin again at observe.

    Raises:
        Guarded: the persons may not, or are too few; a period changes against what the rule says of
            data held already (AV680, AV681).
    """
    met = may_activate(declaration, how.author, how.by)
    digest = digest_in(declaration)
    with runs.transaction() as tx:
        tx.run("activation_lock")
        before = active(tx)
        old = released(tx, before) if before is not None else None
        keeps_its_word(old, declaration, local_day(at, declaration.controller.zone))
        tx.run(
            "activation_add",
            release=digest,
            consequences=canonical([_said(c) for c in how.consequences]).decode(),
            people=[how.author, *how.by],
            at=at,
        )
        for system, rule, why in fallen(old, declaration, how.consequences):
            _fall_back(tx, (system, rule), digest, why, at)
    return met


def fallen(
    old: Declaration | None, new: Declaration, counted: Sequence[Consequence]
) -> Iterator[tuple[str, str, str]]:
    """Every rule that begins again: those that may be wider, and those counted to reach more."""
    yield from wider(old, new)
    for each in counted:
        if each.falls_back:
            yield each.system, each.rule, each.because


def _fall_back(runs: Runs, where: tuple[str, str], release: str, why: str, at: datetime) -> None:
    system, rule = where
    now = standings(runs, system).get(rule)
    if now is None or LADDER.index(now.level) == 0:
        return
    runs.run(
        "level_change_add",
        rule=rule,
        system=system,
        level=str(Level.OBSERVE),
        release=release,
        people=[],
        reason="new-system" if "new" in why else "reaches-more",
        evidence=canonical({"because": why}).decode(),
        at=at,
    )


def _said(each: Consequence) -> dict[str, object]:
    return {name: getattr(each, name) for name in Consequence.__slots__}


def author_of(runs: Runs) -> str:
    """Who wrote the release in force: the first of the persons of its activation."""
    row = runs.one("activation_last")
    return str(row["people"][0]) if row and row["people"] else ""
