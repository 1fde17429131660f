"""Files that commands write."""

from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """Write a file. Raises OSError with its name."""
    try:
        path.write_bytes(content)
    except OSError as error:  # the error of a full disk has no name
        raise OSError(error.errno, error.strerror, str(path)) from None
