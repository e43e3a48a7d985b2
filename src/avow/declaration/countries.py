"""Where data may go without a tool of chapter V GDPR."""

from __future__ import annotations

EEA = frozenset(
    (
        "EEA EU AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE "
        "IS LI NO"
    ).split()
)
"""The states of the European Economic Area by ISO 3166 code, and the area itself."""
