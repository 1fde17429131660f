"""Fakes of the four trackers."""

from tests.fakes.trackers.github import FakeGitHub
from tests.fakes.trackers.gitlab import FakeGitLab
from tests.fakes.trackers.jira import FakeJira
from tests.fakes.trackers.linear import FakeLinear

DIALECTS = {fake.provider: fake for fake in (FakeGitHub, FakeGitLab, FakeJira, FakeLinear)}
