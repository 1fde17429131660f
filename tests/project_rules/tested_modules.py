"""Which tests belong to a module: by the path of the test file."""

from collections.abc import Iterable
from pathlib import PurePath

from tests.project_rules.source import imported

UNIT = PurePath("tests/unit")
# Modules that a test of another path tests, most of them by HTTP or by a command: pattern → file or folder.
TESTED_IN: dict[str, str] = {
    "accounts/time_zones/views.py": "tests/unit/accounts/time_zones/test_middleware.py",
    "accounts/filters.py": "tests/contract/test_lists.py",
    "accounts/management/base.py": "tests/unit/accounts/management/test_commands.py",
    "accounts/serializers.py": "tests/contract/test_every_url.py",
    "accounts/sign_in/*.py": "tests/unit/accounts/sign_in",
    "devtools/demo/pages.py": "tests/unit/devtools/demo/test_site.py",
    "events/jobs.py": "tests/unit/events",
    "events/management/commands/check_counters.py": "tests/unit/events/totals/test_counters.py",
    "events/representation.py": "tests/unit/events/test_views.py",
    "events/totals/reconciliation.py": "tests/unit/events/totals/test_counters.py",
    "events/serializers.py": "tests/unit/events/test_views.py",
    "findings/filters.py": "tests/unit/krafter_audit/api/lists/test_pagination.py",
    "findings/locks.py": "tests/unit/findings/services/test_triage.py",
    "findings/provider_checks.py": "tests/unit/integrations/test_provider_recheck.py",
    "findings/serializers.py": "tests/contract/test_every_url.py",
    "findings/services/traffic_weight.py": "tests/unit/integrations/providers/ga4/test_sync.py",
    "integrations/admin/*.py": "tests/unit/integrations/admin/test_connection_pages.py",
    "integrations/filters.py": "tests/unit/integrations/sync/tickets/test_conflicts.py",
    "integrations/providers/credential_fields.py": "tests/unit/integrations/admin/test_connection_pages.py",
    "integrations/providers/gitlab/webhooks.py": "tests/unit/integrations/webhooks/test_services_deliveries.py",
    "integrations/providers/google/client.py": "tests/unit/integrations/providers/gsc/test_client.py",
    "integrations/providers/jira/webhooks.py": "tests/unit/integrations/webhooks/test_services_deliveries.py",
    "integrations/providers/linear/webhooks.py": "tests/unit/integrations/webhooks/test_services_deliveries.py",
    "integrations/providers/oauth.py": "tests/unit/integrations/oauth/test_flow.py",
    "integrations/providers/sentry/recheck.py": "tests/unit/integrations/test_provider_recheck.py",
    "campaigns/filters.py": "tests/unit/campaigns/test_views.py",
    "campaigns/serializers.py": "tests/unit/campaigns/test_views.py",
    "assurance/event_consumer.py": "tests/unit/assurance/services/test_guard_windows.py",
    "integrations/providers/repositories.py": "tests/unit/integrations/test_repository_access.py",
    "assurance/filters.py": "tests/unit/assurance/test_views.py",
    "assurance/finding_views.py": "tests/unit/assurance/test_views.py",
    "assurance/serializers.py": "tests/unit/assurance/test_views.py",
    "integrations/serializers.py": "tests/unit/integrations/test_views.py",
    "integrations/sync/context.py": "tests/unit/integrations/sync/test_engine.py",
    "krafter_audit/admin_site/config.py": "tests/unit/krafter_audit/admin_site/test_site.py",
    "krafter_audit/admin_site/dashboard.py": "tests/unit/krafter_audit/admin_site/test_site.py",
    "krafter_audit/api/throttling/anonymous*.py": "tests/unit/krafter_audit/api/throttling/test_rate_limits.py",
    "krafter_audit/api/envelope.py": "tests/contract/test_request_order.py",
    "krafter_audit/api/exceptions.py": "tests/contract/test_request_order.py",
    "krafter_audit/api/lists/filters.py": "tests/unit/krafter_audit/api/lists/test_pagination.py",
    "krafter_audit/api/openapi/*.py": "tests/contract/test_openapi.py",
    "krafter_audit/api/request_metrics.py": "tests/unit/operations/test_metrics.py",
    "krafter_audit/templatetags/admin_menu.py": "tests/unit/krafter_audit/admin_site/test_menu.py",
    "krafter_audit/templatetags/admin_text.py": "tests/unit/accounts/time_zones/test_middleware.py",
    "krafter_audit/jobs/beat_schedule.py": "tests/project_rules/test_jobs.py",
    "krafter_audit/conf/validators.py": "tests/unit/krafter_audit/test_system_checks.py",
    "krafter_audit/db/counting.py": "tests/contract/test_lists.py",
    "krafter_audit/db/models.py": "tests/unit/krafter_audit/db/test_transitions.py",
    "krafter_audit/db/triggers.py": "tests/unit/events/test_partitions.py",
    "krafter_audit/delivery_errors.py": "tests/unit/notifications/alerts/test_delivery.py",
    "krafter_audit/http/credentials.py": "tests/unit/krafter_audit/http/test_redirects.py",
    "krafter_audit/http/defaults.py": "tests/unit/scans/services/test_scans.py",
    "krafter_audit/http/dns.py": "tests/unit/krafter_audit/http/test_ssrf.py",
    "krafter_audit/admin/quick_filters.py": "tests/unit/findings/test_admin.py",
    "krafter_audit/db/text_search.py": "tests/unit/findings/test_admin.py",
    "krafter_audit/http/errors.py": "tests/unit/krafter_audit/http/test_ssrf.py",
    "krafter_audit/slack.py": "tests/unit/notifications/alerts/test_delivery.py",
    "krafter_audit/http/tracing.py": "tests/unit/krafter_audit/test_telemetry.py",
    "krafter_audit/jobs/metrics.py": "tests/unit/operations/test_metrics.py",
    "krafter_audit/management/commands/create_database_role.py": "tests/unit/krafter_audit/db/test_roles.py",
    "krafter_audit/multiprocess_metrics.py": "tests/unit/operations/test_metrics.py",
    "krafter_audit/security/key_settings.py": "tests/unit/krafter_audit/test_system_checks.py",
    "notifications/filters.py": "tests/contract/test_lists.py",
    "notifications/serializers.py": "tests/unit/notifications/test_views.py",
    "notifications/webhooks/queries.py": "tests/unit/notifications/webhooks/test_views.py",
    "notifications/webhooks/serializers.py": "tests/unit/notifications/webhooks/test_views.py",
    "bulk_changes/admin/bulk_change.py": "tests/unit/bulk_changes/admin/test_actions.py",
    "bulk_changes/admin/forms.py": "tests/unit/bulk_changes/admin/test_actions.py",
    "bulk_changes/admin/values.py": "tests/unit/bulk_changes/admin/test_actions.py",
    "bulk_changes/creations.py": "tests/unit/remediation/services/test_bulk.py",
    "bulk_changes/filters.py": "tests/unit/remediation/services/test_bulk.py",
    "bulk_changes/jobs.py": "tests/unit/bulk_changes/test_services.py",
    "bulk_changes/recording.py": "tests/unit/bulk_changes/test_services.py",
    "bulk_changes/serializers.py": "tests/unit/remediation/services/test_bulk.py",
    "bulk_changes/views.py": "tests/contract/test_every_url.py",
    "krafter_audit/templatetags/admin_saved_views.py": "tests/unit/krafter_audit/admin_site/test_saved_views.py",
    "krafter_audit/templatetags/admin_project.py": "tests/unit/krafter_audit/admin/test_project_scope.py",
    "operations/backups/manifest.py": "tests/unit/operations/backups/test_drill.py",
    "operations/jobs.py": "tests/unit/operations/backups",
    "operations/management/commands/*.py": "tests/unit/operations",
    "remediation/admin/*.py": "tests/unit/remediation/admin",
    "remediation/collaboration/*.py": "tests/unit/remediation/collaboration/test_views.py",
    "remediation/policy_versions/*.py": "tests/unit/remediation/policy_versions/test_views.py",
    "remediation/policy_simulation/impact.py": "tests/unit/remediation/policy_simulation/test_plans.py",
    "remediation/templatetags/evidence.py": "tests/unit/remediation/admin/test_evidence.py",
    "reports/filters.py": "tests/contract/test_lists.py",
    "reports/downloads.py": "tests/unit/reports/test_export.py",
    "reports/serializers.py": "tests/unit/reports/test_export.py",
    "reports/sharing/channels/*.py": "tests/unit/reports/sharing/test_delivery.py",
    "reports/snapshots/snapshot.py": "tests/unit/reports/test_exporters.py",
    "scanner/axe_keys.py": "tests/unit/scanner/test_registry.py",
    "scanner/browser/trust_store.py": "tests/unit/scanner/browser/test_session.py",
    "scanner/browser/visit.py": "tests/unit/scanner/browser/test_ssrf.py",
    "scanner/checks/config_snippets.py": "tests/unit/scanner/test_registry.py",
    "scanner/checks/performance/*.py": "tests/unit/scanner/checks/test_flips.py",
    "scanner/checks/security/*.py": "tests/unit/scanner/checks/test_flips.py",
    "scanner/evidence_bundle/*.py": "tests/unit/remediation/evidence/test_export.py",
    "scanner/page_visit/*.py": "tests/unit/scanner/page/test_rendered.py",
    "scanner/tls/*.py": "tests/unit/scanner/checks/test_flips.py",
    "scans/filters.py": "tests/unit/scans/worker/test_page_runner.py",
    "scans/queries.py": "tests/unit/scans/worker/test_page_runner.py",
    "scans/serializers.py": "tests/unit/scans/services/test_scans.py",
    "scans/site_credentials/*.py": "tests/unit/scans/site_credentials/test_services.py",
    "scans/sites/*.py": "tests/unit/scans/sites/test_ownership.py",
}


def is_tested(path: str, tests: Iterable[str]) -> bool:
    """Return whether one of the test files names the module or its package, or is in its package and imports it."""
    module = PurePath(path).with_suffix("")
    if module.name == "__init__":
        module = module.parent
    mirrored = UNIT / module
    folder, dotted = f"{mirrored.parent}/", ".".join(module.parts)
    files_of_it = (
        f"{folder}test_{module.name}.py",
        f"{mirrored.parent.parent}/test_{mirrored.parent.name}.py",
    )
    names_of_it = (f"{mirrored}/", f"{folder}test_{module.name}_")
    return any(
        test in files_of_it
        or test.startswith(names_of_it)
        or (test.startswith(folder) and dotted in imported(test))
        for test in tests
    )
