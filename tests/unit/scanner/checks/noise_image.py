"""A picture that is full of detail: one of plain colour does not count as the largest paint."""

import io
import random

from PIL import Image


def noise(width: int, height: int) -> bytes:
    """Return a PNG of so many pixels; it is always the same one."""
    file = io.BytesIO()
    Image.frombytes("L", (width, height), random.Random(1).randbytes(width * height)).save(file, "PNG")
    return file.getvalue()
