"""What the policy says about deploys: which are live, and whether the site is scanned after them."""

from typing import Any

import pytest

from assurance import deploy_policy
from assurance.models import Deploy

SITE = "https://shop.example.com/"


@pytest.mark.parametrize(
    ("environment", "url", "section", "live"),
    [
        ("production", "", {}, True),
        ("Live", "", {}, True),
        ("staging", "", {}, False),
        ("eu-1", "https://shop.example.com/a", {}, True),
        ("production", "https://staging.example.com/", {}, False),
        ("eu-1", "", {"environments": ["eu-1", 7]}, True),
        ("production", SITE, {"environments": ["eu-1"]}, False),
        ("production", "", {"environments": "eu-1"}, True),
    ],
)
def test_live_deploys_are_those_that_visitors_use(
    environment: str, url: str, section: dict[str, Any], live: bool
):
    deploy = Deploy(environment=environment, url=url)

    assert deploy_policy.is_live(deploy, {"deploys": section}, SITE) is live


@pytest.mark.parametrize(("value", "scans"), [(True, True), (False, False), ("yes", False), (None, False)])
def test_site_is_scanned_only_if_the_policy_says_so(value: Any, scans: bool):
    assert deploy_policy.scans_after_deploys({"deploys": {"scan": value}}) is scans


@pytest.mark.parametrize(
    ("section", "environment"),
    [
        ({"releases": True}, "production"),
        ({"releases": True, "environments": ["eu", "us"]}, "eu"),
        ({"releases": True, "environments": []}, "production"),
        ({"releases": "yes"}, None),
        ({}, None),
    ],
)
def test_release_counts_as_a_live_deploy_only_if_the_policy_says_so(
    section: dict[str, Any], environment: str | None
):
    assert deploy_policy.release_environment({"deploys": section}) == environment


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("deploys.scan", True, []),
        ("deploys.scan", 1, ["deploys.scan is ignored: it must be true or false."]),
        ("deploys.releases", "v1", ["deploys.releases is ignored: it must be true or false."]),
        ("deploys.environments", ["eu"], []),
        ("deploys.other", 1, ["deploys.other is ignored: the names are environments, scan, releases."]),
    ],
)
def test_part_of_the_policy_that_is_ignored_is_named(path: str, value: Any, sentence: list[str]):
    assert list(deploy_policy.ignored_part(path, value)) == sentence
