"""The package of the command line contains the checks, and names the packages that they need."""

import re
import sys
import tomllib

from tests.project_rules.source import ROOT, files, imported

CLIENT = ROOT / "clients" / "python"
PROJECT = tomllib.loads((CLIENT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Import name → name of the package.
PACKAGES = {"dns": "dnspython", "axe_playwright_python": "axe-playwright-python"}


def sources() -> tuple[str, ...]:
    """Return the files and folders that the build hook packages."""
    hook = (CLIENT / "package_engine.py").read_text(encoding="utf-8")
    return tuple(re.findall(r'^    "([\w/.]+)",$', hook, re.MULTILINE))


def packaged() -> list[str]:
    return [
        path
        for path in files()
        if any(path == source or path.startswith(f"{source}/") for source in sources())
    ]


def test_package_contains_every_module_that_the_checks_import() -> None:
    modules = {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in packaged()}
    all_modules = {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files()}

    needed = {name for path in packaged() for name in imported(path)} & all_modules

    assert len(packaged()) > 50
    assert needed - modules == set()


def test_extra_names_every_package_that_the_checks_import() -> None:
    named = {re.split(r"[<>=\[]", line)[0] for line in PROJECT["optional-dependencies"]["check"]}

    roots = {name.split(".")[0] for path in packaged() for name in imported(path)}
    needed = {
        PACKAGES.get(root, root) for root in roots - sys.stdlib_module_names - {"scanner", "krafter_audit"}
    }

    assert needed - named == set()
