"""A declaration of many fields: the example's statement over a data map of 2,000 fields."""

from __future__ import annotations

import shutil
from pathlib import Path

STATEMENT = Path(__file__).parents[2] / "declarations" / "clearnox"
CATEGORIES = (
    "name", "email", "phone", "language", "job-title", "company-name", "company-address",
    "products-used", "referral-source", "customer-number",
)  # fmt: skip
"""Categories of the statement, given to the fields in turn."""
SYSTEMS, DATASETS, FIELDS = 5, 20, 20
"""5 systems of 20 datasets of 20 fields each."""


def write(folder: Path) -> int:
    """Write the declaration into a new folder; gives the number of fields that were added."""
    shutil.copytree(STATEMENT, folder)
    for number in range(SYSTEMS):
        file = folder / "datamap" / f"many_{number}.yaml"
        file.write_text(_system(number), encoding="utf-8")
    return SYSTEMS * DATASETS * FIELDS


def _system(number: int) -> str:
    lines = [
        "systems:",
        f"  - system: many-{number}",
        "    connector: postgresql",
        "    url: ${MANY_URL}",
        "    zone: Europe/Brussels",
        "    owner: {person: marc}",
        "    datasets:",
    ]
    for dataset in range(DATASETS):
        lines += _dataset(dataset)
    return "\n".join(lines) + "\n"


def _dataset(number: int) -> list[str]:
    head = [
        f"      public.table_{number}:",
        "        subject: account-holder",
        "        key: [id]",
        "        collected_at: trial-registration",
        "        identities:",
        "          email: {field: column_1, strength: unique, normalise: ascii-lower}",
        "        fields:",
    ]
    fields = [f"          column_{n}: {CATEGORIES[n % len(CATEGORIES)]}" for n in range(FIELDS)]
    return [
        *head,
        *fields,
        "        rest: account-data",
        "        events:",
        "          collected: created_at",
        "          account-deleted: {end_of: deleted_at}",
    ]
