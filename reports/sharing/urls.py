from django.urls import path

from reports.sharing.shared_page import shared_file, shared_report

urlpatterns = [
    path("insights/audit/reports/shared/<str:token>", shared_report, name="shared-report"),
    path("insights/audit/reports/shared/<str:token>/download", shared_file, name="shared-report-file"),
]
