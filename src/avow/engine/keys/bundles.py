"""Keys that are destroyed one by one, and everything sealed with them in the same moment."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from avow.common.errors import KeyringError
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing, opened, sealed


def new_bundle_key(runs: Runs, ring: KeyRing, purpose: str, destroy_by: date, at: datetime) -> str:
    """Make a key, keep it wrapped by the ring, and return its id.

    `purpose` is a short word (undo, census, case); `destroy_by` is its last day.
    """
    return _new(runs, ring, purpose, destroy_by, at)[0]


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key that nobody keeps yet: its id, itself, and wrapped by the ring."""

    id: str
    key: bytes = field(repr=False)
    wrapped: bytes = field(repr=False)


def fresh_key(ring: KeyRing) -> FreshKey:
    """Make a key; whoever makes many keeps them together."""
    name, key = new_id("bundle"), secrets.token_bytes(32)
    return FreshKey(name, key, ring.seal(key, name))


def _new(
    runs: Runs, ring: KeyRing, purpose: str, destroy_by: date, at: datetime
) -> tuple[str, bytes]:
    made = fresh_key(ring)
    runs.run(
        "bundle_key_add",
        id=made.id,
        purpose=purpose,
        wrapped=made.wrapped,
        at=at,
        destroy_by=destroy_by,
    )
    return made.id, made.key


def seal_in_new(
    runs: Runs,
    ring: KeyRing,
    plain: bytes,
    about: str,
    *,
    purpose: str,
    destroy_by: date,
    at: datetime,
) -> tuple[str, bytes]:
    """Encrypt `plain` under a key of its own (see `new_bundle_key`); gives its id and the box."""
    name, key = _new(runs, ring, purpose, destroy_by, at)
    return name, sealed(plain, about, name, key)


def seal_in(runs: Runs, ring: KeyRing, bundle: str, plain: bytes, about: str) -> bytes:
    """Encrypt `plain` under the bundle's key; `about` is the id of the row or file it stands in."""
    return sealed(plain, about, bundle, _key(runs, ring, bundle))


def open_in(runs: Runs, ring: KeyRing, bundle: str, box: bytes, about: str) -> bytes:
    """What `seal_in` encrypted. Raises KeyringError AV875 once the key is destroyed."""
    return opened(box, about, _key(runs, ring, bundle))


def opened_key(runs: Runs, ring: KeyRing, bundle: str) -> Masked[bytes]:
    """The key itself, to seal or open many values at once; it is held no longer than they are.

    Raises:
        KeyringError: AV875, it is destroyed.
    """
    return Masked(_key(runs, ring, bundle))


def _key(runs: Runs, ring: KeyRing, bundle: str) -> bytes:
    found = runs.one("bundle_key", id=bundle)
    return unwrapped(ring, bundle, found["wrapped"] if found else None)


def unwrapped(ring: KeyRing, bundle: str, wrapped: bytes | None) -> bytes:
    """A key as it was kept with what it sealed. Raises KeyringError AV875 once it is destroyed."""
    if wrapped is None:
        raise KeyringError(
            f"the key `{bundle}` is destroyed",
            because="its last day is over; what was sealed with it is gone for good",
            code="AV875",
        )
    return ring.open(bytes(wrapped), bundle)


def destroy(runs: Runs, bundles: Sequence[str], at: datetime) -> tuple[str, ...]:
    """Empty these keys, and return those that were alive.

    The old row version still holds them: after the commit, `store.rewrite("bundle_key")` takes
    them out of the table's file (milliseconds, it is small). What remains is the write-ahead log
    until it is recycled, and backups; there the key is still wrapped by the ring.
    """
    return tuple(str(row["id"]) for row in runs.run("bundle_key_destroy", ids=list(bundles), at=at))


def destroy_due(runs: Runs, day: date, at: datetime) -> tuple[str, ...]:
    """Destroy every key whose last day is before `day`."""
    return destroy(runs, [row["id"] for row in runs.run("bundle_keys_due", day=day)], at)


def note_keys(runs: Runs, ring: KeyRing, at: datetime) -> None:
    """Write down the ids (and public keys) of the ring, so that a missing one can be named."""
    for use, keys in (("hash", ring.hashing), ("seal", ring.sealing), ("sign", ring.signing)):
        for name in keys.by_id:
            public = ring.public_key(name) if use == "sign" else None
            runs.run("key_reference_add", id=name, use=use, public_key=public, at=at)
        runs.run("key_reference_retire", id=keys.current, use=use, at=at)
