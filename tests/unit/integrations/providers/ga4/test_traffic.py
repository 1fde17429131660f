"""Page views of Google Analytics."""

from typing import Any

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable
from integrations.providers.ga4 import Analytics
from integrations.providers.ga4 import traffic as ga4
from tests.fakes.ga4 import REPORT, FakeAnalytics
from tests.fakes.specs import load_spec, requires_spec
from tests.fakes.vendor_server import FakeServer
from tests.unit.integrations.providers.ga4.conftest import connect


def test_views_of_all_spellings_of_a_page_are_added(provider: Analytics, fake: FakeAnalytics) -> None:
    fake.views = {
        ("www.example.com", "/shop/"): 30,
        ("example.com", "/shop"): 20,
        ("example.com", "/caf%C3%A9"): 5,
        ("example.com", "/"): 40,
        ("(other)", "(other)"): 5,
    }

    views = provider.page_views()

    assert views.pages == {
        ("example.com", "/"): 40,
        ("example.com", "/shop"): 50,
        ("example.com", "/caf%C3%A9"): 5,
    }
    assert views.total == 100
    assert (views.period["source"], views.period["property"]) == ("ga4", "1234")


def test_all_pages_of_the_report_are_read(
    provider: Analytics, fake: FakeAnalytics, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ga4, "PAGE_SIZE", 2)
    fake.views = {("example.com", f"/{number}"): 10 - number for number in range(5)}

    views = provider.page_views()

    assert len(views.pages) == 5
    assert [request.body["offset"] for request in server.received(REPORT, "POST")] == ["0", "2", "4"]


def test_rarely_viewed_pages_are_not_read_when_the_quota_is_nearly_exhausted(
    provider: Analytics, fake: FakeAnalytics, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ga4, "PAGE_SIZE", 2)
    fake.views = {("example.com", f"/{number}"): 10 - number for number in range(5)}
    fake.more = {"propertyQuota": {"tokensPerHour": {"consumed": 10}}}

    views = provider.page_views()

    assert (len(views.pages), views.total) == (2, 40)
    assert provider.notes == [
        "The hourly quota of Analytics is nearly exhausted: rarely viewed pages were not read."
    ]


def test_incomplete_data_is_noted(provider: Analytics, fake: FakeAnalytics) -> None:
    fake.views = {("example.com", "/"): 1}
    fake.more = {"metadata": {"subjectToThresholding": True, "samplingMetadatas": [{}]}}

    provider.page_views()

    assert provider.notes == [
        "Analytics withholds pages with few visitors.",
        "Analytics counted a sample of the visits.",
    ]


def test_only_property_is_used_and_several_are_listed(server: FakeServer, fake: FakeAnalytics) -> None:
    alone = connect(server, property_id=None)
    alone.check_connection()
    fake.accounts = [[("1234", "Shop")], [("77", "Blog")]]

    with pytest.raises(
        ProviderRefused, match=r"one of the account\'s properties: 1234 \(Shop\), 77 \(Blog\)\."
    ):
        connect(server, property_id=None).check_connection()
    assert alone.property_id == "1234"


def test_property_id_must_be_digits(server: FakeServer) -> None:
    assert connect(server, property_id="properties/1234").property_id == "1234"
    with pytest.raises(ProviderRefused, match="must be the digits"):
        connect(server, property_id="G-ABCDEF").check_connection()
    assert server.requests == []


@requires_spec("ga4.json")
def test_responses_of_the_fake_conform_to_the_description(fake: FakeAnalytics) -> None:
    fake.views = {("example.com", "/"): 1}
    fake.more = {
        "metadata": {"subjectToThresholding": True},
        "propertyQuota": {"tokensPerHour": {"consumed": 10}},
    }
    form = load_spec("ga4.json").d["components"]["schemas"]["RunReportResponse"]

    assert load_spec("ga4.json")._errs(form, fake.report({"offset": "0", "limit": "10"}), "answer") == []


@pytest.mark.parametrize("answer", [{"rows": [{}]}, {"rowCount": "x"}, {"rows": 7}, [], "x"])
def test_undocumented_report_is_unavailable(provider: Analytics, server: FakeServer, answer: Any) -> None:
    server.next_answer(REPORT, 200, {}, answer)

    with pytest.raises(ProviderUnavailable, match="cannot read"):
        provider.page_views()
