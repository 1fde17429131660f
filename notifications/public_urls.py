from django.urls import path

from notifications.public_pages import shared_alert, unsubscribe_page

urlpatterns = [
    path("insights/audit/alerts/unsubscribe/<str:token>", unsubscribe_page, name="unsubscribe"),
    path("insights/audit/alerts/<str:token>", shared_alert, name="shared-alert"),
]
