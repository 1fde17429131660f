"""A build hook of hatchling that puts the checks into the package, as `krafter_client/engine/`."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ENGINE = "krafter_client/engine"
# What `scanner` imports of the product: the HTTP client, invisible characters and the format of keys.
SOURCES = (
    "scanner",
    "krafter_audit/__init__.py",
    "krafter_audit/http",
    "krafter_audit/security/__init__.py",
    "krafter_audit/security/control_characters.py",
    "krafter_audit/security/key_settings.py",
)


class PackageEngine(BuildHookInterface):
    """Includes the sources of the repository; a source distribution has them already."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files of the engine to what is packaged."""
        if version == "editable" or Path(self.root, ENGINE).exists():
            return
        repository = Path(self.root).parents[1]
        for source in SOURCES:
            build_data["force_include"][str(repository / source)] = f"{ENGINE}/{source}"
