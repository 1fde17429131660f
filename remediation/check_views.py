"""The checks over HTTP: what there is to ask, and how far each can be believed."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from findings.models import Domain, Severity
from krafter_audit.api.serializers import UTCDateTimeField
from remediation.checks import catalogue


class CheckThresholdSerializer(serializers.Serializer[Any]):
    """The limit of a numeric check: passed at most (`max`) or at least (`min`) there."""

    value = serializers.FloatField(help_text="As the project's policy has it.")
    default = serializers.FloatField()
    unit = serializers.CharField()
    direction = serializers.ChoiceField(choices=["max", "min"])


class CheckReliabilitySerializer(serializers.Serializer[Any]):
    """What the looks and verdicts of the last 90 days say of a check in this project."""

    looks = serializers.IntegerField(help_text="Looks at a page that ended as passed or failed.")
    compared = serializers.IntegerField(help_text="Looks at what had not changed since the look before.")
    flips = serializers.IntegerField(help_text="Those of them that said the opposite.")
    flip_rate = serializers.FloatField(allow_null=True)
    fixes = serializers.IntegerField(help_text="Approved verifications in which it passed.")
    back_in_7_days = serializers.IntegerField(help_text="Those whose finding came back within 7 days.")
    back_in_30_days = serializers.IntegerField()
    median_hours_to_fix = serializers.FloatField(allow_null=True)
    measured_at = UTCDateTimeField()


class CheckSerializer(serializers.Serializer[Any]):
    """One check."""

    key = serializers.CharField()
    domain = serializers.ChoiceField(choices=Domain.values)
    kind = serializers.ChoiceField(choices=["http", "tls", "browser"])
    title = serializers.CharField()
    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=Severity.values)
    version = serializers.IntegerField()
    enabled = serializers.BooleanField()
    threshold = CheckThresholdSerializer(allow_null=True)
    meter = CheckReliabilitySerializer(allow_null=True)


class CheckViewSet(ProjectViewSet):
    """What can be asked about a page."""

    @extend_schema(summary="List the checks, as the policy has them", responses=CheckSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Answer with all of them, in the order in which they are written."""
        self.reject_unknown_parameters(())
        return Response([self.serialize(check, CheckSerializer) for check in catalogue.of(self.project)])
