from django.urls import path

from integrations.views import ConflictViewSet, IntegrationViewSet, WebhookViewSet

urlpatterns = [
    path("integrations", IntegrationViewSet.as_view({"get": "list"})),
    path("integrations/<str:provider>", IntegrationViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
    path("integrations/<str:provider>/connect", IntegrationViewSet.as_view({"post": "connect"})),
    path("integrations/<str:provider>/sync", IntegrationViewSet.as_view({"post": "sync"})),
    path("integrations/<str:provider>/schedule", IntegrationViewSet.as_view({"get": "schedule"})),
    path("integrations/<str:provider>/log", IntegrationViewSet.as_view({"get": "log"})),
    path(
        "integrations/<str:provider>/webhook",
        WebhookViewSet.as_view({"get": "retrieve", "put": "enable", "delete": "destroy"}),
    ),
    path("integrations/<str:provider>/conflicts", ConflictViewSet.as_view({"get": "list"})),
    path(
        "integrations/<str:provider>/conflicts/<str:pk>/resolve", ConflictViewSet.as_view({"post": "resolve"})
    ),
]
