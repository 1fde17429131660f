from django.urls import path

from assurance.finding_views import FindingWithGuardViewSet
from assurance.views import DeployViewSet, GuardWindowViewSet, PullRequestViewSet

urlpatterns = [
    path("findings", FindingWithGuardViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "findings/<str:pk>", FindingWithGuardViewSet.as_view({"get": "retrieve", "patch": "partial_update"})
    ),
    path("findings/<str:pk>/dismiss", FindingWithGuardViewSet.as_view({"post": "dismiss"})),
    path("findings/<str:pk>/dismissals", FindingWithGuardViewSet.as_view({"get": "dismissals"})),
    path("findings/<str:pk>/regressions", FindingWithGuardViewSet.as_view({"get": "regressions"})),
    path("deploys", DeployViewSet.as_view({"get": "list", "post": "create"})),
    path("deploys/<str:pk>", DeployViewSet.as_view({"get": "retrieve"})),
    path("tasks/<str:pk>/pull-request", PullRequestViewSet.as_view({"get": "retrieve"})),
    path("guard-windows", GuardWindowViewSet.as_view({"get": "list"})),
    path("guard-windows/<str:pk>", GuardWindowViewSet.as_view({"get": "retrieve"})),
    path("guard-windows/<str:pk>/cancel", GuardWindowViewSet.as_view({"post": "cancel"})),
]
