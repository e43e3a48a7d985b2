"""The JSON Schema of the declaration language, made from the very shapes that read it.

Editors use it to complete keys and to mark mistakes while somebody types. It says nothing about
names that refer to each other: `avow check` does.
"""

from __future__ import annotations

from avow.declaration.loading.datamap import SYSTEM
from avow.declaration.loading.whole import DECLARATION, LANGUAGE_VERSION

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def declaration_schema() -> dict[str, object]:
    """The schema of one file of a declaration: any top-level keys, or one system.

    No key is required at the top, since a declaration may be split over files.
    """
    keys = {key.name: key.shape.schema for key in DECLARATION.keys}
    system = {key.name: key.shape.schema for key in SYSTEM.keys}
    return {
        "$schema": DIALECT,
        "title": f"avow declaration, language version {LANGUAGE_VERSION}",
        "type": "object",
        "properties": system | keys,
        "additionalProperties": False,
        "minProperties": 1,
    }
