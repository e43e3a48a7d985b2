"""The structure of the mapped tables as an owner's client tells it, held against what was accepted.

Every script asks for it: a plan is made without a look at the live schema, so a table, column,
foreign key or trigger that is not as accepted stops everything before a row is counted or changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from avow.common.findings import Finding
from avow.estate.connectors.catalogue import Catalogue, OnDelete
from avow.estate.datamap.model import System

LINE, PART, FIELD = "\x1e", "\x1f", "\x1d"

_POSTGRESQL = """
SELECT encode(convert_to(coalesce(string_agg(line, chr(30) ORDER BY line COLLATE "C"), ''),
                         'UTF8'), 'hex')
FROM (
    WITH known AS (
        SELECT c.oid, n.nspname || '.' || c.relname AS name
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    ), mine AS (SELECT * FROM known WHERE name IN ({tables}))
    SELECT concat_ws(chr(31), 'column', m.name, a.attname,
                     format_type(a.atttypid, a.atttypmod)) AS line
    FROM mine AS m JOIN pg_attribute AS a ON a.attrelid = m.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT concat_ws(chr(31), 'key', c.name,
        (SELECT string_agg(a.attname, chr(29) ORDER BY u.o)
         FROM unnest(k.conkey) WITH ORDINALITY AS u (at, o)
         JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.at), p.name,
        (SELECT string_agg(a.attname, chr(29) ORDER BY u.o)
         FROM unnest(k.confkey) WITH ORDINALITY AS u (at, o)
         JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.at), k.confdeltype)
    FROM pg_constraint AS k JOIN known AS c ON c.oid = k.conrelid
    JOIN known AS p ON p.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conparentid = 0
      AND (c.name IN ({tables}) OR p.name IN ({tables}))
    UNION ALL
    SELECT concat_ws(chr(31), 'trigger', m.name, t.tgname)
    FROM mine AS m JOIN pg_trigger AS t ON t.tgrelid = m.oid
    WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
) AS structure
"""
_MARIADB = """
SELECT HEX(CONVERT(COALESCE(GROUP_CONCAT(line ORDER BY CAST(line AS BINARY) SEPARATOR {line}), '')
                   USING utf8mb4))
FROM (
    SELECT CONCAT_WS({part}, 'column', table_name, column_name, CONCAT(column_type,
               IF(character_set_name IS NULL, '', CONCAT(' CHARACTER SET ', character_set_name,
                                                         ' COLLATE ', collation_name)))) AS line
    FROM information_schema.columns WHERE table_schema = database() AND table_name IN ({tables})
    UNION ALL
    SELECT CONCAT_WS({part}, 'key', k.table_name,
               GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position SEPARATOR {field}),
               k.referenced_table_name,
               GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position SEPARATOR {field}),
               LOWER(r.delete_rule))
    FROM information_schema.key_column_usage AS k
    JOIN information_schema.referential_constraints AS r
      ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
     AND r.table_name = k.table_name
    WHERE k.referenced_table_schema = database()
      AND (k.table_name IN ({tables}) OR k.referenced_table_name IN ({tables}))
    GROUP BY k.table_schema, k.table_name, k.constraint_name, k.referenced_table_name, r.delete_rule
    UNION ALL
    SELECT CONCAT_WS({part}, 'trigger', event_object_table, trigger_name)
    FROM information_schema.triggers
    WHERE event_object_schema = database() AND event_object_table IN ({tables})
    UNION ALL
    SELECT CONCAT_WS({part}, 'engine', table_name, engine) FROM information_schema.tables
    WHERE table_schema = database() AND table_name IN ({tables})
      AND (COALESCE(engine, '') <> 'InnoDB' OR table_type <> 'BASE TABLE')
    UNION ALL
    SELECT CONCAT_WS({part}, 'stamped', table_name, column_name) FROM information_schema.columns
    WHERE table_schema = database() AND table_name IN ({tables}) AND extra LIKE '%on update%'
) AS structure
"""
_SQLITE = """
SELECT hex(coalesce(group_concat(line, char(30)), ''))
FROM (
    SELECT 'column' || char(31) || t.name || char(31) || c.name || char(31) || c.type AS line
    FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c
    WHERE t.schema = 'main' AND c.hidden <> 1 AND t.name IN ({tables})
    UNION ALL
    SELECT 'key' || char(31) || t.name || char(31) || group_concat(f."from", char(29)) || char(31)
           || f."table" || char(31) || coalesce(group_concat(f."to", char(29)),
               (SELECT group_concat(p.name, char(29)) FROM pragma_table_xinfo(f."table") AS p
                WHERE p.pk > 0))
           || char(31) || lower(f.on_delete)
    FROM pragma_table_list AS t JOIN pragma_foreign_key_list(t.name) AS f
    WHERE t.schema = 'main' AND (t.name IN ({tables}) OR f."table" IN ({tables}))
    GROUP BY t.name, f.id
    UNION ALL
    SELECT 'trigger' || char(31) || tbl_name || char(31) || name FROM sqlite_master
    WHERE type = 'trigger' AND tbl_name IN ({tables})
    ORDER BY 1
)
"""
_BY_ENGINE: Mapping[str, str] = {
    "postgresql": _POSTGRESQL, "mariadb": _MARIADB, "sqlite": _SQLITE,
}  # fmt: skip
_LETTERS = {
    "a": OnDelete.NOTHING, "r": OnDelete.RESTRICT, "c": OnDelete.CASCADE,
    "n": OnDelete.SET_NULL, "d": OnDelete.SET_DEFAULT,
}  # fmt: skip


def question(engine: str, tables: Iterable[str]) -> str:
    """The query whose one answer is the structure of these tables, in hexadecimal digits."""
    escaped = "\\\\" if engine == "mariadb" else "\\"
    plain = (t.replace("\\", escaped).replace("'", "''") for t in sorted(tables))
    named = [f"'{t}'" for t in plain]
    text = _BY_ENGINE[engine].replace("{tables}", ", ".join(named) or "''")
    for word, mark in (("line", LINE), ("part", PART), ("field", FIELD)):
        text = text.replace(f"{{{word}}}", f"X'{mark.encode().hex()}'")
    return text.strip()


def told(digits: str) -> frozenset[str]:
    """The lines of an answer. Raises ValueError when it is none."""
    whole = bytes.fromhex(digits).decode()
    return frozenset(map(_plain, whole.split(LINE))) if whole else frozenset()


def _plain(line: str) -> str:
    """A line with the engine's letter for a referential action as a word."""
    start, mark, last = line.rpartition(PART)
    is_key = line.startswith(f"key{PART}")
    return f"{start}{mark}{_LETTERS.get(last, last)}" if is_key else line


def expected(system: System, catalogue: Catalogue) -> frozenset[str]:
    """The lines of the structure that was accepted."""
    mine = [t for name, t in catalogue.tables.items() if name in system.datasets]
    found = {PART.join(("column", t.name, c.name, c.native)) for t in mine for c in t.columns}
    found |= {PART.join(("trigger", t.name, each)) for t in mine for each in t.triggers}
    return frozenset(found) | {
        PART.join(("key", k.child, FIELD.join(k.child_fields), k.parent,
                   FIELD.join(k.parent_fields), str(k.on_delete)))
        for k in catalogue.foreign_keys
    }  # fmt: skip


def moved(accepted: frozenset[str], live: frozenset[str], system: str) -> tuple[Finding, ...]:
    """A finding for each thing that is not as accepted (AV471)."""
    new = [(line, "is there, and was not accepted") for line in sorted(live - accepted)]
    gone = [(line, "was accepted, and is not there") for line in sorted(accepted - live)]
    return tuple(
        Finding(
            "AV471",
            f"`{system}` is not as its schema was accepted: {_said(line)} {what}",
            because="what a script would touch was worked out from the accepted schema alone",
            help="accept the schema as it is (`avow drift --accept` on an empty copy of it), map "
            "what points to mapped tables, and make the scripts again",
        )
        for line, what in (*new, *gone)
    )


def _said(line: str) -> str:
    kind, *rest = line.split(PART)
    parts: Sequence[str] = [each.replace(FIELD, ", ") for each in rest]
    if kind == "key":
        return f"a foreign key from `{parts[0]}` ({parts[1]}) to `{parts[2]}` ({parts[4]})"
    return f"{kind} `{'.'.join(parts[:2])}` ({' '.join(parts[2:])})".replace(" ()", "")
