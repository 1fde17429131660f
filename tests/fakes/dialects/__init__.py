"""The four trackers that the fake can be."""

from tests.fakes.dialects.github import FakeGitHub
from tests.fakes.dialects.gitlab import FakeGitLab
from tests.fakes.dialects.jira import FakeJira
from tests.fakes.dialects.linear import FakeLinear

DIALECTS = {fake.provider: fake for fake in (FakeGitHub, FakeGitLab, FakeJira, FakeLinear)}
