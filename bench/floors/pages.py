"""Three ways to answer a page of the status by hand: each takes a connection and gives the bytes.

None of them knows legs, freshness, canaries, remedies or attestations, and none has a second
language; they show each clause with the worst of its newest answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import jinja2
import psycopg

Link = psycopg.Connection[tuple[object, ...]]
Page = Callable[[Link], bytes]

NEWEST = """
SELECT DISTINCT ON (check_id, item) clauses[1], item, answer, count, at
FROM avow.check_result ORDER BY check_id, item, number DESC
"""
WORST = """
SELECT clause, min(answer), count(*), sum(count), min(at) FROM (
    SELECT DISTINCT ON (check_id, item) clauses[1] AS clause, answer, count, at
    FROM avow.check_result ORDER BY check_id, item, number DESC) AS newest
GROUP BY clause ORDER BY clause
"""
TEMPLATE = jinja2.Environment(autoescape=True).from_string(
    "<!doctype html><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>"
    "{% endfor %}</tr>{% endfor %}</table>"
)


def by_template(link: Link) -> bytes:
    """Every newest answer, in a template."""
    return TEMPLATE.render(rows=link.execute(NEWEST).fetchall()).encode()


def in_words(link: Link) -> bytes:
    """One line per clause, folded in the database, in a template."""
    return TEMPLATE.render(rows=link.execute(WORST).fetchall()).encode()


def joined(link: Link) -> bytes:
    """One line per clause, folded in the database, texts joined by hand."""
    rows = link.execute(WORST).fetchall()
    lines = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows)
    return ("<!doctype html><table>" + "".join(f"<tr>{e}</tr>" for e in lines)).encode()


FLOORS: Mapping[str, Page] = {
    "answers by a template": by_template,
    "clauses by a template": in_words,
    "clauses joined": joined,
}
