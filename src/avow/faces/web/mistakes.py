"""What is wrong with a form that was sent: said beside it, with everything that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, as a code, in which form about whom or what; `detail` says more, in English,
    and holds no value of a person. `typed`: the fields of the form, for the form alone."""

    about: str
    form: str
    code: str
    detail: str = ""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
