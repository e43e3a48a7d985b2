"""A web server's access log of two years, a fifth of whose lines are older than their maximum."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

LINE = 180
"""Bytes of a line, about."""
FIRST = datetime(2025, 3, 1, tzinfo=UTC)
CUTOFF = datetime(2025, 6, 2, tzinfo=UTC)
"""The first moment that stays: a year before the stand's day."""
LAST = datetime(2026, 6, 1, tzinfo=UTC)
FORM = "%d/%b/%Y:%H:%M:%S %z"

DECLARATION = r"""
avow: "1"
declaration: figures
controller: {name: Example, zone: UTC, country: BE}
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
clauses: {"1.a": {kind: E}, "2.a": {kind: E}}
categories: {visit-log: {clause: "1.a"}}
subjects: {visitor: {}}
collection:
  - point: door
    clause: "1.a"
    collects: [{category: visit-log, clause: "1.a", required: yes}]
retention:
  - rule: visits
    clause: "2.a"
    applies_to: {category: [visit-log]}
    starts: visited
    at_most: 1 year
    then: erase
events: {visited: {kind: point}}
systems:
  - system: web
    connector: files
    url: ${BENCH_FILES}
    zone: UTC
    datasets:
      access:
        file: access.log
        format: log
        pattern: '(?P<ip>\S+) \S+ (?P<user>\S+) \[(?P<at>[^\]]+)\] "(?P<request>[^"]*)"
          (?P<status>\d{3}) (?P<size>\S+) "(?P<referer>[^"]*)" "(?P<agent>[^"]*)"'
        types: {at: '%d/%b/%Y:%H:%M:%S %z'}
        subject: visitor
        collected_at: door
        rest: visit-log
        events: {visited: at}
"""


def build(path: Path, size: int) -> int:
    """Write a log of about `size` bytes, a line after the other in time; gives the due lines."""
    many = size // LINE
    step = (LAST - FIRST) / many
    heads = [f"10.{n % 250}.{n % 199}.{n % 13} - user{n % 9_973} [" for n in range(9_973)]
    tails = [
        f'] "GET /page/{n % 997}?q={n * n} HTTP/1.1" 200 {n % 50_000}'
        f' "https://example.org/{n % 77}"'
        f' "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/{n % 120}"\n'
        for n in range(10_007)
    ]
    due = 0
    with path.open("w", encoding="ascii", buffering=1 << 20) as out:
        for begin in range(0, many, 1_000):
            for n in range(begin, min(many, begin + 1_000)):
                at = FIRST + n * step
                due += at < CUTOFF
                out.write(f"{heads[n % 9_973]}{_shown(at)}{tails[n % 10_007]}")
    return due


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _shown(at: datetime) -> str:
    return (
        f"{at.day:02}/{_MONTHS[at.month - 1]}/{at.year}"
        f":{at.hour:02}:{at.minute:02}:{at.second:02} +0000"
    )
