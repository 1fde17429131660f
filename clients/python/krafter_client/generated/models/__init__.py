"""Contains all the data models used in inputs/outputs"""

from .affected_asset import AffectedAsset
from .affected_asset_request import AffectedAssetRequest
from .alert import Alert
from .alert_channel import AlertChannel
from .alert_counts import AlertCounts
from .alert_destination import AlertDestination
from .alert_status import AlertStatus
from .alert_worst_item import AlertWorstItem
from .api_key import ApiKey
from .api_key_scopes_item import ApiKeyScopesItem
from .approval import Approval
from .approval_state import ApprovalState
from .approve_verification_request import ApproveVerificationRequest
from .basic_auth_request import BasicAuthRequest
from .bulk_change import BulkChange
from .bulk_change_action import BulkChangeAction
from .bulk_create_findings_request import BulkCreateFindingsRequest
from .bulk_create_findings_request_mode import BulkCreateFindingsRequestMode
from .bulk_create_tasks_request import BulkCreateTasksRequest
from .bulk_create_tasks_request_mode import BulkCreateTasksRequestMode
from .bulk_create_tasks_result import BulkCreateTasksResult
from .bulk_result import BulkResult
from .bulk_result_item import BulkResultItem
from .bulk_result_item_details_type_0 import BulkResultItemDetailsType0
from .bulk_result_item_status import BulkResultItemStatus
from .bulk_task_result_item import BulkTaskResultItem
from .bulk_task_result_item_details_type_0 import BulkTaskResultItemDetailsType0
from .bulk_task_result_item_status import BulkTaskResultItemStatus
from .bulk_update_findings_request import BulkUpdateFindingsRequest
from .bulk_update_findings_request_mode import BulkUpdateFindingsRequestMode
from .bulk_update_result import BulkUpdateResult
from .bulk_update_tasks_request import BulkUpdateTasksRequest
from .bulk_update_tasks_request_mode import BulkUpdateTasksRequestMode
from .burn_down import BurnDown
from .burn_down_day import BurnDownDay
from .check import Check
from .check_domain import CheckDomain
from .check_kind import CheckKind
from .check_outcomes import CheckOutcomes
from .check_reliability import CheckReliability
from .check_severity import CheckSeverity
from .check_threshold import CheckThreshold
from .check_threshold_direction import CheckThresholdDirection
from .command_center import CommandCenter
from .command_center_findings_by_domain import CommandCenterFindingsByDomain
from .command_center_findings_by_severity import CommandCenterFindingsBySeverity
from .command_center_findings_by_status import CommandCenterFindingsByStatus
from .command_center_tasks_by_status import CommandCenterTasksByStatus
from .comment import Comment
from .comment_request import CommentRequest
from .conflict import Conflict
from .conflict_field import ConflictField
from .conflict_kept import ConflictKept
from .connect_integration_request import ConnectIntegrationRequest
from .create_api_key_request import CreateApiKeyRequest
from .create_api_key_request_scopes_item import CreateApiKeyRequestScopesItem
from .create_finding_request import CreateFindingRequest
from .create_finding_request_confidence_type_1 import (
    CreateFindingRequestConfidenceType1,
)
from .create_finding_request_domain import CreateFindingRequestDomain
from .create_finding_request_severity import CreateFindingRequestSeverity
from .create_project_request import CreateProjectRequest
from .create_site_request import CreateSiteRequest
from .create_task_request import CreateTaskRequest
from .create_task_request_priority import CreateTaskRequestPriority
from .create_task_request_status import CreateTaskRequestStatus
from .create_webhook_endpoint_request import CreateWebhookEndpointRequest
from .create_webhook_request import CreateWebhookRequest
from .daily_risk import DailyRisk
from .delete_access_response_2xx import DeleteAccessResponse2XX
from .delete_access_response_2xx_meta import DeleteAccessResponse2XXMeta
from .delete_alerts_destinations_by_channel_response_2xx import (
    DeleteAlertsDestinationsByChannelResponse2XX,
)
from .delete_alerts_destinations_by_channel_response_2xx_meta import (
    DeleteAlertsDestinationsByChannelResponse2XXMeta,
)
from .delete_integrations_by_provider_response_2xx import (
    DeleteIntegrationsByProviderResponse2XX,
)
from .delete_integrations_by_provider_response_2xx_meta import (
    DeleteIntegrationsByProviderResponse2XXMeta,
)
from .delete_integrations_by_provider_webhook_response_2xx import (
    DeleteIntegrationsByProviderWebhookResponse2XX,
)
from .delete_integrations_by_provider_webhook_response_2xx_meta import (
    DeleteIntegrationsByProviderWebhookResponse2XXMeta,
)
from .delete_keys_by_key_id_response_2xx import DeleteKeysByKeyIdResponse2XX
from .delete_keys_by_key_id_response_2xx_meta import DeleteKeysByKeyIdResponse2XXMeta
from .delete_members_by_user_id_response_2xx import DeleteMembersByUserIdResponse2XX
from .delete_members_by_user_id_response_2xx_meta import (
    DeleteMembersByUserIdResponse2XXMeta,
)
from .delete_reports_shares_by_id_response_2xx import DeleteReportsSharesByIdResponse2XX
from .delete_reports_shares_by_id_response_2xx_meta import (
    DeleteReportsSharesByIdResponse2XXMeta,
)
from .delete_tasks_by_id_comments_by_comment_id_response_2xx import (
    DeleteTasksByIdCommentsByCommentIdResponse2XX,
)
from .delete_tasks_by_id_comments_by_comment_id_response_2xx_meta import (
    DeleteTasksByIdCommentsByCommentIdResponse2XXMeta,
)
from .delete_webhooks_by_id_response_2xx import DeleteWebhooksByIdResponse2XX
from .delete_webhooks_by_id_response_2xx_meta import DeleteWebhooksByIdResponse2XXMeta
from .delivery_attempt import DeliveryAttempt
from .deploy import Deploy
from .deploy_source import DeploySource
from .described_regression import DescribedRegression
from .described_regression_status import DescribedRegressionStatus
from .described_regression_trigger import DescribedRegressionTrigger
from .described_verification import DescribedVerification
from .described_verification_result import DescribedVerificationResult
from .described_verification_state import DescribedVerificationState
from .effect import Effect
from .error import Error
from .error_code import ErrorCode
from .error_error import ErrorError
from .error_error_details import ErrorErrorDetails
from .error_meta import ErrorMeta
from .event import Event
from .event_data import EventData
from .event_delivery import EventDelivery
from .event_delivery_detail import EventDeliveryDetail
from .event_delivery_detail_status import EventDeliveryDetailStatus
from .event_delivery_status import EventDeliveryStatus
from .evidence_entry import EvidenceEntry
from .evidence_entry_kind import EvidenceEntryKind
from .export_report_request import ExportReportRequest
from .export_report_request_format import ExportReportRequestFormat
from .finding import Finding
from .finding_changes_request import FindingChangesRequest
from .finding_changes_request_severity import FindingChangesRequestSeverity
from .finding_changes_request_status import FindingChangesRequestStatus
from .finding_counts import FindingCounts
from .finding_counts_by_domain import FindingCountsByDomain
from .finding_counts_by_severity import FindingCountsBySeverity
from .finding_counts_by_status import FindingCountsByStatus
from .finding_domain import FindingDomain
from .finding_filter_request import FindingFilterRequest
from .finding_filter_request_domain_item import FindingFilterRequestDomainItem
from .finding_filter_request_severity_item import FindingFilterRequestSeverityItem
from .finding_filter_request_status_item import FindingFilterRequestStatusItem
from .finding_severity import FindingSeverity
from .finding_status import FindingStatus
from .finding_with_tasks import FindingWithTasks
from .finding_with_tasks_domain import FindingWithTasksDomain
from .finding_with_tasks_severity import FindingWithTasksSeverity
from .finding_with_tasks_status import FindingWithTasksStatus
from .forecast import Forecast
from .forecast_basis import ForecastBasis
from .forecast_range import ForecastRange
from .forecast_status import ForecastStatus
from .get_access_response_2xx import GetAccessResponse2XX
from .get_access_response_2xx_meta import GetAccessResponse2XXMeta
from .get_alerts_channel_item import GetAlertsChannelItem
from .get_alerts_destinations_by_channel_response_2xx import (
    GetAlertsDestinationsByChannelResponse2XX,
)
from .get_alerts_destinations_by_channel_response_2xx_meta import (
    GetAlertsDestinationsByChannelResponse2XXMeta,
)
from .get_alerts_destinations_response_2xx import GetAlertsDestinationsResponse2XX
from .get_alerts_destinations_response_2xx_meta import (
    GetAlertsDestinationsResponse2XXMeta,
)
from .get_alerts_response_2xx import GetAlertsResponse2XX
from .get_alerts_response_2xx_meta import GetAlertsResponse2XXMeta
from .get_alerts_sort import GetAlertsSort
from .get_alerts_status_item import GetAlertsStatusItem
from .get_bulk_changes_action_item import GetBulkChangesActionItem
from .get_bulk_changes_by_id_response_2xx import GetBulkChangesByIdResponse2XX
from .get_bulk_changes_by_id_response_2xx_meta import GetBulkChangesByIdResponse2XXMeta
from .get_bulk_changes_response_2xx import GetBulkChangesResponse2XX
from .get_bulk_changes_response_2xx_meta import GetBulkChangesResponse2XXMeta
from .get_bulk_changes_sort import GetBulkChangesSort
from .get_bulk_changes_subject_item import GetBulkChangesSubjectItem
from .get_checks_response_2xx import GetChecksResponse2XX
from .get_checks_response_2xx_meta import GetChecksResponse2XXMeta
from .get_command_center_response_2xx import GetCommandCenterResponse2XX
from .get_command_center_response_2xx_meta import GetCommandCenterResponse2XXMeta
from .get_deploys_by_id_response_2xx import GetDeploysByIdResponse2XX
from .get_deploys_by_id_response_2xx_meta import GetDeploysByIdResponse2XXMeta
from .get_deploys_response_2xx import GetDeploysResponse2XX
from .get_deploys_response_2xx_meta import GetDeploysResponse2XXMeta
from .get_deploys_sort import GetDeploysSort
from .get_events_response_2xx import GetEventsResponse2XX
from .get_events_response_2xx_meta import GetEventsResponse2XXMeta
from .get_events_sort import GetEventsSort
from .get_findings_by_id_include import GetFindingsByIdInclude
from .get_findings_by_id_regressions_response_2xx import (
    GetFindingsByIdRegressionsResponse2XX,
)
from .get_findings_by_id_regressions_response_2xx_meta import (
    GetFindingsByIdRegressionsResponse2XXMeta,
)
from .get_findings_by_id_regressions_sort import GetFindingsByIdRegressionsSort
from .get_findings_by_id_regressions_status_item import (
    GetFindingsByIdRegressionsStatusItem,
)
from .get_findings_by_id_regressions_trigger_item import (
    GetFindingsByIdRegressionsTriggerItem,
)
from .get_findings_by_id_response_2xx import GetFindingsByIdResponse2XX
from .get_findings_by_id_response_2xx_meta import GetFindingsByIdResponse2XXMeta
from .get_findings_counts_domain_item import GetFindingsCountsDomainItem
from .get_findings_counts_response_2xx import GetFindingsCountsResponse2XX
from .get_findings_counts_response_2xx_meta import GetFindingsCountsResponse2XXMeta
from .get_findings_counts_severity_item import GetFindingsCountsSeverityItem
from .get_findings_counts_status_item import GetFindingsCountsStatusItem
from .get_findings_domain_item import GetFindingsDomainItem
from .get_findings_include import GetFindingsInclude
from .get_findings_response_2xx import GetFindingsResponse2XX
from .get_findings_response_2xx_meta import GetFindingsResponse2XXMeta
from .get_findings_severity_item import GetFindingsSeverityItem
from .get_findings_sort import GetFindingsSort
from .get_findings_status_item import GetFindingsStatusItem
from .get_guard_windows_by_id_response_2xx import GetGuardWindowsByIdResponse2XX
from .get_guard_windows_by_id_response_2xx_meta import (
    GetGuardWindowsByIdResponse2XXMeta,
)
from .get_guard_windows_response_2xx import GetGuardWindowsResponse2XX
from .get_guard_windows_response_2xx_meta import GetGuardWindowsResponse2XXMeta
from .get_guard_windows_sort import GetGuardWindowsSort
from .get_guard_windows_status_item import GetGuardWindowsStatusItem
from .get_integrations_by_provider_conflicts_field_item import (
    GetIntegrationsByProviderConflictsFieldItem,
)
from .get_integrations_by_provider_conflicts_response_2xx import (
    GetIntegrationsByProviderConflictsResponse2XX,
)
from .get_integrations_by_provider_conflicts_response_2xx_meta import (
    GetIntegrationsByProviderConflictsResponse2XXMeta,
)
from .get_integrations_by_provider_conflicts_sort import (
    GetIntegrationsByProviderConflictsSort,
)
from .get_integrations_by_provider_conflicts_status import (
    GetIntegrationsByProviderConflictsStatus,
)
from .get_integrations_by_provider_log_response_2xx import (
    GetIntegrationsByProviderLogResponse2XX,
)
from .get_integrations_by_provider_log_response_2xx_meta import (
    GetIntegrationsByProviderLogResponse2XXMeta,
)
from .get_integrations_by_provider_response_2xx import (
    GetIntegrationsByProviderResponse2XX,
)
from .get_integrations_by_provider_response_2xx_meta import (
    GetIntegrationsByProviderResponse2XXMeta,
)
from .get_integrations_by_provider_schedule_response_2xx import (
    GetIntegrationsByProviderScheduleResponse2XX,
)
from .get_integrations_by_provider_schedule_response_2xx_meta import (
    GetIntegrationsByProviderScheduleResponse2XXMeta,
)
from .get_integrations_by_provider_webhook_response_2xx import (
    GetIntegrationsByProviderWebhookResponse2XX,
)
from .get_integrations_by_provider_webhook_response_2xx_meta import (
    GetIntegrationsByProviderWebhookResponse2XXMeta,
)
from .get_integrations_response_2xx import GetIntegrationsResponse2XX
from .get_integrations_response_2xx_meta import GetIntegrationsResponse2XXMeta
from .get_keys_by_key_id_response_2xx import GetKeysByKeyIdResponse2XX
from .get_keys_by_key_id_response_2xx_meta import GetKeysByKeyIdResponse2XXMeta
from .get_keys_response_2xx import GetKeysResponse2XX
from .get_keys_response_2xx_meta import GetKeysResponse2XXMeta
from .get_keys_status import GetKeysStatus
from .get_labels_response_2xx import GetLabelsResponse2XX
from .get_labels_response_2xx_meta import GetLabelsResponse2XXMeta
from .get_me_response_2xx import GetMeResponse2XX
from .get_me_response_2xx_meta import GetMeResponse2XXMeta
from .get_members_by_user_id_response_2xx import GetMembersByUserIdResponse2XX
from .get_members_by_user_id_response_2xx_meta import GetMembersByUserIdResponse2XXMeta
from .get_members_response_2xx import GetMembersResponse2XX
from .get_members_response_2xx_meta import GetMembersResponse2XXMeta
from .get_members_role_item import GetMembersRoleItem
from .get_organization_events_response_2xx import GetOrganizationEventsResponse2XX
from .get_organization_events_response_2xx_meta import (
    GetOrganizationEventsResponse2XXMeta,
)
from .get_organization_events_sort import GetOrganizationEventsSort
from .get_orgs_response_2xx import GetOrgsResponse2XX
from .get_orgs_response_2xx_meta import GetOrgsResponse2XXMeta
from .get_policies_by_id_diff_response_2xx import GetPoliciesByIdDiffResponse2XX
from .get_policies_by_id_diff_response_2xx_meta import (
    GetPoliciesByIdDiffResponse2XXMeta,
)
from .get_policies_by_id_response_2xx import GetPoliciesByIdResponse2XX
from .get_policies_by_id_response_2xx_meta import GetPoliciesByIdResponse2XXMeta
from .get_policies_current_response_2xx import GetPoliciesCurrentResponse2XX
from .get_policies_current_response_2xx_meta import GetPoliciesCurrentResponse2XXMeta
from .get_policies_response_2xx import GetPoliciesResponse2XX
from .get_policies_response_2xx_meta import GetPoliciesResponse2XXMeta
from .get_projects_archived import GetProjectsArchived
from .get_projects_by_project_id_response_2xx import GetProjectsByProjectIdResponse2XX
from .get_projects_by_project_id_response_2xx_meta import (
    GetProjectsByProjectIdResponse2XXMeta,
)
from .get_projects_response_2xx import GetProjectsResponse2XX
from .get_projects_response_2xx_meta import GetProjectsResponse2XXMeta
from .get_regressions_include import GetRegressionsInclude
from .get_regressions_response_2xx import GetRegressionsResponse2XX
from .get_regressions_response_2xx_meta import GetRegressionsResponse2XXMeta
from .get_regressions_sort import GetRegressionsSort
from .get_regressions_status_item import GetRegressionsStatusItem
from .get_regressions_trigger_item import GetRegressionsTriggerItem
from .get_reports_burn_down_response_2xx import GetReportsBurnDownResponse2XX
from .get_reports_burn_down_response_2xx_meta import GetReportsBurnDownResponse2XXMeta
from .get_reports_by_id_download_kind import GetReportsByIdDownloadKind
from .get_reports_by_id_response_2xx import GetReportsByIdResponse2XX
from .get_reports_by_id_response_2xx_meta import GetReportsByIdResponse2XXMeta
from .get_reports_forecast_response_2xx import GetReportsForecastResponse2XX
from .get_reports_forecast_response_2xx_meta import GetReportsForecastResponse2XXMeta
from .get_reports_format_item import GetReportsFormatItem
from .get_reports_response_2xx import GetReportsResponse2XX
from .get_reports_response_2xx_meta import GetReportsResponse2XXMeta
from .get_reports_shares_by_id_response_2xx import GetReportsSharesByIdResponse2XX
from .get_reports_shares_by_id_response_2xx_meta import (
    GetReportsSharesByIdResponse2XXMeta,
)
from .get_reports_shares_channel_item import GetReportsSharesChannelItem
from .get_reports_shares_response_2xx import GetReportsSharesResponse2XX
from .get_reports_shares_response_2xx_meta import GetReportsSharesResponse2XXMeta
from .get_reports_shares_sort import GetReportsSharesSort
from .get_reports_shares_status_item import GetReportsSharesStatusItem
from .get_reports_sort import GetReportsSort
from .get_reports_status_item import GetReportsStatusItem
from .get_reports_summary_response_2xx import GetReportsSummaryResponse2XX
from .get_reports_summary_response_2xx_meta import GetReportsSummaryResponse2XXMeta
from .get_scans_by_id_pages_response_2xx import GetScansByIdPagesResponse2XX
from .get_scans_by_id_pages_response_2xx_meta import GetScansByIdPagesResponse2XXMeta
from .get_scans_by_id_response_2xx import GetScansByIdResponse2XX
from .get_scans_by_id_response_2xx_meta import GetScansByIdResponse2XXMeta
from .get_scans_by_id_results_outcome_item import GetScansByIdResultsOutcomeItem
from .get_scans_by_id_results_reason_item import GetScansByIdResultsReasonItem
from .get_scans_by_id_results_response_2xx import GetScansByIdResultsResponse2XX
from .get_scans_by_id_results_response_2xx_meta import (
    GetScansByIdResultsResponse2XXMeta,
)
from .get_scans_by_id_results_scanner_item import GetScansByIdResultsScannerItem
from .get_scans_by_id_results_sort import GetScansByIdResultsSort
from .get_scans_response_2xx import GetScansResponse2XX
from .get_scans_response_2xx_meta import GetScansResponse2XXMeta
from .get_scans_sort import GetScansSort
from .get_scans_status_item import GetScansStatusItem
from .get_scans_trigger_item import GetScansTriggerItem
from .get_sites_by_id_response_2xx import GetSitesByIdResponse2XX
from .get_sites_by_id_response_2xx_meta import GetSitesByIdResponse2XXMeta
from .get_sites_method_item import GetSitesMethodItem
from .get_sites_response_2xx import GetSitesResponse2XX
from .get_sites_response_2xx_meta import GetSitesResponse2XXMeta
from .get_sites_sort import GetSitesSort
from .get_sites_status_item import GetSitesStatusItem
from .get_tasks_by_id_comments_by_comment_id_response_2xx import (
    GetTasksByIdCommentsByCommentIdResponse2XX,
)
from .get_tasks_by_id_comments_by_comment_id_response_2xx_meta import (
    GetTasksByIdCommentsByCommentIdResponse2XXMeta,
)
from .get_tasks_by_id_comments_response_2xx import GetTasksByIdCommentsResponse2XX
from .get_tasks_by_id_comments_response_2xx_meta import (
    GetTasksByIdCommentsResponse2XXMeta,
)
from .get_tasks_by_id_comments_sort import GetTasksByIdCommentsSort
from .get_tasks_by_id_history_response_2xx import GetTasksByIdHistoryResponse2XX
from .get_tasks_by_id_history_response_2xx_meta import (
    GetTasksByIdHistoryResponse2XXMeta,
)
from .get_tasks_by_id_include import GetTasksByIdInclude
from .get_tasks_by_id_labels_response_2xx import GetTasksByIdLabelsResponse2XX
from .get_tasks_by_id_labels_response_2xx_meta import GetTasksByIdLabelsResponse2XXMeta
from .get_tasks_by_id_pull_request_response_2xx import (
    GetTasksByIdPullRequestResponse2XX,
)
from .get_tasks_by_id_pull_request_response_2xx_meta import (
    GetTasksByIdPullRequestResponse2XXMeta,
)
from .get_tasks_by_id_response_2xx import GetTasksByIdResponse2XX
from .get_tasks_by_id_response_2xx_meta import GetTasksByIdResponse2XXMeta
from .get_tasks_counts_priority_item import GetTasksCountsPriorityItem
from .get_tasks_counts_response_2xx import GetTasksCountsResponse2XX
from .get_tasks_counts_response_2xx_meta import GetTasksCountsResponse2XXMeta
from .get_tasks_counts_status_item import GetTasksCountsStatusItem
from .get_tasks_include import GetTasksInclude
from .get_tasks_overdue import GetTasksOverdue
from .get_tasks_priority_item import GetTasksPriorityItem
from .get_tasks_response_2xx import GetTasksResponse2XX
from .get_tasks_response_2xx_meta import GetTasksResponse2XXMeta
from .get_tasks_sort import GetTasksSort
from .get_tasks_status_item import GetTasksStatusItem
from .get_usage_response_2xx import GetUsageResponse2XX
from .get_usage_response_2xx_meta import GetUsageResponse2XXMeta
from .get_verifications_by_id_approvals_response_2xx import (
    GetVerificationsByIdApprovalsResponse2XX,
)
from .get_verifications_by_id_approvals_response_2xx_meta import (
    GetVerificationsByIdApprovalsResponse2XXMeta,
)
from .get_verifications_by_id_evidence_response_2xx import (
    GetVerificationsByIdEvidenceResponse2XX,
)
from .get_verifications_by_id_evidence_response_2xx_meta import (
    GetVerificationsByIdEvidenceResponse2XXMeta,
)
from .get_verifications_by_id_include import GetVerificationsByIdInclude
from .get_verifications_by_id_response_2xx import GetVerificationsByIdResponse2XX
from .get_verifications_by_id_response_2xx_meta import (
    GetVerificationsByIdResponse2XXMeta,
)
from .get_verifications_include import GetVerificationsInclude
from .get_verifications_response_2xx import GetVerificationsResponse2XX
from .get_verifications_response_2xx_meta import GetVerificationsResponse2XXMeta
from .get_verifications_result_item import GetVerificationsResultItem
from .get_verifications_sort import GetVerificationsSort
from .get_verifications_state_item import GetVerificationsStateItem
from .get_webhooks_by_id_deliveries_by_delivery_id_response_2xx import (
    GetWebhooksByIdDeliveriesByDeliveryIdResponse2XX,
)
from .get_webhooks_by_id_deliveries_by_delivery_id_response_2xx_meta import (
    GetWebhooksByIdDeliveriesByDeliveryIdResponse2XXMeta,
)
from .get_webhooks_by_id_deliveries_response_2xx import (
    GetWebhooksByIdDeliveriesResponse2XX,
)
from .get_webhooks_by_id_deliveries_response_2xx_meta import (
    GetWebhooksByIdDeliveriesResponse2XXMeta,
)
from .get_webhooks_by_id_deliveries_status import GetWebhooksByIdDeliveriesStatus
from .get_webhooks_by_id_response_2xx import GetWebhooksByIdResponse2XX
from .get_webhooks_by_id_response_2xx_meta import GetWebhooksByIdResponse2XXMeta
from .get_webhooks_response_2xx import GetWebhooksResponse2XX
from .get_webhooks_response_2xx_meta import GetWebhooksResponse2XXMeta
from .get_webhooks_sort import GetWebhooksSort
from .get_webhooks_status_item import GetWebhooksStatusItem
from .guard_run import GuardRun
from .guard_run_reason import GuardRunReason
from .guard_run_status import GuardRunStatus
from .guard_window import GuardWindow
from .guard_window_status import GuardWindowStatus
from .guard_window_with_runs import GuardWindowWithRuns
from .guard_window_with_runs_status import GuardWindowWithRunsStatus
from .import_findings_request import ImportFindingsRequest
from .import_findings_request_document_type_0 import ImportFindingsRequestDocumentType0
from .import_findings_request_format import ImportFindingsRequestFormat
from .integration import Integration
from .integration_placeholder import IntegrationPlaceholder
from .integration_placeholder_credentials import IntegrationPlaceholderCredentials
from .integration_placeholder_status import IntegrationPlaceholderStatus
from .integration_provider import IntegrationProvider
from .integration_status import IntegrationStatus
from .invite_member_request import InviteMemberRequest
from .invite_member_request_role import InviteMemberRequestRole
from .issued_api_key import IssuedApiKey
from .issued_api_key_scopes_item import IssuedApiKeyScopesItem
from .labels import Labels
from .labels_request import LabelsRequest
from .limits import Limits
from .login_marker import LoginMarker
from .login_marker_request import LoginMarkerRequest
from .me import Me
from .member import Member
from .member_role import MemberRole
from .organization import Organization
from .organization_event import OrganizationEvent
from .organization_event_data import OrganizationEventData
from .ownership_attempt import OwnershipAttempt
from .ownership_attempt_method import OwnershipAttemptMethod
from .ownership_file import OwnershipFile
from .ownership_methods import OwnershipMethods
from .ownership_record import OwnershipRecord
from .ownership_tag import OwnershipTag
from .patch_findings_by_id_response_2xx import PatchFindingsByIdResponse2XX
from .patch_findings_by_id_response_2xx_meta import PatchFindingsByIdResponse2XXMeta
from .patch_members_by_user_id_response_2xx import PatchMembersByUserIdResponse2XX
from .patch_members_by_user_id_response_2xx_meta import (
    PatchMembersByUserIdResponse2XXMeta,
)
from .patch_projects_by_project_id_response_2xx import (
    PatchProjectsByProjectIdResponse2XX,
)
from .patch_projects_by_project_id_response_2xx_meta import (
    PatchProjectsByProjectIdResponse2XXMeta,
)
from .patch_tasks_by_id_comments_by_comment_id_response_2xx import (
    PatchTasksByIdCommentsByCommentIdResponse2XX,
)
from .patch_tasks_by_id_comments_by_comment_id_response_2xx_meta import (
    PatchTasksByIdCommentsByCommentIdResponse2XXMeta,
)
from .patch_tasks_by_id_response_2xx import PatchTasksByIdResponse2XX
from .patch_tasks_by_id_response_2xx_meta import PatchTasksByIdResponse2XXMeta
from .patch_webhooks_by_id_response_2xx import PatchWebhooksByIdResponse2XX
from .patch_webhooks_by_id_response_2xx_meta import PatchWebhooksByIdResponse2XXMeta
from .policy import Policy
from .policy_comparison import PolicyComparison
from .policy_difference import PolicyDifference
from .policy_difference_change import PolicyDifferenceChange
from .policy_test_result import PolicyTestResult
from .policy_test_result_simulation import PolicyTestResultSimulation
from .policy_version import PolicyVersion
from .post_bulk_changes_by_id_undo_response_2xx import (
    PostBulkChangesByIdUndoResponse2XX,
)
from .post_bulk_changes_by_id_undo_response_2xx_meta import (
    PostBulkChangesByIdUndoResponse2XXMeta,
)
from .post_deploys_response_2xx import PostDeploysResponse2XX
from .post_deploys_response_2xx_meta import PostDeploysResponse2XXMeta
from .post_findings_bulk_response_2xx import PostFindingsBulkResponse2XX
from .post_findings_bulk_response_2xx_meta import PostFindingsBulkResponse2XXMeta
from .post_findings_bulk_update_response_2xx import PostFindingsBulkUpdateResponse2XX
from .post_findings_bulk_update_response_2xx_meta import (
    PostFindingsBulkUpdateResponse2XXMeta,
)
from .post_findings_import_response_2xx import PostFindingsImportResponse2XX
from .post_findings_import_response_2xx_meta import PostFindingsImportResponse2XXMeta
from .post_findings_response_2xx import PostFindingsResponse2XX
from .post_findings_response_2xx_meta import PostFindingsResponse2XXMeta
from .post_guard_windows_by_id_cancel_response_2xx import (
    PostGuardWindowsByIdCancelResponse2XX,
)
from .post_guard_windows_by_id_cancel_response_2xx_meta import (
    PostGuardWindowsByIdCancelResponse2XXMeta,
)
from .post_integrations_by_provider_conflicts_by_id_resolve_response_2xx import (
    PostIntegrationsByProviderConflictsByIdResolveResponse2XX,
)
from .post_integrations_by_provider_conflicts_by_id_resolve_response_2xx_meta import (
    PostIntegrationsByProviderConflictsByIdResolveResponse2XXMeta,
)
from .post_integrations_by_provider_connect_response_2xx import (
    PostIntegrationsByProviderConnectResponse2XX,
)
from .post_integrations_by_provider_connect_response_2xx_meta import (
    PostIntegrationsByProviderConnectResponse2XXMeta,
)
from .post_integrations_by_provider_sync_response_2xx import (
    PostIntegrationsByProviderSyncResponse2XX,
)
from .post_integrations_by_provider_sync_response_2xx_meta import (
    PostIntegrationsByProviderSyncResponse2XXMeta,
)
from .post_keys_response_2xx import PostKeysResponse2XX
from .post_keys_response_2xx_meta import PostKeysResponse2XXMeta
from .post_members_response_2xx import PostMembersResponse2XX
from .post_members_response_2xx_meta import PostMembersResponse2XXMeta
from .post_policies_by_id_restore_response_2xx import PostPoliciesByIdRestoreResponse2XX
from .post_policies_by_id_restore_response_2xx_meta import (
    PostPoliciesByIdRestoreResponse2XXMeta,
)
from .post_policies_test_response_2xx import PostPoliciesTestResponse2XX
from .post_policies_test_response_2xx_meta import PostPoliciesTestResponse2XXMeta
from .post_policies_test_simulate import PostPoliciesTestSimulate
from .post_projects_response_2xx import PostProjectsResponse2XX
from .post_projects_response_2xx_meta import PostProjectsResponse2XXMeta
from .post_reports_export_response_2xx import PostReportsExportResponse2XX
from .post_reports_export_response_2xx_meta import PostReportsExportResponse2XXMeta
from .post_reports_share_response_2xx import PostReportsShareResponse2XX
from .post_reports_share_response_2xx_meta import PostReportsShareResponse2XXMeta
from .post_scans_run_response_2xx import PostScansRunResponse2XX
from .post_scans_run_response_2xx_meta import PostScansRunResponse2XXMeta
from .post_sites_by_id_verify_response_2xx import PostSitesByIdVerifyResponse2XX
from .post_sites_by_id_verify_response_2xx_meta import (
    PostSitesByIdVerifyResponse2XXMeta,
)
from .post_sites_response_2xx import PostSitesResponse2XX
from .post_sites_response_2xx_meta import PostSitesResponse2XXMeta
from .post_tasks_bulk_response_2xx import PostTasksBulkResponse2XX
from .post_tasks_bulk_response_2xx_meta import PostTasksBulkResponse2XXMeta
from .post_tasks_bulk_update_response_2xx import PostTasksBulkUpdateResponse2XX
from .post_tasks_bulk_update_response_2xx_meta import PostTasksBulkUpdateResponse2XXMeta
from .post_tasks_by_id_comments_response_2xx import PostTasksByIdCommentsResponse2XX
from .post_tasks_by_id_comments_response_2xx_meta import (
    PostTasksByIdCommentsResponse2XXMeta,
)
from .post_tasks_response_2xx import PostTasksResponse2XX
from .post_tasks_response_2xx_meta import PostTasksResponse2XXMeta
from .post_verifications_by_id_approve_response_2xx import (
    PostVerificationsByIdApproveResponse2XX,
)
from .post_verifications_by_id_approve_response_2xx_meta import (
    PostVerificationsByIdApproveResponse2XXMeta,
)
from .post_verifications_by_id_reopen_response_2xx import (
    PostVerificationsByIdReopenResponse2XX,
)
from .post_verifications_by_id_reopen_response_2xx_meta import (
    PostVerificationsByIdReopenResponse2XXMeta,
)
from .post_verifications_by_id_withdraw_approval_response_2xx import (
    PostVerificationsByIdWithdrawApprovalResponse2XX,
)
from .post_verifications_by_id_withdraw_approval_response_2xx_meta import (
    PostVerificationsByIdWithdrawApprovalResponse2XXMeta,
)
from .post_verifications_run_response_2xx import PostVerificationsRunResponse2XX
from .post_verifications_run_response_2xx_meta import (
    PostVerificationsRunResponse2XXMeta,
)
from .post_webhooks_by_id_deliveries_by_delivery_id_replay_response_2xx import (
    PostWebhooksByIdDeliveriesByDeliveryIdReplayResponse2XX,
)
from .post_webhooks_by_id_deliveries_by_delivery_id_replay_response_2xx_meta import (
    PostWebhooksByIdDeliveriesByDeliveryIdReplayResponse2XXMeta,
)
from .post_webhooks_by_id_replay_response_2xx import PostWebhooksByIdReplayResponse2XX
from .post_webhooks_by_id_replay_response_2xx_meta import (
    PostWebhooksByIdReplayResponse2XXMeta,
)
from .post_webhooks_by_id_rotate_secret_response_2xx import (
    PostWebhooksByIdRotateSecretResponse2XX,
)
from .post_webhooks_by_id_rotate_secret_response_2xx_meta import (
    PostWebhooksByIdRotateSecretResponse2XXMeta,
)
from .post_webhooks_by_id_test_response_2xx import PostWebhooksByIdTestResponse2XX
from .post_webhooks_by_id_test_response_2xx_meta import (
    PostWebhooksByIdTestResponse2XXMeta,
)
from .post_webhooks_response_2xx import PostWebhooksResponse2XX
from .post_webhooks_response_2xx_meta import PostWebhooksResponse2XXMeta
from .priority import Priority
from .priority_request import PriorityRequest
from .project import Project
from .pull_request import PullRequest
from .pull_request_status import PullRequestStatus
from .put_access_response_2xx import PutAccessResponse2XX
from .put_access_response_2xx_meta import PutAccessResponse2XXMeta
from .put_alerts_destinations_by_channel_response_2xx import (
    PutAlertsDestinationsByChannelResponse2XX,
)
from .put_alerts_destinations_by_channel_response_2xx_meta import (
    PutAlertsDestinationsByChannelResponse2XXMeta,
)
from .put_integrations_by_provider_webhook_response_2xx import (
    PutIntegrationsByProviderWebhookResponse2XX,
)
from .put_integrations_by_provider_webhook_response_2xx_meta import (
    PutIntegrationsByProviderWebhookResponse2XXMeta,
)
from .put_policies_current_response_2xx import PutPoliciesCurrentResponse2XX
from .put_policies_current_response_2xx_meta import PutPoliciesCurrentResponse2XXMeta
from .put_site_credentials_request import PutSiteCredentialsRequest
from .put_site_credentials_request_cookies import PutSiteCredentialsRequestCookies
from .put_site_credentials_request_headers import PutSiteCredentialsRequestHeaders
from .put_tasks_by_id_labels_response_2xx import PutTasksByIdLabelsResponse2XX
from .put_tasks_by_id_labels_response_2xx_meta import PutTasksByIdLabelsResponse2XXMeta
from .recommended_fix import RecommendedFix
from .recommended_fix_request import RecommendedFixRequest
from .record_deploy_request import RecordDeployRequest
from .refusal import Refusal
from .regression import Regression
from .regression_status import RegressionStatus
from .regression_trigger import RegressionTrigger
from .replace_policy_request import ReplacePolicyRequest
from .replay_events_request import ReplayEventsRequest
from .replay_result import ReplayResult
from .report import Report
from .report_format import ReportFormat
from .report_snapshot import ReportSnapshot
from .report_status import ReportStatus
from .report_summary import ReportSummary
from .resolve_conflict_request import ResolveConflictRequest
from .resolve_conflict_request_keep import ResolveConflictRequestKeep
from .restore_policy_request import RestorePolicyRequest
from .risk_changes import RiskChanges
from .rotate_webhook_secret_request import RotateWebhookSecretRequest
from .run_scan_request import RunScanRequest
from .run_scan_request_trigger import RunScanRequestTrigger
from .run_verification_request import RunVerificationRequest
from .scan import Scan
from .scan_page import ScanPage
from .scan_result import ScanResult
from .scan_status import ScanStatus
from .scan_trigger import ScanTrigger
from .set_alert_destination_request import SetAlertDestinationRequest
from .share import Share
from .share_channel import ShareChannel
from .share_report_request import ShareReportRequest
from .share_report_request_channel import ShareReportRequestChannel
from .share_result import ShareResult
from .share_result_channel import ShareResultChannel
from .share_status import ShareStatus
from .site import Site
from .site_credentials import SiteCredentials
from .site_credentials_kinds_item import SiteCredentialsKindsItem
from .sync_refusal import SyncRefusal
from .sync_run import SyncRun
from .sync_run_outcome import SyncRunOutcome
from .sync_schedule import SyncSchedule
from .sync_schedule_provider import SyncScheduleProvider
from .sync_schedule_status import SyncScheduleStatus
from .task import Task
from .task_changes_request import TaskChangesRequest
from .task_changes_request_priority import TaskChangesRequestPriority
from .task_changes_request_status import TaskChangesRequestStatus
from .task_counts import TaskCounts
from .task_counts_by_priority import TaskCountsByPriority
from .task_counts_by_status import TaskCountsByStatus
from .task_filter_request import TaskFilterRequest
from .task_filter_request_priority_item import TaskFilterRequestPriorityItem
from .task_filter_request_status_item import TaskFilterRequestStatusItem
from .task_priority import TaskPriority
from .task_status import TaskStatus
from .task_with_finding import TaskWithFinding
from .task_with_finding_priority import TaskWithFindingPriority
from .task_with_finding_status import TaskWithFindingStatus
from .test_policy_request import TestPolicyRequest
from .update_finding_request import UpdateFindingRequest
from .update_finding_request_severity import UpdateFindingRequestSeverity
from .update_finding_request_status import UpdateFindingRequestStatus
from .update_member_request import UpdateMemberRequest
from .update_member_request_role import UpdateMemberRequestRole
from .update_project_request import UpdateProjectRequest
from .update_task_request import UpdateTaskRequest
from .update_task_request_priority import UpdateTaskRequestPriority
from .update_task_request_status import UpdateTaskRequestStatus
from .update_webhook_endpoint_request import UpdateWebhookEndpointRequest
from .update_webhook_endpoint_request_status import UpdateWebhookEndpointRequestStatus
from .usage import Usage
from .verification import Verification
from .verification_check import VerificationCheck
from .verification_check_status import VerificationCheckStatus
from .verification_evidence import VerificationEvidence
from .verification_evidence_checks_item import VerificationEvidenceChecksItem
from .verification_evidence_keys_item import VerificationEvidenceKeysItem
from .verification_evidence_verdicts_item import VerificationEvidenceVerdictsItem
from .verification_result import VerificationResult
from .webhook import Webhook
from .webhook_endpoint import WebhookEndpoint
from .webhook_endpoint_status import WebhookEndpointStatus
from .webhook_endpoint_with_secret import WebhookEndpointWithSecret
from .webhook_endpoint_with_secret_status import WebhookEndpointWithSecretStatus

__all__ = (
    "AffectedAsset",
    "AffectedAssetRequest",
    "Alert",
    "AlertChannel",
    "AlertCounts",
    "AlertDestination",
    "AlertStatus",
    "AlertWorstItem",
    "ApiKey",
    "ApiKeyScopesItem",
    "Approval",
    "ApprovalState",
    "ApproveVerificationRequest",
    "BasicAuthRequest",
    "BulkChange",
    "BulkChangeAction",
    "BulkCreateFindingsRequest",
    "BulkCreateFindingsRequestMode",
    "BulkCreateTasksRequest",
    "BulkCreateTasksRequestMode",
    "BulkCreateTasksResult",
    "BulkResult",
    "BulkResultItem",
    "BulkResultItemDetailsType0",
    "BulkResultItemStatus",
    "BulkTaskResultItem",
    "BulkTaskResultItemDetailsType0",
    "BulkTaskResultItemStatus",
    "BulkUpdateFindingsRequest",
    "BulkUpdateFindingsRequestMode",
    "BulkUpdateResult",
    "BulkUpdateTasksRequest",
    "BulkUpdateTasksRequestMode",
    "BurnDown",
    "BurnDownDay",
    "Check",
    "CheckDomain",
    "CheckKind",
    "CheckOutcomes",
    "CheckReliability",
    "CheckSeverity",
    "CheckThreshold",
    "CheckThresholdDirection",
    "CommandCenter",
    "CommandCenterFindingsByDomain",
    "CommandCenterFindingsBySeverity",
    "CommandCenterFindingsByStatus",
    "CommandCenterTasksByStatus",
    "Comment",
    "CommentRequest",
    "Conflict",
    "ConflictField",
    "ConflictKept",
    "ConnectIntegrationRequest",
    "CreateApiKeyRequest",
    "CreateApiKeyRequestScopesItem",
    "CreateFindingRequest",
    "CreateFindingRequestConfidenceType1",
    "CreateFindingRequestDomain",
    "CreateFindingRequestSeverity",
    "CreateProjectRequest",
    "CreateSiteRequest",
    "CreateTaskRequest",
    "CreateTaskRequestPriority",
    "CreateTaskRequestStatus",
    "CreateWebhookEndpointRequest",
    "CreateWebhookRequest",
    "DailyRisk",
    "DeleteAccessResponse2XX",
    "DeleteAccessResponse2XXMeta",
    "DeleteAlertsDestinationsByChannelResponse2XX",
    "DeleteAlertsDestinationsByChannelResponse2XXMeta",
    "DeleteIntegrationsByProviderResponse2XX",
    "DeleteIntegrationsByProviderResponse2XXMeta",
    "DeleteIntegrationsByProviderWebhookResponse2XX",
    "DeleteIntegrationsByProviderWebhookResponse2XXMeta",
    "DeleteKeysByKeyIdResponse2XX",
    "DeleteKeysByKeyIdResponse2XXMeta",
    "DeleteMembersByUserIdResponse2XX",
    "DeleteMembersByUserIdResponse2XXMeta",
    "DeleteReportsSharesByIdResponse2XX",
    "DeleteReportsSharesByIdResponse2XXMeta",
    "DeleteTasksByIdCommentsByCommentIdResponse2XX",
    "DeleteTasksByIdCommentsByCommentIdResponse2XXMeta",
    "DeleteWebhooksByIdResponse2XX",
    "DeleteWebhooksByIdResponse2XXMeta",
    "DeliveryAttempt",
    "Deploy",
    "DeploySource",
    "DescribedRegression",
    "DescribedRegressionStatus",
    "DescribedRegressionTrigger",
    "DescribedVerification",
    "DescribedVerificationResult",
    "DescribedVerificationState",
    "Effect",
    "Error",
    "ErrorCode",
    "ErrorError",
    "ErrorErrorDetails",
    "ErrorMeta",
    "Event",
    "EventData",
    "EventDelivery",
    "EventDeliveryDetail",
    "EventDeliveryDetailStatus",
    "EventDeliveryStatus",
    "EvidenceEntry",
    "EvidenceEntryKind",
    "ExportReportRequest",
    "ExportReportRequestFormat",
    "Finding",
    "FindingChangesRequest",
    "FindingChangesRequestSeverity",
    "FindingChangesRequestStatus",
    "FindingCounts",
    "FindingCountsByDomain",
    "FindingCountsBySeverity",
    "FindingCountsByStatus",
    "FindingDomain",
    "FindingFilterRequest",
    "FindingFilterRequestDomainItem",
    "FindingFilterRequestSeverityItem",
    "FindingFilterRequestStatusItem",
    "FindingSeverity",
    "FindingStatus",
    "FindingWithTasks",
    "FindingWithTasksDomain",
    "FindingWithTasksSeverity",
    "FindingWithTasksStatus",
    "Forecast",
    "ForecastBasis",
    "ForecastRange",
    "ForecastStatus",
    "GetAccessResponse2XX",
    "GetAccessResponse2XXMeta",
    "GetAlertsChannelItem",
    "GetAlertsDestinationsByChannelResponse2XX",
    "GetAlertsDestinationsByChannelResponse2XXMeta",
    "GetAlertsDestinationsResponse2XX",
    "GetAlertsDestinationsResponse2XXMeta",
    "GetAlertsResponse2XX",
    "GetAlertsResponse2XXMeta",
    "GetAlertsSort",
    "GetAlertsStatusItem",
    "GetBulkChangesActionItem",
    "GetBulkChangesByIdResponse2XX",
    "GetBulkChangesByIdResponse2XXMeta",
    "GetBulkChangesResponse2XX",
    "GetBulkChangesResponse2XXMeta",
    "GetBulkChangesSort",
    "GetBulkChangesSubjectItem",
    "GetChecksResponse2XX",
    "GetChecksResponse2XXMeta",
    "GetCommandCenterResponse2XX",
    "GetCommandCenterResponse2XXMeta",
    "GetDeploysByIdResponse2XX",
    "GetDeploysByIdResponse2XXMeta",
    "GetDeploysResponse2XX",
    "GetDeploysResponse2XXMeta",
    "GetDeploysSort",
    "GetEventsResponse2XX",
    "GetEventsResponse2XXMeta",
    "GetEventsSort",
    "GetFindingsByIdInclude",
    "GetFindingsByIdRegressionsResponse2XX",
    "GetFindingsByIdRegressionsResponse2XXMeta",
    "GetFindingsByIdRegressionsSort",
    "GetFindingsByIdRegressionsStatusItem",
    "GetFindingsByIdRegressionsTriggerItem",
    "GetFindingsByIdResponse2XX",
    "GetFindingsByIdResponse2XXMeta",
    "GetFindingsCountsDomainItem",
    "GetFindingsCountsResponse2XX",
    "GetFindingsCountsResponse2XXMeta",
    "GetFindingsCountsSeverityItem",
    "GetFindingsCountsStatusItem",
    "GetFindingsDomainItem",
    "GetFindingsInclude",
    "GetFindingsResponse2XX",
    "GetFindingsResponse2XXMeta",
    "GetFindingsSeverityItem",
    "GetFindingsSort",
    "GetFindingsStatusItem",
    "GetGuardWindowsByIdResponse2XX",
    "GetGuardWindowsByIdResponse2XXMeta",
    "GetGuardWindowsResponse2XX",
    "GetGuardWindowsResponse2XXMeta",
    "GetGuardWindowsSort",
    "GetGuardWindowsStatusItem",
    "GetIntegrationsByProviderConflictsFieldItem",
    "GetIntegrationsByProviderConflictsResponse2XX",
    "GetIntegrationsByProviderConflictsResponse2XXMeta",
    "GetIntegrationsByProviderConflictsSort",
    "GetIntegrationsByProviderConflictsStatus",
    "GetIntegrationsByProviderLogResponse2XX",
    "GetIntegrationsByProviderLogResponse2XXMeta",
    "GetIntegrationsByProviderResponse2XX",
    "GetIntegrationsByProviderResponse2XXMeta",
    "GetIntegrationsByProviderScheduleResponse2XX",
    "GetIntegrationsByProviderScheduleResponse2XXMeta",
    "GetIntegrationsByProviderWebhookResponse2XX",
    "GetIntegrationsByProviderWebhookResponse2XXMeta",
    "GetIntegrationsResponse2XX",
    "GetIntegrationsResponse2XXMeta",
    "GetKeysByKeyIdResponse2XX",
    "GetKeysByKeyIdResponse2XXMeta",
    "GetKeysResponse2XX",
    "GetKeysResponse2XXMeta",
    "GetKeysStatus",
    "GetLabelsResponse2XX",
    "GetLabelsResponse2XXMeta",
    "GetMembersByUserIdResponse2XX",
    "GetMembersByUserIdResponse2XXMeta",
    "GetMembersResponse2XX",
    "GetMembersResponse2XXMeta",
    "GetMembersRoleItem",
    "GetMeResponse2XX",
    "GetMeResponse2XXMeta",
    "GetOrganizationEventsResponse2XX",
    "GetOrganizationEventsResponse2XXMeta",
    "GetOrganizationEventsSort",
    "GetOrgsResponse2XX",
    "GetOrgsResponse2XXMeta",
    "GetPoliciesByIdDiffResponse2XX",
    "GetPoliciesByIdDiffResponse2XXMeta",
    "GetPoliciesByIdResponse2XX",
    "GetPoliciesByIdResponse2XXMeta",
    "GetPoliciesCurrentResponse2XX",
    "GetPoliciesCurrentResponse2XXMeta",
    "GetPoliciesResponse2XX",
    "GetPoliciesResponse2XXMeta",
    "GetProjectsArchived",
    "GetProjectsByProjectIdResponse2XX",
    "GetProjectsByProjectIdResponse2XXMeta",
    "GetProjectsResponse2XX",
    "GetProjectsResponse2XXMeta",
    "GetRegressionsInclude",
    "GetRegressionsResponse2XX",
    "GetRegressionsResponse2XXMeta",
    "GetRegressionsSort",
    "GetRegressionsStatusItem",
    "GetRegressionsTriggerItem",
    "GetReportsBurnDownResponse2XX",
    "GetReportsBurnDownResponse2XXMeta",
    "GetReportsByIdDownloadKind",
    "GetReportsByIdResponse2XX",
    "GetReportsByIdResponse2XXMeta",
    "GetReportsForecastResponse2XX",
    "GetReportsForecastResponse2XXMeta",
    "GetReportsFormatItem",
    "GetReportsResponse2XX",
    "GetReportsResponse2XXMeta",
    "GetReportsSharesByIdResponse2XX",
    "GetReportsSharesByIdResponse2XXMeta",
    "GetReportsSharesChannelItem",
    "GetReportsSharesResponse2XX",
    "GetReportsSharesResponse2XXMeta",
    "GetReportsSharesSort",
    "GetReportsSharesStatusItem",
    "GetReportsSort",
    "GetReportsStatusItem",
    "GetReportsSummaryResponse2XX",
    "GetReportsSummaryResponse2XXMeta",
    "GetScansByIdPagesResponse2XX",
    "GetScansByIdPagesResponse2XXMeta",
    "GetScansByIdResponse2XX",
    "GetScansByIdResponse2XXMeta",
    "GetScansByIdResultsOutcomeItem",
    "GetScansByIdResultsReasonItem",
    "GetScansByIdResultsResponse2XX",
    "GetScansByIdResultsResponse2XXMeta",
    "GetScansByIdResultsScannerItem",
    "GetScansByIdResultsSort",
    "GetScansResponse2XX",
    "GetScansResponse2XXMeta",
    "GetScansSort",
    "GetScansStatusItem",
    "GetScansTriggerItem",
    "GetSitesByIdResponse2XX",
    "GetSitesByIdResponse2XXMeta",
    "GetSitesMethodItem",
    "GetSitesResponse2XX",
    "GetSitesResponse2XXMeta",
    "GetSitesSort",
    "GetSitesStatusItem",
    "GetTasksByIdCommentsByCommentIdResponse2XX",
    "GetTasksByIdCommentsByCommentIdResponse2XXMeta",
    "GetTasksByIdCommentsResponse2XX",
    "GetTasksByIdCommentsResponse2XXMeta",
    "GetTasksByIdCommentsSort",
    "GetTasksByIdHistoryResponse2XX",
    "GetTasksByIdHistoryResponse2XXMeta",
    "GetTasksByIdInclude",
    "GetTasksByIdLabelsResponse2XX",
    "GetTasksByIdLabelsResponse2XXMeta",
    "GetTasksByIdPullRequestResponse2XX",
    "GetTasksByIdPullRequestResponse2XXMeta",
    "GetTasksByIdResponse2XX",
    "GetTasksByIdResponse2XXMeta",
    "GetTasksCountsPriorityItem",
    "GetTasksCountsResponse2XX",
    "GetTasksCountsResponse2XXMeta",
    "GetTasksCountsStatusItem",
    "GetTasksInclude",
    "GetTasksOverdue",
    "GetTasksPriorityItem",
    "GetTasksResponse2XX",
    "GetTasksResponse2XXMeta",
    "GetTasksSort",
    "GetTasksStatusItem",
    "GetUsageResponse2XX",
    "GetUsageResponse2XXMeta",
    "GetVerificationsByIdApprovalsResponse2XX",
    "GetVerificationsByIdApprovalsResponse2XXMeta",
    "GetVerificationsByIdEvidenceResponse2XX",
    "GetVerificationsByIdEvidenceResponse2XXMeta",
    "GetVerificationsByIdInclude",
    "GetVerificationsByIdResponse2XX",
    "GetVerificationsByIdResponse2XXMeta",
    "GetVerificationsInclude",
    "GetVerificationsResponse2XX",
    "GetVerificationsResponse2XXMeta",
    "GetVerificationsResultItem",
    "GetVerificationsSort",
    "GetVerificationsStateItem",
    "GetWebhooksByIdDeliveriesByDeliveryIdResponse2XX",
    "GetWebhooksByIdDeliveriesByDeliveryIdResponse2XXMeta",
    "GetWebhooksByIdDeliveriesResponse2XX",
    "GetWebhooksByIdDeliveriesResponse2XXMeta",
    "GetWebhooksByIdDeliveriesStatus",
    "GetWebhooksByIdResponse2XX",
    "GetWebhooksByIdResponse2XXMeta",
    "GetWebhooksResponse2XX",
    "GetWebhooksResponse2XXMeta",
    "GetWebhooksSort",
    "GetWebhooksStatusItem",
    "GuardRun",
    "GuardRunReason",
    "GuardRunStatus",
    "GuardWindow",
    "GuardWindowStatus",
    "GuardWindowWithRuns",
    "GuardWindowWithRunsStatus",
    "ImportFindingsRequest",
    "ImportFindingsRequestDocumentType0",
    "ImportFindingsRequestFormat",
    "Integration",
    "IntegrationPlaceholder",
    "IntegrationPlaceholderCredentials",
    "IntegrationPlaceholderStatus",
    "IntegrationProvider",
    "IntegrationStatus",
    "InviteMemberRequest",
    "InviteMemberRequestRole",
    "IssuedApiKey",
    "IssuedApiKeyScopesItem",
    "Labels",
    "LabelsRequest",
    "Limits",
    "LoginMarker",
    "LoginMarkerRequest",
    "Me",
    "Member",
    "MemberRole",
    "Organization",
    "OrganizationEvent",
    "OrganizationEventData",
    "OwnershipAttempt",
    "OwnershipAttemptMethod",
    "OwnershipFile",
    "OwnershipMethods",
    "OwnershipRecord",
    "OwnershipTag",
    "PatchFindingsByIdResponse2XX",
    "PatchFindingsByIdResponse2XXMeta",
    "PatchMembersByUserIdResponse2XX",
    "PatchMembersByUserIdResponse2XXMeta",
    "PatchProjectsByProjectIdResponse2XX",
    "PatchProjectsByProjectIdResponse2XXMeta",
    "PatchTasksByIdCommentsByCommentIdResponse2XX",
    "PatchTasksByIdCommentsByCommentIdResponse2XXMeta",
    "PatchTasksByIdResponse2XX",
    "PatchTasksByIdResponse2XXMeta",
    "PatchWebhooksByIdResponse2XX",
    "PatchWebhooksByIdResponse2XXMeta",
    "Policy",
    "PolicyComparison",
    "PolicyDifference",
    "PolicyDifferenceChange",
    "PolicyTestResult",
    "PolicyTestResultSimulation",
    "PolicyVersion",
    "PostBulkChangesByIdUndoResponse2XX",
    "PostBulkChangesByIdUndoResponse2XXMeta",
    "PostDeploysResponse2XX",
    "PostDeploysResponse2XXMeta",
    "PostFindingsBulkResponse2XX",
    "PostFindingsBulkResponse2XXMeta",
    "PostFindingsBulkUpdateResponse2XX",
    "PostFindingsBulkUpdateResponse2XXMeta",
    "PostFindingsImportResponse2XX",
    "PostFindingsImportResponse2XXMeta",
    "PostFindingsResponse2XX",
    "PostFindingsResponse2XXMeta",
    "PostGuardWindowsByIdCancelResponse2XX",
    "PostGuardWindowsByIdCancelResponse2XXMeta",
    "PostIntegrationsByProviderConflictsByIdResolveResponse2XX",
    "PostIntegrationsByProviderConflictsByIdResolveResponse2XXMeta",
    "PostIntegrationsByProviderConnectResponse2XX",
    "PostIntegrationsByProviderConnectResponse2XXMeta",
    "PostIntegrationsByProviderSyncResponse2XX",
    "PostIntegrationsByProviderSyncResponse2XXMeta",
    "PostKeysResponse2XX",
    "PostKeysResponse2XXMeta",
    "PostMembersResponse2XX",
    "PostMembersResponse2XXMeta",
    "PostPoliciesByIdRestoreResponse2XX",
    "PostPoliciesByIdRestoreResponse2XXMeta",
    "PostPoliciesTestResponse2XX",
    "PostPoliciesTestResponse2XXMeta",
    "PostPoliciesTestSimulate",
    "PostProjectsResponse2XX",
    "PostProjectsResponse2XXMeta",
    "PostReportsExportResponse2XX",
    "PostReportsExportResponse2XXMeta",
    "PostReportsShareResponse2XX",
    "PostReportsShareResponse2XXMeta",
    "PostScansRunResponse2XX",
    "PostScansRunResponse2XXMeta",
    "PostSitesByIdVerifyResponse2XX",
    "PostSitesByIdVerifyResponse2XXMeta",
    "PostSitesResponse2XX",
    "PostSitesResponse2XXMeta",
    "PostTasksBulkResponse2XX",
    "PostTasksBulkResponse2XXMeta",
    "PostTasksBulkUpdateResponse2XX",
    "PostTasksBulkUpdateResponse2XXMeta",
    "PostTasksByIdCommentsResponse2XX",
    "PostTasksByIdCommentsResponse2XXMeta",
    "PostTasksResponse2XX",
    "PostTasksResponse2XXMeta",
    "PostVerificationsByIdApproveResponse2XX",
    "PostVerificationsByIdApproveResponse2XXMeta",
    "PostVerificationsByIdReopenResponse2XX",
    "PostVerificationsByIdReopenResponse2XXMeta",
    "PostVerificationsByIdWithdrawApprovalResponse2XX",
    "PostVerificationsByIdWithdrawApprovalResponse2XXMeta",
    "PostVerificationsRunResponse2XX",
    "PostVerificationsRunResponse2XXMeta",
    "PostWebhooksByIdDeliveriesByDeliveryIdReplayResponse2XX",
    "PostWebhooksByIdDeliveriesByDeliveryIdReplayResponse2XXMeta",
    "PostWebhooksByIdReplayResponse2XX",
    "PostWebhooksByIdReplayResponse2XXMeta",
    "PostWebhooksByIdRotateSecretResponse2XX",
    "PostWebhooksByIdRotateSecretResponse2XXMeta",
    "PostWebhooksByIdTestResponse2XX",
    "PostWebhooksByIdTestResponse2XXMeta",
    "PostWebhooksResponse2XX",
    "PostWebhooksResponse2XXMeta",
    "Priority",
    "PriorityRequest",
    "Project",
    "PullRequest",
    "PullRequestStatus",
    "PutAccessResponse2XX",
    "PutAccessResponse2XXMeta",
    "PutAlertsDestinationsByChannelResponse2XX",
    "PutAlertsDestinationsByChannelResponse2XXMeta",
    "PutIntegrationsByProviderWebhookResponse2XX",
    "PutIntegrationsByProviderWebhookResponse2XXMeta",
    "PutPoliciesCurrentResponse2XX",
    "PutPoliciesCurrentResponse2XXMeta",
    "PutSiteCredentialsRequest",
    "PutSiteCredentialsRequestCookies",
    "PutSiteCredentialsRequestHeaders",
    "PutTasksByIdLabelsResponse2XX",
    "PutTasksByIdLabelsResponse2XXMeta",
    "RecommendedFix",
    "RecommendedFixRequest",
    "RecordDeployRequest",
    "Refusal",
    "Regression",
    "RegressionStatus",
    "RegressionTrigger",
    "ReplacePolicyRequest",
    "ReplayEventsRequest",
    "ReplayResult",
    "Report",
    "ReportFormat",
    "ReportSnapshot",
    "ReportStatus",
    "ReportSummary",
    "ResolveConflictRequest",
    "ResolveConflictRequestKeep",
    "RestorePolicyRequest",
    "RiskChanges",
    "RotateWebhookSecretRequest",
    "RunScanRequest",
    "RunScanRequestTrigger",
    "RunVerificationRequest",
    "Scan",
    "ScanPage",
    "ScanResult",
    "ScanStatus",
    "ScanTrigger",
    "SetAlertDestinationRequest",
    "Share",
    "ShareChannel",
    "ShareReportRequest",
    "ShareReportRequestChannel",
    "ShareResult",
    "ShareResultChannel",
    "ShareStatus",
    "Site",
    "SiteCredentials",
    "SiteCredentialsKindsItem",
    "SyncRefusal",
    "SyncRun",
    "SyncRunOutcome",
    "SyncSchedule",
    "SyncScheduleProvider",
    "SyncScheduleStatus",
    "Task",
    "TaskChangesRequest",
    "TaskChangesRequestPriority",
    "TaskChangesRequestStatus",
    "TaskCounts",
    "TaskCountsByPriority",
    "TaskCountsByStatus",
    "TaskFilterRequest",
    "TaskFilterRequestPriorityItem",
    "TaskFilterRequestStatusItem",
    "TaskPriority",
    "TaskStatus",
    "TaskWithFinding",
    "TaskWithFindingPriority",
    "TaskWithFindingStatus",
    "TestPolicyRequest",
    "UpdateFindingRequest",
    "UpdateFindingRequestSeverity",
    "UpdateFindingRequestStatus",
    "UpdateMemberRequest",
    "UpdateMemberRequestRole",
    "UpdateProjectRequest",
    "UpdateTaskRequest",
    "UpdateTaskRequestPriority",
    "UpdateTaskRequestStatus",
    "UpdateWebhookEndpointRequest",
    "UpdateWebhookEndpointRequestStatus",
    "Usage",
    "Verification",
    "VerificationCheck",
    "VerificationCheckStatus",
    "VerificationEvidence",
    "VerificationEvidenceChecksItem",
    "VerificationEvidenceKeysItem",
    "VerificationEvidenceVerdictsItem",
    "VerificationResult",
    "Webhook",
    "WebhookEndpoint",
    "WebhookEndpointStatus",
    "WebhookEndpointWithSecret",
    "WebhookEndpointWithSecretStatus",
)
