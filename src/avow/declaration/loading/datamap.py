"""The data map as shapes: systems, datasets, links, fields, identities, events, blanks."""

from __future__ import annotations

from dataclasses import replace

from avow.common.places import Place
from avow.declaration.loading.nodes import Items, Node, Notes, Pairs, Text
from avow.declaration.loading.restricting import RESTRICTION
from avow.declaration.loading.shapes import (
    Fields,
    Record,
    Shape,
    either,
    many,
    mapping,
    may,
    may_map,
    need,
    one_of,
    one_or_many,
    placed,
    record,
    table,
)
from avow.declaration.loading.stored import KEYS as STORED_KEYS
from avow.declaration.loading.stored import checked, stored
from avow.declaration.loading.words import ID, NAME, PROSE, YES_NO, ZONE
from avow.estate.datamap.model import (
    Blank,
    BlankKind,
    Coarse,
    Dataset,
    Derivation,
    EventMap,
    EventMode,
    Field,
    Gone,
    Identity,
    Link,
    LinkWord,
    Normaliser,
    Source,
    Strength,
    System,
    Then,
)
from avow.estate.datamap.paths import as_moment, inside

_COLUMNS = one_or_many(NAME)
_ZONE = may("zone", ZONE, None)

# --- links -------------------------------------------------------------------------------------

_TO, _COLUMN = need("to", NAME), need("field", _COLUMNS)
_PARENT_COLUMN = may("parent_field", _COLUMNS, ())
_WHEN, _OF = may_map("when", mapping(NAME)), may("of", ID, None)
_NORMALISE = may("normalise", one_of(Normaliser, "a normal form"), Normaliser.EXACT)
_GONE = may("gone", one_of(Gone, "what happens to a row left behind"), None)
_HIDE, _HIDE_ROW = may("hide", _COLUMNS, ()), may("hide_row", YES_NO, False)


def _link(f: Fields) -> Link:
    when = tuple(f[_WHEN].items())
    return Link(
        LinkWord.OWNED_BY,
        f[_TO],
        f[_COLUMN],
        f[_PARENT_COLUMN],
        when,
        f[_OF],
        f[_NORMALISE],
        f[_GONE],
        f[_HIDE],
        f[_HIDE_ROW],
        f.place(_TO),
    )


_LONG_LINK = record(
    "a link",
    _link,
    _TO,
    _COLUMN,
    _PARENT_COLUMN,
    _WHEN,
    _OF,
    _NORMALISE,
    _GONE,
    _HIDE,
    _HIDE_ROW,
)
_SHORT_LINKS = mapping(_COLUMNS)


def _links(long: Record[Link]) -> Shape[tuple[Link, ...]]:
    """Links in any form: `{target: column}`, one long form, or a list of long forms."""
    several = many(long.shape)

    def read(node: Node, notes: Notes) -> tuple[Link, ...] | None:
        if isinstance(node, Pairs) and node.get("to") is None:
            columns = _SHORT_LINKS.read(node, notes)
            places = {key.value: key.place for key, _ in node.pairs}
            short = columns.items() if columns is not None else ()
            return tuple(Link(LinkWord.OWNED_BY, to, own, place=places[to]) for to, own in short)
        if isinstance(node, Pairs):
            link = long.read(node, notes)
            return None if link is None else (link,)
        return several.read(node, notes)

    return Shape("links", read, {"anyOf": [_SHORT_LINKS.schema, long.schema, several.schema]})


_LINKS = _links(_LONG_LINK)


def _read_owner(node: Node, notes: Notes) -> tuple[Link, ...] | None:
    if isinstance(node, Text) and node.value == "nobody":
        return ()
    return _LINKS.read(node, notes)


_OWNERS: Shape[tuple[Link, ...]] = Shape(
    "links, or `nobody`", _read_owner, {"anyOf": [{"const": "nobody"}, _LINKS.schema]}
)

_ELSEWHERE = may("system", ID, None)


def _copy(f: Fields) -> Link | None:
    if f.has(_ELSEWHERE):
        f.notes.wrong(
            "AV328",
            f"a copy cannot follow an original in another system, `{f[_ELSEWHERE]}`",
            f.place(_ELSEWHERE),
            because="no batch spans two systems, so nothing would make it go with its original",
            hint="say there whose its rows are, with identities and periods of their own",
        )
        f.notes.dropped += 1
        return None
    when = tuple(f[_WHEN].items())
    own, theirs, how = f[_COLUMN], f[_PARENT_COLUMN], f[_NORMALISE]
    return Link(LinkWord.COPY_OF, f[_TO], own, theirs, when, normalise=how, place=f.place(_TO))


_COPY = record(
    "what a row is a copy of",
    _copy,
    _TO,
    _ELSEWHERE,
    _COLUMN,
    _PARENT_COLUMN,
    _WHEN,
    _NORMALISE,
)
_COPIES = _links(_COPY)

# --- what is made from other rows ------------------------------------------------------------

_FROM, _OWN_COLUMN = need("from", NAME), may("field", _COLUMNS, ())
_THEN_WORD: Shape[Then] = one_of(Then, "what happens to what is made from rows")
_THEN, _EXPRESSIONS = may("then", _THEN_WORD, None), may_map("recompute", mapping(PROSE))


def _derivation(f: Fields) -> Derivation | None:
    if (f[_THEN] is None) is not bool(f[_EXPRESSIONS]):
        f.wrong("AV121", "one thing happens", hint="`recompute` with columns, or `then`")
        f.notes.dropped += 1
        return None
    then = f[_THEN] or Then.RECOMPUTE
    own, theirs = f[_OWN_COLUMN], f[_PARENT_COLUMN]
    return Derivation(f[_FROM], then, own, theirs, f[_EXPRESSIONS], f.place(_FROM))


_LONG_DERIVATION = record(
    "what rows are made from",
    _derivation,
    _FROM,
    _OWN_COLUMN,
    _PARENT_COLUMN,
    _THEN,
    _EXPRESSIONS,
)
_SHORT_DERIVATIONS = mapping(_THEN_WORD)
_DERIVATION_LIST = many(_LONG_DERIVATION.shape)


def _read_derivations(node: Node, notes: Notes) -> tuple[Derivation, ...] | None:
    """In any form: `{source: then}`, one long form, or a list of long forms."""
    if isinstance(node, Pairs) and node.get("from") is None:
        words = _SHORT_DERIVATIONS.read(node, notes)
        places = {key.value: key.place for key, _ in node.pairs}
        short = words.items() if words is not None else ()
        return tuple(Derivation(of, then, place=places[of]) for of, then in short)
    if isinstance(node, Pairs):
        one = _LONG_DERIVATION.read(node, notes)
        return None if one is None else (one,)
    return _DERIVATION_LIST.read(node, notes)


_DERIVATIONS: Shape[tuple[Derivation, ...]] = Shape(
    "what rows are made from",
    _read_derivations,
    {"anyOf": [_SHORT_DERIVATIONS.schema, _LONG_DERIVATION.schema, _DERIVATION_LIST.schema]},
)

# --- fields and identities -----------------------------------------------------------------------

_CATEGORY, _COLLECTED_AT = need("category", ID), may("collected_at", ID, None)


def _field(f: Fields) -> Field:
    return Field("", f[_CATEGORY], f[_OF], f[_COLLECTED_AT], f[_ZONE], f.place(_CATEGORY))


_LONG_FIELD = record("a field", _field, _CATEGORY, _OF, _COLLECTED_AT, _ZONE)


def _read_field(node: Node, notes: Notes) -> Field | None:
    category = ID.read(node, notes)
    return None if category is None else Field("", category, place=node.place)


_FIELDS = mapping(either(Shape("a category", _read_field, ID.schema), _LONG_FIELD.shape))

_I_FIELD = need("field", NAME)
_STRENGTH = may("strength", one_of(Strength, "a strength"), Strength.UNIQUE)


def _identity(f: Fields) -> Identity:
    return Identity("", f[_I_FIELD], f[_STRENGTH], f[_NORMALISE])


def _read_identity(node: Node, notes: Notes) -> Identity | None:
    column = NAME.read(node, notes)
    return None if column is None else Identity("", column)


_IDENTITIES = mapping(
    either(
        Shape("a column", _read_identity, NAME.schema),
        record("an identity", _identity, _I_FIELD, _STRENGTH, _NORMALISE).shape,
    )
)

# --- events --------------------------------------------------------------------------------------

_MOVED, _CANCELLED = may("moved_by", NAME, None), may("cancelled_by", NAME, None)


def _source(f: Fields) -> Source:
    return Source(f[_I_FIELD], None, f[_MOVED], f[_CANCELLED], f[_ZONE])


def _read_source(node: Node, notes: Notes) -> Source | None:
    column = NAME.read(node, notes)
    return None if column is None else Source(column)


_SOURCE = either(
    Shape("a column", _read_source, NAME.schema),
    record("a source", _source, _I_FIELD, _MOVED, _CANCELLED, _ZONE).shape,
)
_SOURCES = one_or_many(_SOURCE)
_E_FIELD, _END_OF = may("field", NAME, None), may("end_of", _SOURCES, None)
_LATEST, _EARLIEST = may("latest", _SOURCES, None), may("earliest", _SOURCES, None)
_VIA = may("via", NAME, None)


def _event(f: Fields) -> EventMap | None:
    forms = (_E_FIELD, _END_OF, _LATEST, _EARLIEST, _VIA)
    written = [key.name for key in forms if f.has(key)]
    if len(written) != 1:
        what = "an event is read in one way"
        f.wrong("AV121", what, hint="one of: field, end_of, latest, earliest, via")
        f.notes.dropped += 1
        return None
    if f[_VIA]:
        return EventMap("", EventMode.POINT, (), f[_VIA], f.place(_VIA))
    mode, sources = _reading(f)
    if f.has(_E_FIELD) or not (f.has(_MOVED) or f.has(_CANCELLED)):
        return EventMap("", mode, sources, None, f.place())
    extra = (f[_MOVED], f[_CANCELLED])
    sources = tuple(replace(s, moved_by=extra[0], cancelled_by=extra[1]) for s in sources)
    return EventMap("", mode, sources, None, f.place())


def _reading(f: Fields) -> tuple[EventMode, tuple[Source, ...]]:
    """Mode and sources of an event; `zone` of the event is that of its sources without one."""
    ways = (
        (EventMode.END_OF, f[_END_OF]),
        (EventMode.LATEST, f[_LATEST]),
        (EventMode.EARLIEST, f[_EARLIEST]),
    )
    for mode, sources in ways:
        if sources is not None:
            return mode, tuple(replace(s, zone=s.zone or f[_ZONE]) for s in sources)
    column = f[_E_FIELD] or ""
    return EventMode.POINT, (Source(column, None, f[_MOVED], f[_CANCELLED], f[_ZONE]),)


def _read_event(node: Node, notes: Notes) -> EventMap | None:
    column = NAME.read(node, notes)
    if column is None:
        return None
    return EventMap("", EventMode.POINT, (Source(column),), None, node.place)


_EVENTS = mapping(
    either(
        Shape("a column", _read_event, NAME.schema),
        record(
            "an event",
            _event,
            _E_FIELD,
            _END_OF,
            _LATEST,
            _EARLIEST,
            _VIA,
            _MOVED,
            _CANCELLED,
            _ZONE,
        ).shape,
    )
)

# --- blanks --------------------------------------------------------------------------------------

_CONSTANT, _GHOST = may("constant", PROSE, None), may("ghost", PROSE, None)
_KIND = one_of(BlankKind, "a way to empty a field")


def _blank(f: Fields) -> Blank | None:
    if f.has(_CONSTANT) == f.has(_GHOST):
        f.wrong("AV121", "a field is emptied in one way", hint="`constant` or `ghost`")
        f.notes.dropped += 1
        return None
    if f.has(_CONSTANT):
        return Blank(BlankKind.CONSTANT, f[_CONSTANT])
    return Blank(BlankKind.GHOST, f[_GHOST])


def _read_blank(node: Node, notes: Notes) -> Blank | None:
    kind = _KIND.read(node, notes)
    if kind is BlankKind.CONSTANT:
        notes.wrong("AV113", "which constant?", node.place, hint='write `{constant: "-"}`')
        notes.dropped += 1
        return None
    return None if kind is None else Blank(kind)


_BLANKS = mapping(
    either(
        Shape("a way to empty a field", _read_blank, _KIND.schema),
        record("a way to empty a field", _blank, _CONSTANT, _GHOST).shape,
    )
)

# --- datasets and systems ------------------------------------------------------------------------

_TENANT = need("processor_for", NAME)
_SPHERE = may("sphere", record("a sphere", lambda f: f[_TENANT], _TENANT).shape, None)
_KEY, _SUBJECT = may("key", _COLUMNS, ()), may("subject", ID, None)
_OWNED, _BECAUSE = may("owned_by", _OWNERS, ()), may("because", PROSE, None)
_OTHER_LINKS = {
    word: may(word.value, _COPIES if word is LinkWord.COPY_OF else _LINKS, ())
    for word in LinkWord
    if word is not LinkWord.OWNED_BY
}
_IDENTITY_KEY, _FIELD_KEY = may_map("identities", _IDENTITIES), may_map("fields", _FIELDS)
_REST, _EVENT_KEY = may("rest", ID, None), may_map("events", _EVENTS)
_DERIVED = may("derived_from", _DERIVATIONS, ())
_USES = may_map("uses", mapping(ID))
_KNOWN_FACTS = may_map("known_facts", mapping(one_of(Coarse, "how much of a value is told")))
_BLANK_KEY, _NEEDS = may_map("blank", _BLANKS), may_map("needs", mapping(_COLUMNS))


def _dataset(f: Fields) -> Dataset:
    owned = f.node.get("owned_by")
    nobody = isinstance(owned, Text) and owned.value == "nobody"
    files = stored(f)
    return Dataset(
        name=f.name.value,
        key=f[_KEY] or (files.own_key if files else ()),
        subject=f[_SUBJECT],
        sphere_field=f[_SPHERE],
        identities=tuple(replace(i, kind=kind) for kind, i in f[_IDENTITY_KEY].items()),
        links=_all_links(f),
        collected_at=f[_COLLECTED_AT],
        fields=tuple(replace(c, name=name) for name, c in f[_FIELD_KEY].items()),
        rest=f[_REST],
        events=tuple(replace(e, event=name) for name, e in f[_EVENT_KEY].items()),
        blanks=f[_BLANK_KEY],
        needs=f[_NEEDS],
        nobody=f[_BECAUSE] or "" if nobody else None,
        zone=f[_ZONE],
        stored=files,
        derived=f[_DERIVED],
        restriction=f[RESTRICTION],
        uses=f[_USES],
        known_facts=f[_KNOWN_FACTS],
        place=f.name.place,
    )


def _all_links(f: Fields) -> tuple[Link, ...]:
    """The links of a dataset in the order written, each with its word."""
    by_word = {LinkWord.OWNED_BY.value: f[_OWNED]}
    by_word |= {word.value: f[key] for word, key in _OTHER_LINKS.items()}
    return tuple(
        replace(link, word=LinkWord(key.value))
        for key, _ in f.node.pairs
        for link in by_word.get(key.value, ())
    )


_DATASET = record(
    "a dataset",
    _dataset,
    _KEY,
    _SUBJECT,
    _SPHERE,
    _IDENTITY_KEY,
    _OWNED,
    *_OTHER_LINKS.values(),
    _BECAUSE,
    _COLLECTED_AT,
    _FIELD_KEY,
    _REST,
    _EVENT_KEY,
    _BLANK_KEY,
    _NEEDS,
    _DERIVED,
    RESTRICTION,
    _USES,
    _KNOWN_FACTS,
    _ZONE,
    *STORED_KEYS,
)

_SYSTEM, _CONNECTOR = need("system", ID), need("connector", ID)
_URL, _SYSTEM_ZONE = may("url", PROSE, ""), may("zone", ZONE, "UTC")
_OWNER_PERSON = need("person", ID)
_OWNER = may(
    "owner", placed(record("an owner", lambda f: f[_OWNER_PERSON], _OWNER_PERSON).shape), None
)
_DATASETS = need("datasets", table(_DATASET))


def _system(f: Fields) -> System:
    names = tuple(f[_DATASETS])
    datasets = {name: _split_sources(d, names, f.notes) for name, d in f[_DATASETS].items()}
    owner: tuple[str, Place] | None = f[_OWNER]
    checked(f[_CONNECTOR], datasets, f.notes)
    return System(
        f[_SYSTEM],
        f[_CONNECTOR],
        f[_URL],
        f[_SYSTEM_ZONE],
        owner[0] if owner else None,
        datasets,
        f.place(),
    )


def _split_sources(dataset: Dataset, names: tuple[str, ...], notes: Notes) -> Dataset:
    """Tell `public.reply.sent_at` (a column of another dataset) from `sent_at` (one of its own)."""
    events = tuple(
        replace(e, sources=tuple(_split(s, e, dataset, names, notes) for s in e.sources))
        for e in dataset.events
    )
    return replace(dataset, events=events)


def _split(
    source: Source, event: EventMap, dataset: Dataset, names: tuple[str, ...], notes: Notes
) -> Source:
    head, tail = _column_and_place(source.field)
    name, dot, column = head.rpartition(".")
    moved = as_moment(source.moved_by) if source.moved_by else source.moved_by
    source = replace(source, moved_by=moved)
    if not dot:
        return replace(source, field=as_moment(source.field))
    if name not in names:
        what = f"the event `{event.event}` is read from `{name}`, which is no dataset here"
        notes.wrong("AV201", what, event.place)
        return source
    field = as_moment(f"{column}{tail}")
    return replace(source, field=field, dataset=None if name == dataset.name else name)


def _column_and_place(field: str) -> tuple[str, str]:
    """A column, with its dataset where it has one, and the place inside it: what of a leaf is
    behind the dollar sign has dots of its own."""
    head, dollar, tail = field.partition("$")
    return (head, f"{dollar}{tail}") if inside(field) is not None else (field, "")


SYSTEM = record("a system", _system, _SYSTEM, _CONNECTOR, _URL, _SYSTEM_ZONE, _OWNER, _DATASETS)
SYSTEM_KEYS = frozenset(key.name for key in SYSTEM.keys)


def lift_system(root: Pairs) -> Pairs:
    """A file that is one system (`system:` at its top) in the form of a list under `systems:`."""
    if root.get("system") is None:
        return root
    own = tuple(pair for pair in root.pairs if pair[0].value in SYSTEM_KEYS)
    rest = tuple(pair for pair in root.pairs if pair[0].value not in SYSTEM_KEYS)
    place = own[0][0].place
    return Pairs((*rest, (Text("systems", place), Items((Pairs(own, place),), place))), root.place)
