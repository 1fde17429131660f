"""The section `deploys` of a project's policy config.

`{"deploys": {"environments": ["production"], "scan": true, "releases": true}}`: which deploys are live, whether the
site is scanned after them, and whether a release counts as one. Without `environments` the deploys with the host of the
project's site are live, and those of production.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from assurance.models import Deploy
from findings.policy_rules import ignored, section_of
from remediation.policy_sections.declarations import FieldKind, PolicyField, PolicySection
from remediation.policy_versions.warnings import invalid_flag

LIVE_ENVIRONMENTS = frozenset({"production", "prod", "live"})
RELEASE_ENVIRONMENT = "production"
FLAGS = ("deploys.scan", "deploys.releases")
SECTION = PolicySection(
    "deploys",
    "Deploys",
    "The environments that visitors use, comma-separated: their deploys are live. A scan after a deploy begins with the"
    " pages that have open or guarded findings.",
    (
        PolicyField(
            ("deploys", "environments"),
            "Environments",
            FieldKind.WORDS,
            empty="Those with the host of the project's site",
        ),
        PolicyField(("deploys", "scan"), "Scan the site after each live deploy", FieldKind.FLAG),
        PolicyField(("deploys", "releases"), "Count published releases as live deploys", FieldKind.FLAG),
    ),
)


def is_live(deploy: Deploy, config: dict[str, Any], site_url: str) -> bool:
    """Return whether visitors of the project's site use the environment of a deploy."""
    named = environments(config)
    if named is not None:
        return deploy.environment in named
    if deploy.url:
        return urlsplit(deploy.url).netloc.lower() == urlsplit(site_url).netloc.lower()
    return deploy.environment.lower() in LIVE_ENVIRONMENTS


def environments(config: dict[str, Any]) -> list[str] | None:
    """Return the environments that visitors use; None if the policy names none."""
    named = section_of(config, "deploys").get("environments")
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else None


def scans_after_deploys(config: dict[str, Any]) -> bool:
    """Return whether the site is scanned after each live deploy."""
    return section_of(config, "deploys").get("scan") is True


def release_environment(config: dict[str, Any]) -> str | None:
    """Return the environment of published releases; None if releases do not count as deploys."""
    if section_of(config, "deploys").get("releases") is not True:
        return None
    return next(iter(environments(config) or ()), RELEASE_ENVIRONMENT)


def ignored_part(path: str, value: Any) -> Iterator[str]:
    """Yield a sentence if a key of the policy's `deploys` and its value have no effect."""
    if path in FLAGS:
        yield from invalid_flag(path, value)
    elif path != "deploys.environments":
        yield f"{path} is ignored: the names are environments, scan, releases."
    elif not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        yield f"{ignored(path, in_part=isinstance(value, list))}: it must be a list of names of environments."
