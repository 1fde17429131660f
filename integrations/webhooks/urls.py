"""The address that providers call; it takes no key, each call is signed."""

from django.urls import path

from integrations.webhooks.views import webhook

urlpatterns = [
    path("api/v1/hooks/<str:provider>/<str:integration>", webhook, name="webhook"),
]
