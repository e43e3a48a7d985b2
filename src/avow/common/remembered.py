"""Answers kept beside the question: for frozen values that are asked the same thing many times."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar


class Remembers(Protocol):
    """A value that never changes and has a place to keep what it has answered."""

    @property
    def made(self) -> dict[Hashable, Any]:
        """Answers by method and arguments."""


S = TypeVar("S", bound=Remembers)
P = ParamSpec("P")
R = TypeVar("R")


def remembered(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Answer a method from memory where it has been asked with the same hashable arguments.

    Only for pure methods of frozen values: what is kept is never told that something changed.
    """

    def ask(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (method.__name__, args, tuple(kwargs.items()))
        if key not in self.made:
            self.made[key] = method(self, *args, **kwargs)
        answer: R = self.made[key]
        return answer

    ask.__name__, ask.__doc__ = method.__name__, method.__doc__
    return ask
