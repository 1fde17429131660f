"""An answer from columns is what the serializer says of the row."""

import json
from typing import Any

import pytest
from django.db import models

from assurance.serializers import GuardWindowWithRunsSerializer
from findings.models import Finding, Regression
from findings.serializers import FindingSerializer, RegressionSerializer
from krafter_audit.api.lists.row_columns import row_columns
from krafter_audit.api.serializers import ResponseSerializer
from krafter_audit.http.json_encoding import dump_json
from remediation.models import Task, Verification
from remediation.serializers import TaskSerializer, TaskWithFindingSerializer, VerificationSerializer
from reports.serializers import ReportSerializer
from scans.models import Scan
from scans.serializers import ScanSerializer
from tests import factories
from tests.factories import Scenario

SHOWN: list[tuple[type[models.Model], type[ResponseSerializer]]] = [
    (Finding, FindingSerializer),
    (Regression, RegressionSerializer),
    (Scan, ScanSerializer),
    (Task, TaskSerializer),
    (Verification, VerificationSerializer),
]


@pytest.mark.parametrize(("model", "shown"), SHOWN)
def test_columns_equal_the_output_of_the_serializer(scenario: Scenario, model: Any, shown: Any):
    factories.verification(scenario, checks="passed", open_regressions=1)
    Finding.objects.update(confidence="high", evidence={"größe": [1, 2.5, None, {"b": 1, "a": "x"}]})
    Scan.objects.create(
        project=scenario.project,
        url="https://example.com/",
        trigger="manual",
        summary={"pages": 1, "error": "x"},
    )
    context = {"project": scenario.project, "organization": scenario.organization}
    found = row_columns(shown)
    assert found is not None

    by_columns = [found.represent(row, context) for row in found.select(model.objects.order_by("pk"))]
    ids = model.objects.order_by("pk").values_list("pk", flat=True)
    alone = [found.represent(found.fetch_one(scenario.project.pk, pk), context) for pk in ids]

    loaded = [found.represent_model(row, context) for row in model.objects.order_by("pk")]
    by_serializer = dump_json(shown(model.objects.order_by("pk"), many=True, context=context).data)
    assert len(by_columns) > 0
    assert unspaced(dump_json(by_columns)) == unspaced(by_serializer)
    assert unspaced(dump_json(alone)) == unspaced(by_serializer)
    assert unspaced(dump_json(loaded)) == unspaced(by_serializer)


def unspaced(answer: bytes) -> Any:
    """Parse, keeping the order of keys: PostgreSQL writes its own spaces."""
    return json.loads(answer, object_pairs_hook=list)


@pytest.mark.parametrize(
    "shown", [ReportSerializer, GuardWindowWithRunsSerializer, TaskWithFindingSerializer]
)
def test_fields_outside_of_the_table_come_from_the_serializer(shown: Any):
    assert row_columns(shown) is None
