from django.urls import path

from campaigns.views import CampaignViewSet

urlpatterns = [
    path("campaigns", CampaignViewSet.as_view({"get": "list", "post": "create"})),
    path("campaigns/<str:pk>", CampaignViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("campaigns/<str:pk>/burn-down", CampaignViewSet.as_view({"get": "burn_down"})),
    path("campaigns/<str:pk>/add-tasks", CampaignViewSet.as_view({"post": "add_tasks"})),
    path("campaigns/<str:pk>/remove-tasks", CampaignViewSet.as_view({"post": "remove_tasks"})),
    path("campaigns/<str:pk>/archive", CampaignViewSet.as_view({"post": "archive"})),
    path("campaigns/<str:pk>/restore", CampaignViewSet.as_view({"post": "restore"})),
]
