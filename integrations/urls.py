"""Addresses of integrations."""

from django.urls import path

from notifications.views import AlertViewSet, DestinationViewSet
from integrations.views import ConflictViewSet, HookViewSet, IntegrationViewSet

urlpatterns = [
    path("alerts", AlertViewSet.as_view({"get": "list"})),
    path("alerts/destinations", DestinationViewSet.as_view({"get": "list"})),
    path(
        "alerts/destinations/<str:channel>", DestinationViewSet.as_view({"put": "set", "delete": "destroy"})
    ),
    path("integrations", IntegrationViewSet.as_view({"get": "list"})),
    path("integrations/<str:provider>", IntegrationViewSet.as_view({"delete": "destroy"})),
    path("integrations/<str:provider>/connect", IntegrationViewSet.as_view({"post": "connect"})),
    path("integrations/<str:provider>/sync", IntegrationViewSet.as_view({"post": "sync"})),
    path("integrations/<str:provider>/schedule", IntegrationViewSet.as_view({"get": "schedule"})),
    path("integrations/<str:provider>/log", IntegrationViewSet.as_view({"get": "log"})),
    path(
        "integrations/<str:provider>/webhook",
        HookViewSet.as_view({"get": "retrieve", "put": "make", "delete": "destroy"}),
    ),
    path("integrations/<str:provider>/conflicts", ConflictViewSet.as_view({"get": "list"})),
    path(
        "integrations/<str:provider>/conflicts/<str:pk>/resolve", ConflictViewSet.as_view({"post": "resolve"})
    ),
]
