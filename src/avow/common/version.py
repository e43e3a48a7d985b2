"""The version of avow: one constant, read by the build and by `avow --version`."""

__version__ = "0.1.0"
