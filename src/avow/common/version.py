"""The version of avow: one constant, read by the build and by `avow --version`."""

from typing import Final

__version__: Final = "0.1.0"
