"""JSON is kept with the order of its keys."""

import pytest

from krafter_audit.db.fields import VerbatimJSONField
from remediation.models import Policy
from tests.factories import Scenario

CONFIG = {"z": 1, "a": {"ü": [True, None, 1.5]}, "m": ""}


def test_database_keeps_the_order_of_keys(scenario: Scenario):
    Policy.objects.filter(project=scenario.project).delete()
    policy = Policy.objects.create(project=scenario.project, name="rules", config=CONFIG)

    policy.refresh_from_db()

    assert (policy.config, list(policy.config)) == (CONFIG, ["z", "a", "m"])


@pytest.mark.parametrize(
    ("value", "parsed"), [('{"b": 1, "a": 2}', {"b": 1, "a": 2}), ([1], [1]), (None, None)]
)
def test_to_python_parses_text(value: object, parsed: object):
    assert VerbatimJSONField().to_python(value) == parsed
