from django.urls import path

from remediation.collaboration.views import (
    CommentViewSet,
    LabelViewSet,
    TaskHistoryViewSet,
    TaskLabelsViewSet,
)
from remediation.policy_versions.views import PolicyVersionViewSet
from remediation.sla.views import SlaClockViewSet, SlaRecalculationViewSet
from remediation.views import (
    CheckViewSet,
    CommandCenterViewSet,
    PolicyViewSet,
    TaskBulkViewSet,
    TaskCountsViewSet,
    TaskViewSet,
    VerificationViewSet,
)

urlpatterns = [
    path("tasks", TaskViewSet.as_view({"get": "list", "post": "create"})),
    path("tasks/bulk", TaskBulkViewSet.as_view({"post": "bulk_create"})),
    path("tasks/bulk-update", TaskBulkViewSet.as_view({"post": "bulk_update"})),
    path("tasks/counts", TaskCountsViewSet.as_view({"get": "retrieve"})),
    path("tasks/<str:pk>", TaskViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("tasks/<str:pk>/comments", CommentViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "tasks/<str:pk>/comments/<str:comment_id>",
        CommentViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("tasks/<str:pk>/labels", TaskLabelsViewSet.as_view({"get": "retrieve", "put": "update"})),
    path("tasks/<str:pk>/history", TaskHistoryViewSet.as_view({"get": "list"})),
    path("tasks/<str:pk>/sla", SlaClockViewSet.as_view({"get": "retrieve"})),
    path("tasks/<str:pk>/sla/extend", SlaClockViewSet.as_view({"post": "extend"})),
    path("labels", LabelViewSet.as_view({"get": "retrieve"})),
    path("verifications", VerificationViewSet.as_view({"get": "list"})),
    path("verifications/run", VerificationViewSet.as_view({"post": "run"})),
    path("verifications/<str:pk>", VerificationViewSet.as_view({"get": "retrieve"})),
    path("verifications/<str:pk>/evidence", VerificationViewSet.as_view({"get": "evidence"})),
    path("verifications/<str:pk>/evidence/bundle", VerificationViewSet.as_view({"get": "bundle"})),
    path("verifications/<str:pk>/approvals", VerificationViewSet.as_view({"get": "approvals"})),
    path(
        "verifications/<str:pk>/withdraw-approval",
        VerificationViewSet.as_view({"post": "withdraw_approval"}),
    ),
    path("verifications/<str:pk>/approve", VerificationViewSet.as_view({"post": "approve"})),
    path("verifications/<str:pk>/reopen", VerificationViewSet.as_view({"post": "reopen"})),
    path("policies/current", PolicyViewSet.as_view({"get": "retrieve", "put": "update"})),
    path("policies/current/recalculation", SlaRecalculationViewSet.as_view({"get": "retrieve"})),
    path("policies/test", PolicyViewSet.as_view({"post": "test"})),
    path("policies", PolicyVersionViewSet.as_view({"get": "list"})),
    path("policies/<str:pk>", PolicyVersionViewSet.as_view({"get": "retrieve"})),
    path("policies/<str:pk>/diff", PolicyVersionViewSet.as_view({"get": "diff"})),
    path("policies/<str:pk>/restore", PolicyVersionViewSet.as_view({"post": "restore"})),
    path("checks", CheckViewSet.as_view({"get": "list"})),
    path("command-center", CommandCenterViewSet.as_view({"get": "retrieve"})),
]
