from django.urls import path

from reports.sharing.evidence_page import shared_evidence, shared_evidence_file
from reports.sharing.shared_page import shared_file, shared_report

SHARED = "insights/audit/reports/shared/<str:token>"

urlpatterns = [
    path(SHARED, shared_report, name="shared-report"),
    path(f"{SHARED}/download", shared_file, name="shared-report-file"),
    path(f"{SHARED}/evidence/<str:verification_id>.json", shared_evidence_file, name="shared-evidence-file"),
    path(f"{SHARED}/evidence/<str:verification_id>", shared_evidence, name="shared-evidence"),
]
