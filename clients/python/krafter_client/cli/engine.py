"""Find the checks of Krafter Audit: in the package itself, or in a checkout of the repository beside it."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

PACKAGED = Path(__file__).resolve().parents[1] / "engine"
CHECKOUT = Path(__file__).resolve().parents[4]


class EngineMissing(Exception):
    """The checks or a package that they need are not installed."""


def load(name: str) -> ModuleType:
    """Import a module of the engine, such as `scanner.registry`. Raises EngineMissing."""
    for folder in (PACKAGED, CHECKOUT):
        if (folder / "scanner" / "registry.py").exists() and str(folder) not in sys.path:
            # The last path, so that the checkout hides no other package.
            sys.path.append(str(folder))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise EngineMissing(
            f"The offline checks need the package {error.name}: install krafter-audit[check]."
        ) from None
