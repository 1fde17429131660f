from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import ProjectViewSet
from remediation.models import Task
from remediation.services import extensions, sla_clock
from remediation.sla.serializers import (
    ExtendDueDateRequestSerializer,
    SlaClockSerializer,
    SlaRecalculationSerializer,
)


class SlaClockViewSet(ProjectViewSet):
    """The SLA clock of a task."""

    conditional_actions = frozenset()

    @extend_schema(
        operation_id="get_sla_clock", summary="Read the SLA clock of a task", responses=SlaClockSerializer
    )
    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Return the intervals of the clock, each with its cause, until the due date."""
        return self._respond_clock(pk)

    @extend_schema(
        operation_id="extend_due_date",
        summary="Extend the due date of a task",
        request=ExtendDueDateRequestSerializer,
        responses=SlaClockSerializer,
    )
    def extend(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Add hours that count, or set a later due date, with a reason."""
        task = self.get_row(Task.objects.all(), pk)
        body = self.validated_body(ExtendDueDateRequestSerializer)
        extensions.extend(task.pk, project=self.project, by=self.actor, **body)
        return self._respond_clock(pk)

    def _respond_clock(self, pk: str) -> Response:
        clock = sla_clock.clock_of(self.get_row(Task.objects.all(), pk))
        return Response(self.serialize(clock, SlaClockSerializer))


class SlaRecalculationViewSet(ProjectViewSet):
    """The recalculation of due dates by a new policy."""

    conditional_actions = frozenset()

    @extend_schema(
        operation_id="get_due_date_recalculation",
        summary="Read the last recalculation of due dates",
        responses=SlaRecalculationSerializer,
    )
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Return the newest recalculation of the due dates of open tasks."""
        return Response(
            self.serialize(sla_clock.latest_recalculation(self.project), SlaRecalculationSerializer)
        )
