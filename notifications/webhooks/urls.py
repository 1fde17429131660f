from django.urls import path

from notifications.webhooks.views import EventDeliveryViewSet, WebhookEndpointViewSet

urlpatterns = [
    path("webhooks", WebhookEndpointViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "webhooks/<str:pk>",
        WebhookEndpointViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("webhooks/<str:pk>/rotate-secret", WebhookEndpointViewSet.as_view({"post": "rotate_secret"})),
    path("webhooks/<str:pk>/test", WebhookEndpointViewSet.as_view({"post": "test"})),
    path("webhooks/<str:pk>/replay", WebhookEndpointViewSet.as_view({"post": "replay"})),
    path("webhooks/<str:pk>/deliveries", EventDeliveryViewSet.as_view({"get": "list"})),
    path("webhooks/<str:pk>/deliveries/<str:delivery_id>", EventDeliveryViewSet.as_view({"get": "retrieve"})),
    path(
        "webhooks/<str:pk>/deliveries/<str:delivery_id>/replay",
        EventDeliveryViewSet.as_view({"post": "replay"}),
    ),
]
