"""API views of accounts."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import quota
from accounts.serializers import UsageSerializer
from accounts.viewsets import OrganizationViewSet


class UsageViewSet(OrganizationViewSet):
    """What the organisation has spent of its quota."""

    @extend_schema(responses=UsageSerializer, summary="This month's quota and what is spent of it")
    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """Answer with the current month."""
        return Response(self.shown(quota.usage(self.caller.organization), UsageSerializer))
