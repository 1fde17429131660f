"""The four trackers on loopback behind one look: serve one, connect a project to it, count its tickets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.dialects import github as fake_github
from tests.fakes.dialects import gitlab as fake_gitlab
from tests.fakes.dialects import jira as fake_jira
from tests.fakes.dialects import linear as fake_linear

GITLAB = {"token": fake_gitlab.TOKEN, "project": fake_gitlab.PROJECT}


@dataclass
class FarEnd:
    """One tracker: its fake, what a project connects with, and the setting that leads to it."""

    provider: str
    fake: Any
    credentials: dict[str, str]
    setting: str

    @property
    def titles(self) -> list[str]:
        """The titles of all the tickets that there are, in order."""
        return sorted(
            issue["fields"]["summary"] if self.provider == "jira" else issue["title"]
            for issue in self.fake.issues.values()
        )


def _github(fake: Any) -> tuple[dict[str, str], str]:
    return {"token": fake_github.TOKEN, "repository": fake_github.REPOSITORY}, fake.url


def _gitlab(fake: Any) -> tuple[dict[str, str], str]:
    return GITLAB, f"{fake.url}/api/v4"


def _jira(fake: Any) -> tuple[dict[str, str], str]:
    return fake_jira.CREDENTIALS, fake.url


def _linear(fake: Any) -> tuple[dict[str, str], str]:
    return {"api_key": fake_linear.KEY, "team_id": fake_linear.TEAM}, fake.url


KINDS: dict[str, tuple[Callable[[], Iterator[Any]], Callable[[Any], tuple[dict[str, str], str]]]] = {
    "github": (fake_github.serve, _github),
    "gitlab": (fake_gitlab.serve, _gitlab),
    "jira": (fake_jira.serve, _jira),
    "linear": (fake_linear.serve, _linear),
}


def serve(provider: str) -> Iterator[FarEnd]:
    """Serve one tracker; afterwards nothing that it was asked may break its vendor's description."""
    start, kind = KINDS[provider]
    for fake in start():
        credentials, setting = kind(fake)
        yield FarEnd(provider, fake, credentials, setting)
        assert fake.complaints == []
