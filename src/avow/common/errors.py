"""The base of every error that a user can read."""


class AvowError(Exception):
    """Something that cannot go on, told in the user's words.

    `code` is stable and has a paragraph in the documentation; a class may have one for all.
    `what` says what is wrong, `because` why, `help` what to do. None may hold a personal value.
    """

    code = ""

    def __init__(
        self,
        what: str,
        *,
        because: str = "",
        help: str = "",  # noqa: A002  # the word a reader of findings knows
        code: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.because = because
        self.help = help
        self.code = code or type(self).code

    def lines(self) -> tuple[str, ...]:
        """The error as it is printed, one line per part."""
        parts = (("because  ", self.because), ("help     ", self.help))
        said = tuple(f"  {word}{text}" for word, text in parts if text)
        return (f"error {self.code}: {self.what}", *said)

    def __str__(self) -> str:
        return "\n".join(self.lines())


class StateError(AvowError):
    """avow's own database cannot be reached, started or brought up to date (AV85x)."""


class KeyringError(AvowError):
    """A key is missing, destroyed, or does not open what it should (AV87x)."""
