"""`./krafter lint`: style, types, imports, templates, migrations, generated files, shell scripts."""

import base64
import os
import shutil
from collections.abc import Iterator
from functools import partial

from devtools import helm
from devtools.progress import Progress, SetupFailed
from devtools.setup_environment import CACHE, PYTHON, ROOT, VENV, find_uv, in_ci

MANAGE = (str(PYTHON), "-W", "ignore::RuntimeWarning", "manage.py")
PROGRAMS = VENV / "bin"


def set_dummy_settings() -> None:
    """Set the settings that Django needs to start; no command below connects to a database."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        # A DATABASE_URL of the shell could be that of a production system.
        os.environ.pop(name, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "krafter_audit.settings"
    os.environ["KRAFTER_SECRET_KEY"] = "lint-" * 10
    os.environ["KRAFTER_ENCRYPTION_KEYS"] = f"lint:{base64.b64encode(bytes(32)).decode()}"


def commands() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "ruff", (str(PROGRAMS / "ruff"), "check", ".")
    yield "ruff format", (str(PROGRAMS / "ruff"), "format", "--check", ".")
    yield "mypy", (str(PROGRAMS / "mypy"), ".")
    yield "import-linter", (str(PROGRAMS / "lint-imports"), "--cache-dir", str(CACHE / "import-linter"))
    yield "djlint", (str(PROGRAMS / "djlint"), "--profile", "django", "--lint", "templates")
    yield "deptry", (str(PROGRAMS / "deptry"), ".")
    yield "migrations", (*MANAGE, "makemigrations", "--check", "--dry-run")
    # Fails on a migration that blocks clients or breaks the running version.
    yield "lock safety of migrations", (str(PYTHON), "-W", "ignore", "-m", "devtools.migration_lint")
    # Fails on any warning: an undescribed field would be missing in generated clients.
    yield "API schema", (*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)
    # Fails on a change that breaks clients of the released API.
    yield "API changes", (str(PYTHON), "-W", "ignore", "-m", "devtools.api_changelog", "--check")
    yield "generated documentation", (*MANAGE, "generate_docs", "--check")
    yield from _optional_programs()


def _optional_programs() -> Iterator[tuple[str, tuple[str, ...]]]:
    # Their packages have no binary for some machines; in continuous integration both must run.
    for name, files in {"shellcheck": ("krafter", ".ci/run"), "hadolint": ("Dockerfile",)}.items():
        if in_ci() or shutil.which(name):
            yield name, (name, *files)


def _install_helm(progress: Progress) -> bool:
    """Install Helm and return whether it can be used; in continuous integration it must."""
    if not helm.is_supported():
        return False
    installed = progress.step("helm, into .krafter/helm", partial(helm.install, progress, find_uv()))
    if in_ci() and not installed:
        raise SetupFailed("Helm could not be installed.")
    return installed


def lint(progress: Progress) -> None:
    """Run every check. Raises SetupFailed with the names of the failed checks."""
    set_dummy_settings()
    os.environ["PATH"] = f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"
    checks = [*commands()]
    if _install_helm(progress):
        checks.append(("helm lint", (str(helm.HELM), "lint", "--strict", str(helm.CHART))))
    failed = [
        title
        for title, command in checks
        if not progress.step(title, partial(progress.run, *command, cwd=ROOT))
    ]
    if failed:
        raise SetupFailed(f"Failed: {', '.join(failed)}")
    progress.write_line("All clean.")
