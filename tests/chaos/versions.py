"""The versions of the program between which an upgrade is rehearsed."""

import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from devtools.local_stack.process import REPOSITORY
from tests.chaos.machines import THIS_CODE, Code

EXAMPLE = re.compile(r"^```python\n(from django.contrib.*?)^```", re.MULTILINE | re.DOTALL)
SYNTHETIC = "remediation/migrations/0003_rehearsal.py"


def last_release(repository: Path = REPOSITORY) -> str:
    """Return the newest tag v* that this version contains, or "" if there is none yet."""
    command = ["git", "tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname"]
    tags = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout.split()
    return tags[0] if tags else ""


def released_code(tag: str, folder: Path, repository: Path = REPOSITORY) -> Code:
    """Check out a release and install the packages that it locks."""
    archive = folder / "release.tar"
    command = ["git", "archive", "--output", str(archive), tag]
    subprocess.run(command, cwd=repository, check=True)
    source, venv = folder / tag, folder / "venv"
    with tarfile.open(archive) as files:
        files.extractall(source, filter="data")
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "pip"), "install", "--quiet", "--require-hashes"]
    extras = "requirements/image.txt"  # with the client of object storage
    subprocess.run([*pip, "-r", str(source / extras)], check=True)
    return Code(source, str(venv / "bin" / "python"))


def documented_migration() -> str:
    """Return the migration of UPGRADING.md that expands a table."""
    [migration] = EXAMPLE.findall((REPOSITORY / "UPGRADING.md").read_text(encoding="utf-8"))
    return str(migration)


def migration_with_sql(sql: str) -> str:
    """Return a migration that executes the SQL."""
    return (
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        f'    dependencies = [("remediation", "0002_postgresql")]\n    operations = [migrations.RunSQL({sql!r})]\n'
    )


def code_with_migration(folder: Path, migration: str) -> Code:
    """Copy this version, and add the migration."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    for name in filter(None, names.stdout.split("\0")):
        target = folder / "next" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, target)
    (folder / "next" / SYNTHETIC).write_text(migration, encoding="utf-8")
    return Code(folder / "next")


def versions(folder: Path) -> tuple[Code, Code, str]:
    """Return the previous version, the next one, and a sentence that says which they are."""
    tag = last_release()
    if tag:
        return released_code(tag, folder), THIS_CODE, f"From the release {tag} to this version."
    text = (
        "Nothing is released yet: there is no tag v*. From this version to itself with a synthetic migration."
    )
    return THIS_CODE, code_with_migration(folder, documented_migration()), text
