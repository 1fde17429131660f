"""An image full of detail: one of plain colour does not count as the Largest Contentful Paint."""

import io
import random

from PIL import Image


def noise(width: int, height: int) -> bytes:
    """Return a PNG of this size, always the same."""
    file = io.BytesIO()
    Image.frombytes("L", (width, height), random.Random(1).randbytes(width * height)).save(file, "PNG")
    return file.getvalue()
