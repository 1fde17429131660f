"""The version of the client and of its command line."""

__version__ = "0.1.0"
