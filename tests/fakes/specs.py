"""The vendors' own API descriptions. They are not part of this repository; tests that need a missing one skip."""

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(os.environ.get("KRAFTER_SHARED") or Path(__file__).resolve().parents[3] / "shared")
SPECS = SHARED / "provider-specs"


@cache
def load_spec(name: str) -> Any:
    """Return the checker of an OpenAPI description; None if it is not available."""
    if not (SPECS / name).exists():
        return None
    if str(SPECS) not in sys.path:
        sys.path.insert(0, str(SPECS))
    from speccheck import Spec

    return Spec(str(SPECS / name))


def requires_spec(name: str) -> pytest.MarkDecorator:
    """Skip a test without a description."""
    return pytest.mark.skipif(not (SPECS / name).exists(), reason=missing(name))


def missing(name: str) -> str:
    """Return the reason of a skipped test."""
    return f"provider-specs/{name} is not available: set KRAFTER_SHARED to the folder that contains provider-specs"
