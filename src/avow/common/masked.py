"""Values that may be used but never shown."""

from typing import Generic, TypeVar

Value = TypeVar("Value")

SHOWN = "•••"


class Masked(Generic[Value]):
    """A personal value or a secret on its way through the program.

    Every way of printing it gives `•••`, and it cannot be pickled, so it enters a log, an error
    or a trace only where somebody writes `.reveal()`.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Value) -> None:
        self._value = value

    def reveal(self) -> Value:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return SHOWN

    def __str__(self) -> str:
        return SHOWN

    def __format__(self, spec: str) -> str:
        return format(SHOWN, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Masked) and bool(self._value == other._value)

    def __hash__(self) -> int:
        return hash((Masked, self._value))

    def __reduce__(self) -> str:
        raise TypeError("a masked value does not leave the process")
