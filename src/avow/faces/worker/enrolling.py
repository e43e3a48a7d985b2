"""Enrolling this worker: its key is made here, and only the public half is registered."""

from __future__ import annotations

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from avow.engine.keys.enrolment import read_code
from avow.faces.worker.identity import Identity, write_identity
from avow.faces.worker.setting import Home, WorkerError
from avow.faces.worker.speaking import Broken, Line, NotHeard, checked


class _Told(msgspec.Struct):
    worker: str
    avow_key: bytes


def enrol(home: Home, text: str, address: str) -> Identity:
    """Register with a code, and keep who we are.

    Raises:
        WorkerError: AV590, the code or the address is none; AV589, avow refuses the code, or who
            answers is not the avow that printed it.
    """
    code = read_code(text)
    if code is None:
        raise WorkerError("this is no code", help="copy all of it, with or without the dashes")
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    form = {
        "system": home.system,
        "lookup": code.lookup,
        "public_key": public,
        "proof": code.proof(home.system, public),
    }
    told = _asked(checked(address), msgspec.json.encode(form))
    if not code.is_of(told.avow_key):
        raise NotHeard(
            "who answers is not the avow that printed this code",
            because="its key has another fingerprint",
            help="look who stands between; the code is used up, revoke the worker",
        )
    identity = Identity(told.worker, address, told.avow_key, key)
    write_identity(home, identity)
    return identity


def _asked(address: str, form: bytes) -> _Told:
    line = Line(address)
    try:
        answer = line.ask("/worker/enrol", form, {"content-type": "application/json"})
    except Broken as broken:
        raise WorkerError("avow does not answer at that address", because=str(broken)) from None
    finally:
        line.close()
    if answer.status != 200:
        said = answer.body[:200].decode("ascii", "replace").partition("\n")[0]
        raise NotHeard("avow enrols no worker with this code", because=said)
    try:
        return msgspec.json.decode(answer.body, type=_Told)
    except msgspec.MsgspecError:
        raise WorkerError("what answers at that address is no avow") from None
