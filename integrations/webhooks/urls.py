"""The URL that receives webhooks; it takes no API key, since each delivery is signed."""

from django.urls import path

from integrations.webhooks.views import webhook

urlpatterns = [
    path("api/v1/hooks/<str:provider>/<str:integration>", webhook, name="webhook"),
]
