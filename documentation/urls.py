from django.urls import path
from django.views.generic import RedirectView

from documentation import views

urlpatterns = [
    path("docs", views.show_page, name="documentation"),
    path("docs/", RedirectView.as_view(url="/docs")),
    path("docs/search", views.show_results, name="documentation-search"),
    path("docs/<path:name>", views.show_page, name="documentation-page"),
]
