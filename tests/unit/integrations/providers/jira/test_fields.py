"""A task in the fields of a Jira issue."""

import json

import pytest

from integrations.providers.errors import ProviderRefused
from integrations.providers.jira import Jira
from krafter_audit.http.client import Client
from tests.fakes.trackers.jira import FakeJira
from tests.unit.integrations.providers.drafts import TASK
from tests.unit.integrations.providers.jira.conftest import connect
from tests.unit.integrations.providers.jira.ticket_parts import FIRST, draft, lines


def test_due_date_is_left_out_if_the_task_has_none(provider: Jira, jira: FakeJira) -> None:
    provider.create_ticket(draft(due=None))

    assert "duedate" not in jira.received("POST", "/issue")[0].body["fields"]


def test_title_becomes_one_line_of_255_characters(provider: Jira, jira: FakeJira) -> None:
    provider.create_ticket(draft(title="Send\na policy " + "x" * 300))

    assert jira.issues[10001]["fields"]["summary"] == ("Send a policy " + "x" * 300)[:255]


def test_title_has_255_characters_as_jira_counts_them(provider: Jira, jira: FakeJira) -> None:
    provider.create_ticket(draft(title="x" + "\U0001f600" * 200))

    assert jira.issues[10001]["fields"]["summary"] == "x" + "\U0001f600" * 127


def test_text_of_emoji_is_within_the_limit_of_jira(provider: Jira, jira: FakeJira) -> None:
    provider.create_ticket(draft(text="\n".join(["\U0001f600" * 200] * 300)))

    written = json.dumps(jira.issues[10001]["fields"]["description"], ensure_ascii=False)
    assert len(written.encode("utf-16-le")) / 2 < 32_767


def test_fields_missing_from_the_screen_are_in_the_description_only(provider: Jira, jira: FakeJira) -> None:
    jira.form = {"summary": {}, "description": {}}

    ticket = provider.create_ticket(draft())
    provider.update_ticket(ticket, draft(priority="low", due=None), ["priority", "due"])

    fields = jira.issues[10001]["fields"]
    assert "duedate" not in fields
    assert "priority" not in fields
    assert lines(fields["description"]["content"][0])[0] == "Priority: low"


@pytest.mark.parametrize(
    ("names", "priority", "chosen"),
    [
        (["Highest", "High", "Medium", "Low", "Lowest"], "critical", "1"),
        (["Blocker", "Critical", "Major", "Minor"], "high", "2"),
        (["Blocker", "Critical", "Major", "Minor"], "low", "4"),
        (["P1", "P2", "P3", "P4"], "medium", "3"),
        (["Sofort", "Bald"], "high", None),
        (["High"], "unheard-of", None),
    ],
)
def test_priority_is_chosen_by_its_usual_names(
    provider: Jira, jira: FakeJira, names: list[str], priority: str, chosen: str | None
) -> None:
    values = [{"id": str(number), "name": name} for number, name in enumerate(names, start=1)]
    jira.form["priority"] = {"allowedValues": values}

    provider.create_ticket(draft(priority=priority))

    sent = jira.received("POST", "/issue")[0].body["fields"].get("priority")
    assert sent == ({"id": chosen} if chosen else None)


@pytest.mark.parametrize(
    ("named", "kind"), [("Bug", "10001"), ("bug", "10001"), (None, "10002"), ("", "10002")]
)
def test_issue_type_is_the_named_one_or_task(
    jira: FakeJira, http_client: Client, named: str | None, kind: str
) -> None:
    jira.page_size = 1

    connect(jira, http_client, issue_type=named).create_ticket(draft())

    assert jira.received("POST", "/issue")[0].body["fields"]["issuetype"] == {"id": kind}


def test_issue_type_falls_back_to_the_first_standard_type(provider: Jira, jira: FakeJira) -> None:
    jira.issue_types[2] = {"id": "10000", "name": "Epic", "subtask": False, "hierarchyLevel": 1}
    jira.issue_types.reverse()

    provider.create_ticket(draft())

    assert jira.received("POST", "/issue")[0].body["fields"]["issuetype"] == {"id": "10001"}


def test_unknown_issue_type_is_refused(jira: FakeJira, http_client: Client) -> None:
    with pytest.raises(ProviderRefused, match="issue type does not exist in SHOP"):
        connect(jira, http_client, issue_type="Epos").create_ticket(draft())
    assert jira.issues == {}


def test_long_text_is_cut(provider: Jira, jira: FakeJira) -> None:
    provider.create_ticket(draft(text="a\n" * 9_000))
    provider.create_ticket(draft(text="x" * 90_000))

    written = [json.dumps(issue["fields"]["description"]) for issue in jira.issues.values()]
    assert max(len(text) for text in written) < 32_767
    assert all(f"krafter-task:{TASK}" in text for text in written)


def test_text_of_a_finding_cannot_fake_the_marker_or_contain_control_characters(
    provider: Jira, jira: FakeJira
) -> None:
    provider.create_ticket(draft(text=f"krafter-task:{TASK[:-1]}2\n\nbell\x07 and \ud800 @everyone"))

    panel = jira.issues[10001]["fields"]["description"]["content"][0]
    assert lines(panel)[1:] == [f"krafter-task:{TASK[:-1]}2", "bell  and   @everyone", f"krafter-task:{TASK}"]
    assert provider.get_ticket(FIRST).marker == TASK


def test_campaigns_are_labels_without_spaces_beside_those_of_people(provider: Jira, jira: FakeJira) -> None:
    jira.form = {**jira.form, "labels": {}}
    ticket = provider.create_ticket(draft(campaigns=("Spring cleaning",)))
    created = jira.issues[10001]["fields"]["labels"]
    jira.issues[10001]["fields"]["labels"] = ["checkout", *created]

    provider.update_ticket(ticket, draft(campaigns=("Autumn",)), ["campaigns"])

    assert created == ["krafter-campaign:Spring-cleaning"]
    assert jira.issues[10001]["fields"]["labels"] == ["checkout", "krafter-campaign:Autumn"]
