"""The models of requests and responses. Each is imported when it is first used: all of them take half a second."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .affected_asset import AffectedAsset
    from .affected_asset_request import AffectedAssetRequest
    from .alert import Alert
    from .alert_channel import AlertChannel
    from .alert_counts import AlertCounts
    from .alert_destination import AlertDestination
    from .alert_destination_list_response import AlertDestinationListResponse
    from .alert_destination_response import AlertDestinationResponse
    from .alert_most_severe_item import AlertMostSevereItem
    from .alert_status import AlertStatus
    from .api_key import ApiKey
    from .api_key_response import ApiKeyResponse
    from .api_key_scopes_item import ApiKeyScopesItem
    from .approval import Approval
    from .approval_state import ApprovalState
    from .approval_state_response import ApprovalStateResponse
    from .approve_verification_request import ApproveVerificationRequest
    from .as_of_meta import AsOfMeta
    from .basic_auth_request import BasicAuthRequest
    from .bulk_change import BulkChange
    from .bulk_change_action import BulkChangeAction
    from .bulk_change_response import BulkChangeResponse
    from .bulk_create_findings_request import BulkCreateFindingsRequest
    from .bulk_create_findings_request_mode import BulkCreateFindingsRequestMode
    from .bulk_create_tasks_request import BulkCreateTasksRequest
    from .bulk_create_tasks_request_mode import BulkCreateTasksRequestMode
    from .bulk_create_tasks_result import BulkCreateTasksResult
    from .bulk_create_tasks_result_response import BulkCreateTasksResultResponse
    from .bulk_result import BulkResult
    from .bulk_result_item import BulkResultItem
    from .bulk_result_item_details_type_0 import BulkResultItemDetailsType0
    from .bulk_result_item_status import BulkResultItemStatus
    from .bulk_result_response import BulkResultResponse
    from .bulk_task_result_item import BulkTaskResultItem
    from .bulk_task_result_item_details_type_0 import BulkTaskResultItemDetailsType0
    from .bulk_task_result_item_status import BulkTaskResultItemStatus
    from .bulk_update_findings_request import BulkUpdateFindingsRequest
    from .bulk_update_findings_request_mode import BulkUpdateFindingsRequestMode
    from .bulk_update_result import BulkUpdateResult
    from .bulk_update_result_response import BulkUpdateResultResponse
    from .bulk_update_tasks_request import BulkUpdateTasksRequest
    from .bulk_update_tasks_request_mode import BulkUpdateTasksRequestMode
    from .burn_down import BurnDown
    from .burn_down_day import BurnDownDay
    from .burn_down_response import BurnDownResponse
    from .campaign import Campaign
    from .campaign_burn_down import CampaignBurnDown
    from .campaign_burn_down_response import CampaignBurnDownResponse
    from .campaign_day import CampaignDay
    from .campaign_response import CampaignResponse
    from .campaign_tasks_request import CampaignTasksRequest
    from .campaign_tasks_result import CampaignTasksResult
    from .campaign_tasks_result_response import CampaignTasksResultResponse
    from .campaign_with_progress import CampaignWithProgress
    from .campaign_with_progress_response import CampaignWithProgressResponse
    from .check import Check
    from .check_domain import CheckDomain
    from .check_kind import CheckKind
    from .check_list_response import CheckListResponse
    from .check_outcomes import CheckOutcomes
    from .check_reliability import CheckReliability
    from .check_severity import CheckSeverity
    from .check_threshold import CheckThreshold
    from .check_threshold_direction import CheckThresholdDirection
    from .command_center import CommandCenter
    from .command_center_as_of_response import CommandCenterAsOfResponse
    from .command_center_findings_by_domain import CommandCenterFindingsByDomain
    from .command_center_findings_by_severity import CommandCenterFindingsBySeverity
    from .command_center_findings_by_status import CommandCenterFindingsByStatus
    from .command_center_tasks_by_status import CommandCenterTasksByStatus
    from .comment import Comment
    from .comment_request import CommentRequest
    from .comment_response import CommentResponse
    from .conflict import Conflict
    from .conflict_field import ConflictField
    from .conflict_resolution import ConflictResolution
    from .conflict_response import ConflictResponse
    from .connect_integration_request import ConnectIntegrationRequest
    from .create_api_key_request import CreateApiKeyRequest
    from .create_api_key_request_scopes_item import CreateApiKeyRequestScopesItem
    from .create_campaign_request import CreateCampaignRequest
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
    from .delivery_attempt import DeliveryAttempt
    from .deploy import Deploy
    from .deploy_response import DeployResponse
    from .deploy_source import DeploySource
    from .dismiss_finding_request import DismissFindingRequest
    from .dismiss_finding_request_reason import DismissFindingRequestReason
    from .dismissal import Dismissal
    from .dismissal_end_reason import DismissalEndReason
    from .dismissal_reason import DismissalReason
    from .effect import Effect
    from .empty_response import EmptyResponse
    from .error import Error
    from .error_code import ErrorCode
    from .error_error import ErrorError
    from .error_error_details import ErrorErrorDetails
    from .event import Event
    from .event_data import EventData
    from .event_delivery import EventDelivery
    from .event_delivery_detail import EventDeliveryDetail
    from .event_delivery_detail_response import EventDeliveryDetailResponse
    from .event_delivery_detail_status import EventDeliveryDetailStatus
    from .event_delivery_response import EventDeliveryResponse
    from .event_delivery_status import EventDeliveryStatus
    from .evidence_entry import EvidenceEntry
    from .evidence_entry_kind import EvidenceEntryKind
    from .export_report_request import ExportReportRequest
    from .export_report_request_format import ExportReportRequestFormat
    from .extend_due_date_request import ExtendDueDateRequest
    from .extension import Extension
    from .finding import Finding
    from .finding_changes_request import FindingChangesRequest
    from .finding_changes_request_severity import FindingChangesRequestSeverity
    from .finding_changes_request_status import FindingChangesRequestStatus
    from .finding_counts import FindingCounts
    from .finding_counts_as_of_response import FindingCountsAsOfResponse
    from .finding_counts_by_domain import FindingCountsByDomain
    from .finding_counts_by_severity import FindingCountsBySeverity
    from .finding_counts_by_status import FindingCountsByStatus
    from .finding_domain import FindingDomain
    from .finding_filter_request import FindingFilterRequest
    from .finding_filter_request_domain_item import FindingFilterRequestDomainItem
    from .finding_filter_request_severity_item import FindingFilterRequestSeverityItem
    from .finding_filter_request_status_item import FindingFilterRequestStatusItem
    from .finding_response import FindingResponse
    from .finding_severity import FindingSeverity
    from .finding_status import FindingStatus
    from .finding_with_dismissal import FindingWithDismissal
    from .finding_with_dismissal_domain import FindingWithDismissalDomain
    from .finding_with_dismissal_response import FindingWithDismissalResponse
    from .finding_with_dismissal_severity import FindingWithDismissalSeverity
    from .finding_with_dismissal_status import FindingWithDismissalStatus
    from .finding_with_guard import FindingWithGuard
    from .finding_with_guard_domain import FindingWithGuardDomain
    from .finding_with_guard_response import FindingWithGuardResponse
    from .finding_with_guard_severity import FindingWithGuardSeverity
    from .finding_with_guard_status import FindingWithGuardStatus
    from .forecast import Forecast
    from .forecast_basis import ForecastBasis
    from .forecast_range import ForecastRange
    from .forecast_response import ForecastResponse
    from .forecast_status import ForecastStatus
    from .get_alerts_channel_item import GetAlertsChannelItem
    from .get_alerts_sort import GetAlertsSort
    from .get_alerts_status_item import GetAlertsStatusItem
    from .get_bulk_changes_action_item import GetBulkChangesActionItem
    from .get_bulk_changes_sort import GetBulkChangesSort
    from .get_bulk_changes_subject_item import GetBulkChangesSubjectItem
    from .get_campaigns_archived import GetCampaignsArchived
    from .get_campaigns_by_id_include_item import GetCampaignsByIdIncludeItem
    from .get_campaigns_include_item import GetCampaignsIncludeItem
    from .get_campaigns_sort import GetCampaignsSort
    from .get_deploys_sort import GetDeploysSort
    from .get_events_sort import GetEventsSort
    from .get_findings_by_id_dismissals_reason_item import (
        GetFindingsByIdDismissalsReasonItem,
    )
    from .get_findings_by_id_dismissals_sort import GetFindingsByIdDismissalsSort
    from .get_findings_by_id_include_item import GetFindingsByIdIncludeItem
    from .get_findings_by_id_regressions_sort import GetFindingsByIdRegressionsSort
    from .get_findings_by_id_regressions_status_item import (
        GetFindingsByIdRegressionsStatusItem,
    )
    from .get_findings_by_id_regressions_trigger_item import (
        GetFindingsByIdRegressionsTriggerItem,
    )
    from .get_findings_counts_domain_item import GetFindingsCountsDomainItem
    from .get_findings_counts_severity_item import GetFindingsCountsSeverityItem
    from .get_findings_counts_status_item import GetFindingsCountsStatusItem
    from .get_findings_domain_item import GetFindingsDomainItem
    from .get_findings_include_item import GetFindingsIncludeItem
    from .get_findings_severity_item import GetFindingsSeverityItem
    from .get_findings_sort import GetFindingsSort
    from .get_findings_status_item import GetFindingsStatusItem
    from .get_guard_windows_sort import GetGuardWindowsSort
    from .get_guard_windows_status_item import GetGuardWindowsStatusItem
    from .get_integrations_by_provider_conflicts_field_item import (
        GetIntegrationsByProviderConflictsFieldItem,
    )
    from .get_integrations_by_provider_conflicts_sort import (
        GetIntegrationsByProviderConflictsSort,
    )
    from .get_integrations_by_provider_conflicts_status import (
        GetIntegrationsByProviderConflictsStatus,
    )
    from .get_keys_sort import GetKeysSort
    from .get_keys_status import GetKeysStatus
    from .get_members_role_item import GetMembersRoleItem
    from .get_members_sort import GetMembersSort
    from .get_organization_events_sort import GetOrganizationEventsSort
    from .get_projects_archived import GetProjectsArchived
    from .get_projects_sort import GetProjectsSort
    from .get_regressions_include_item import GetRegressionsIncludeItem
    from .get_regressions_sort import GetRegressionsSort
    from .get_regressions_status_item import GetRegressionsStatusItem
    from .get_regressions_trigger_item import GetRegressionsTriggerItem
    from .get_reports_by_id_download_kind import GetReportsByIdDownloadKind
    from .get_reports_format_item import GetReportsFormatItem
    from .get_reports_shares_channel_item import GetReportsSharesChannelItem
    from .get_reports_shares_sort import GetReportsSharesSort
    from .get_reports_shares_status_item import GetReportsSharesStatusItem
    from .get_reports_sort import GetReportsSort
    from .get_reports_status_item import GetReportsStatusItem
    from .get_reports_summary_include_item import GetReportsSummaryIncludeItem
    from .get_saved_views_shared import GetSavedViewsShared
    from .get_saved_views_sort import GetSavedViewsSort
    from .get_scans_by_id_results_outcome_item import GetScansByIdResultsOutcomeItem
    from .get_scans_by_id_results_reason_item import GetScansByIdResultsReasonItem
    from .get_scans_by_id_results_scanner_item import GetScansByIdResultsScannerItem
    from .get_scans_by_id_results_sort import GetScansByIdResultsSort
    from .get_scans_sort import GetScansSort
    from .get_scans_status_item import GetScansStatusItem
    from .get_scans_trigger_item import GetScansTriggerItem
    from .get_sites_method_item import GetSitesMethodItem
    from .get_sites_sort import GetSitesSort
    from .get_sites_status_item import GetSitesStatusItem
    from .get_tasks_by_id_comments_sort import GetTasksByIdCommentsSort
    from .get_tasks_by_id_include_item import GetTasksByIdIncludeItem
    from .get_tasks_counts_priority_item import GetTasksCountsPriorityItem
    from .get_tasks_counts_status_item import GetTasksCountsStatusItem
    from .get_tasks_include_item import GetTasksIncludeItem
    from .get_tasks_overdue import GetTasksOverdue
    from .get_tasks_priority_item import GetTasksPriorityItem
    from .get_tasks_sort import GetTasksSort
    from .get_tasks_status_item import GetTasksStatusItem
    from .get_verifications_blocked_by_item import GetVerificationsBlockedByItem
    from .get_verifications_by_id_include_item import GetVerificationsByIdIncludeItem
    from .get_verifications_include_item import GetVerificationsIncludeItem
    from .get_verifications_result_item import GetVerificationsResultItem
    from .get_verifications_sort import GetVerificationsSort
    from .get_verifications_state_item import GetVerificationsStateItem
    from .get_webhooks_by_id_deliveries_status import GetWebhooksByIdDeliveriesStatus
    from .get_webhooks_sort import GetWebhooksSort
    from .get_webhooks_status_item import GetWebhooksStatusItem
    from .guard_run import GuardRun
    from .guard_run_status import GuardRunStatus
    from .guard_run_trigger import GuardRunTrigger
    from .guard_window import GuardWindow
    from .guard_window_response import GuardWindowResponse
    from .guard_window_status import GuardWindowStatus
    from .guard_window_with_runs import GuardWindowWithRuns
    from .guard_window_with_runs_response import GuardWindowWithRunsResponse
    from .guard_window_with_runs_status import GuardWindowWithRunsStatus
    from .import_findings_request import ImportFindingsRequest
    from .import_findings_request_document_type_0 import (
        ImportFindingsRequestDocumentType0,
    )
    from .import_findings_request_format import ImportFindingsRequestFormat
    from .integration import Integration
    from .integration_list_item_list_response import IntegrationListItemListResponse
    from .integration_placeholder import IntegrationPlaceholder
    from .integration_placeholder_credentials import IntegrationPlaceholderCredentials
    from .integration_placeholder_status import IntegrationPlaceholderStatus
    from .integration_provider import IntegrationProvider
    from .integration_response import IntegrationResponse
    from .integration_status import IntegrationStatus
    from .interval import Interval
    from .interval_state import IntervalState
    from .invite_member_request import InviteMemberRequest
    from .invite_member_request_role import InviteMemberRequestRole
    from .issued_api_key import IssuedApiKey
    from .issued_api_key_response import IssuedApiKeyResponse
    from .issued_api_key_scopes_item import IssuedApiKeyScopesItem
    from .labels import Labels
    from .labels_request import LabelsRequest
    from .labels_response import LabelsResponse
    from .limits import Limits
    from .list_meta import ListMeta
    from .login_marker import LoginMarker
    from .login_marker_request import LoginMarkerRequest
    from .me import Me
    from .me_response import MeResponse
    from .member import Member
    from .member_response import MemberResponse
    from .member_role import MemberRole
    from .member_with_warnings_response import MemberWithWarningsResponse
    from .meta import Meta
    from .organization import Organization
    from .organization_event import OrganizationEvent
    from .organization_event_data import OrganizationEventData
    from .organization_list_response import OrganizationListResponse
    from .ownership_attempt import OwnershipAttempt
    from .ownership_attempt_method import OwnershipAttemptMethod
    from .ownership_file import OwnershipFile
    from .ownership_methods import OwnershipMethods
    from .ownership_record import OwnershipRecord
    from .ownership_tag import OwnershipTag
    from .paginated_alert_list_response import PaginatedAlertListResponse
    from .paginated_api_key_list_response import PaginatedApiKeyListResponse
    from .paginated_bulk_change_list_response import PaginatedBulkChangeListResponse
    from .paginated_campaign_with_progress_list_response import (
        PaginatedCampaignWithProgressListResponse,
    )
    from .paginated_comment_list_response import PaginatedCommentListResponse
    from .paginated_conflict_list_response import PaginatedConflictListResponse
    from .paginated_deploy_list_response import PaginatedDeployListResponse
    from .paginated_dismissal_list_response import PaginatedDismissalListResponse
    from .paginated_event_delivery_list_response import (
        PaginatedEventDeliveryListResponse,
    )
    from .paginated_event_list_response import PaginatedEventListResponse
    from .paginated_finding_with_guard_list_response import (
        PaginatedFindingWithGuardListResponse,
    )
    from .paginated_guard_window_list_response import PaginatedGuardWindowListResponse
    from .paginated_list_meta import PaginatedListMeta
    from .paginated_member_list_response import PaginatedMemberListResponse
    from .paginated_organization_event_list_response import (
        PaginatedOrganizationEventListResponse,
    )
    from .paginated_policy_version_list_response import (
        PaginatedPolicyVersionListResponse,
    )
    from .paginated_project_list_response import PaginatedProjectListResponse
    from .paginated_regression_list_response import PaginatedRegressionListResponse
    from .paginated_regression_with_deploys_list_response import (
        PaginatedRegressionWithDeploysListResponse,
    )
    from .paginated_report_list_response import PaginatedReportListResponse
    from .paginated_saved_view_list_response import PaginatedSavedViewListResponse
    from .paginated_scan_list_response import PaginatedScanListResponse
    from .paginated_scan_result_list_response import PaginatedScanResultListResponse
    from .paginated_share_list_response import PaginatedShareListResponse
    from .paginated_site_list_response import PaginatedSiteListResponse
    from .paginated_task_with_finding_list_response import (
        PaginatedTaskWithFindingListResponse,
    )
    from .paginated_verification_with_task_list_response import (
        PaginatedVerificationWithTaskListResponse,
    )
    from .paginated_webhook_endpoint_list_response import (
        PaginatedWebhookEndpointListResponse,
    )
    from .policy import Policy
    from .policy_as_of_response import PolicyAsOfResponse
    from .policy_comparison import PolicyComparison
    from .policy_comparison_response import PolicyComparisonResponse
    from .policy_difference import PolicyDifference
    from .policy_difference_change import PolicyDifferenceChange
    from .policy_test_result import PolicyTestResult
    from .policy_test_result_simulation import PolicyTestResultSimulation
    from .policy_test_result_with_warnings_response import (
        PolicyTestResultWithWarningsResponse,
    )
    from .policy_version import PolicyVersion
    from .policy_version_response import PolicyVersionResponse
    from .policy_with_warnings_response import PolicyWithWarningsResponse
    from .post_policies_test_simulate import PostPoliciesTestSimulate
    from .priority import Priority
    from .priority_request import PriorityRequest
    from .progress import Progress
    from .progress_by_status import ProgressByStatus
    from .project import Project
    from .project_response import ProjectResponse
    from .pull_request import PullRequest
    from .pull_request_response import PullRequestResponse
    from .pull_request_status import PullRequestStatus
    from .put_site_credentials_request import PutSiteCredentialsRequest
    from .put_site_credentials_request_cookies import PutSiteCredentialsRequestCookies
    from .put_site_credentials_request_headers import PutSiteCredentialsRequestHeaders
    from .recommended_fix import RecommendedFix
    from .recommended_fix_request import RecommendedFixRequest
    from .record_deploy_request import RecordDeployRequest
    from .refusal import Refusal
    from .regression import Regression
    from .regression_status import RegressionStatus
    from .regression_trigger import RegressionTrigger
    from .regression_with_deploys import RegressionWithDeploys
    from .regression_with_deploys_status import RegressionWithDeploysStatus
    from .regression_with_deploys_trigger import RegressionWithDeploysTrigger
    from .replace_policy_request import ReplacePolicyRequest
    from .replay_events_request import ReplayEventsRequest
    from .replay_result import ReplayResult
    from .replay_result_response import ReplayResultResponse
    from .report import Report
    from .report_format import ReportFormat
    from .report_response import ReportResponse
    from .report_snapshot import ReportSnapshot
    from .report_status import ReportStatus
    from .report_summary import ReportSummary
    from .report_summary_as_of_response import ReportSummaryAsOfResponse
    from .resolve_conflict_request import ResolveConflictRequest
    from .resolve_conflict_request_keep import ResolveConflictRequestKeep
    from .restore_policy_request import RestorePolicyRequest
    from .risk_changes import RiskChanges
    from .rotate_webhook_secret_request import RotateWebhookSecretRequest
    from .run_scan_request import RunScanRequest
    from .run_scan_request_trigger import RunScanRequestTrigger
    from .run_verification_request import RunVerificationRequest
    from .save_view_request import SaveViewRequest
    from .saved_view import SavedView
    from .saved_view_response import SavedViewResponse
    from .scan import Scan
    from .scan_page import ScanPage
    from .scan_page_list_response import ScanPageListResponse
    from .scan_response import ScanResponse
    from .scan_result import ScanResult
    from .scan_status import ScanStatus
    from .scan_trigger import ScanTrigger
    from .set_alert_destination_request import SetAlertDestinationRequest
    from .share import Share
    from .share_channel import ShareChannel
    from .share_report_request import ShareReportRequest
    from .share_report_request_channel import ShareReportRequestChannel
    from .share_response import ShareResponse
    from .share_result import ShareResult
    from .share_result_channel import ShareResultChannel
    from .share_result_response import ShareResultResponse
    from .share_status import ShareStatus
    from .site import Site
    from .site_credentials import SiteCredentials
    from .site_credentials_kinds_item import SiteCredentialsKindsItem
    from .site_credentials_response import SiteCredentialsResponse
    from .site_response import SiteResponse
    from .sla_clock import SlaClock
    from .sla_clock_outcome import SlaClockOutcome
    from .sla_clock_response import SlaClockResponse
    from .sla_clock_state import SlaClockState
    from .sla_recalculation import SlaRecalculation
    from .sla_recalculation_response import SlaRecalculationResponse
    from .sync_refusal import SyncRefusal
    from .sync_run import SyncRun
    from .sync_run_list_response import SyncRunListResponse
    from .sync_run_outcome import SyncRunOutcome
    from .sync_schedule import SyncSchedule
    from .sync_schedule_provider import SyncScheduleProvider
    from .sync_schedule_response import SyncScheduleResponse
    from .sync_schedule_status import SyncScheduleStatus
    from .task import Task
    from .task_changes_request import TaskChangesRequest
    from .task_changes_request_priority import TaskChangesRequestPriority
    from .task_changes_request_status import TaskChangesRequestStatus
    from .task_counts import TaskCounts
    from .task_counts_as_of_response import TaskCountsAsOfResponse
    from .task_counts_by_priority import TaskCountsByPriority
    from .task_counts_by_status import TaskCountsByStatus
    from .task_filter_request import TaskFilterRequest
    from .task_filter_request_priority_item import TaskFilterRequestPriorityItem
    from .task_filter_request_status_item import TaskFilterRequestStatusItem
    from .task_priority import TaskPriority
    from .task_response import TaskResponse
    from .task_status import TaskStatus
    from .task_with_finding import TaskWithFinding
    from .task_with_finding_priority import TaskWithFindingPriority
    from .task_with_finding_response import TaskWithFindingResponse
    from .task_with_finding_status import TaskWithFindingStatus
    from .test_policy_request import TestPolicyRequest
    from .update_campaign_request import UpdateCampaignRequest
    from .update_finding_request import UpdateFindingRequest
    from .update_finding_request_severity import UpdateFindingRequestSeverity
    from .update_finding_request_status import UpdateFindingRequestStatus
    from .update_member_request import UpdateMemberRequest
    from .update_member_request_role import UpdateMemberRequestRole
    from .update_project_request import UpdateProjectRequest
    from .update_saved_view_request import UpdateSavedViewRequest
    from .update_task_request import UpdateTaskRequest
    from .update_task_request_priority import UpdateTaskRequestPriority
    from .update_task_request_status import UpdateTaskRequestStatus
    from .update_webhook_endpoint_request import UpdateWebhookEndpointRequest
    from .update_webhook_endpoint_request_status import (
        UpdateWebhookEndpointRequestStatus,
    )
    from .usage import Usage
    from .usage_response import UsageResponse
    from .verification import Verification
    from .verification_check import VerificationCheck
    from .verification_check_status import VerificationCheckStatus
    from .verification_evidence import VerificationEvidence
    from .verification_evidence_checks_item import VerificationEvidenceChecksItem
    from .verification_evidence_keys_item import VerificationEvidenceKeysItem
    from .verification_evidence_response import VerificationEvidenceResponse
    from .verification_evidence_verdicts_item import VerificationEvidenceVerdictsItem
    from .verification_response import VerificationResponse
    from .verification_result import VerificationResult
    from .verification_with_task import VerificationWithTask
    from .verification_with_task_response import VerificationWithTaskResponse
    from .verification_with_task_result import VerificationWithTaskResult
    from .verification_with_task_state import VerificationWithTaskState
    from .verification_with_warnings_response import VerificationWithWarningsResponse
    from .warnings_meta import WarningsMeta
    from .webhook import Webhook
    from .webhook_endpoint import WebhookEndpoint
    from .webhook_endpoint_response import WebhookEndpointResponse
    from .webhook_endpoint_status import WebhookEndpointStatus
    from .webhook_endpoint_with_secret import WebhookEndpointWithSecret
    from .webhook_endpoint_with_secret_response import WebhookEndpointWithSecretResponse
    from .webhook_endpoint_with_secret_status import WebhookEndpointWithSecretStatus
    from .webhook_response import WebhookResponse
    from .webhook_with_secret import WebhookWithSecret
    from .webhook_with_secret_response import WebhookWithSecretResponse

__all__ = (
    "AffectedAsset",
    "AffectedAssetRequest",
    "Alert",
    "AlertChannel",
    "AlertCounts",
    "AlertDestination",
    "AlertDestinationListResponse",
    "AlertDestinationResponse",
    "AlertMostSevereItem",
    "AlertStatus",
    "ApiKey",
    "ApiKeyResponse",
    "ApiKeyScopesItem",
    "Approval",
    "ApprovalState",
    "ApprovalStateResponse",
    "ApproveVerificationRequest",
    "AsOfMeta",
    "BasicAuthRequest",
    "BulkChange",
    "BulkChangeAction",
    "BulkChangeResponse",
    "BulkCreateFindingsRequest",
    "BulkCreateFindingsRequestMode",
    "BulkCreateTasksRequest",
    "BulkCreateTasksRequestMode",
    "BulkCreateTasksResult",
    "BulkCreateTasksResultResponse",
    "BulkResult",
    "BulkResultItem",
    "BulkResultItemDetailsType0",
    "BulkResultItemStatus",
    "BulkResultResponse",
    "BulkTaskResultItem",
    "BulkTaskResultItemDetailsType0",
    "BulkTaskResultItemStatus",
    "BulkUpdateFindingsRequest",
    "BulkUpdateFindingsRequestMode",
    "BulkUpdateResult",
    "BulkUpdateResultResponse",
    "BulkUpdateTasksRequest",
    "BulkUpdateTasksRequestMode",
    "BurnDown",
    "BurnDownDay",
    "BurnDownResponse",
    "Campaign",
    "CampaignBurnDown",
    "CampaignBurnDownResponse",
    "CampaignDay",
    "CampaignResponse",
    "CampaignTasksRequest",
    "CampaignTasksResult",
    "CampaignTasksResultResponse",
    "CampaignWithProgress",
    "CampaignWithProgressResponse",
    "Check",
    "CheckDomain",
    "CheckKind",
    "CheckListResponse",
    "CheckOutcomes",
    "CheckReliability",
    "CheckSeverity",
    "CheckThreshold",
    "CheckThresholdDirection",
    "CommandCenter",
    "CommandCenterAsOfResponse",
    "CommandCenterFindingsByDomain",
    "CommandCenterFindingsBySeverity",
    "CommandCenterFindingsByStatus",
    "CommandCenterTasksByStatus",
    "Comment",
    "CommentRequest",
    "CommentResponse",
    "Conflict",
    "ConflictField",
    "ConflictResolution",
    "ConflictResponse",
    "ConnectIntegrationRequest",
    "CreateApiKeyRequest",
    "CreateApiKeyRequestScopesItem",
    "CreateCampaignRequest",
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
    "DeliveryAttempt",
    "Deploy",
    "DeployResponse",
    "DeploySource",
    "Dismissal",
    "DismissalEndReason",
    "DismissalReason",
    "DismissFindingRequest",
    "DismissFindingRequestReason",
    "Effect",
    "EmptyResponse",
    "Error",
    "ErrorCode",
    "ErrorError",
    "ErrorErrorDetails",
    "Event",
    "EventData",
    "EventDelivery",
    "EventDeliveryDetail",
    "EventDeliveryDetailResponse",
    "EventDeliveryDetailStatus",
    "EventDeliveryResponse",
    "EventDeliveryStatus",
    "EvidenceEntry",
    "EvidenceEntryKind",
    "ExportReportRequest",
    "ExportReportRequestFormat",
    "ExtendDueDateRequest",
    "Extension",
    "Finding",
    "FindingChangesRequest",
    "FindingChangesRequestSeverity",
    "FindingChangesRequestStatus",
    "FindingCounts",
    "FindingCountsAsOfResponse",
    "FindingCountsByDomain",
    "FindingCountsBySeverity",
    "FindingCountsByStatus",
    "FindingDomain",
    "FindingFilterRequest",
    "FindingFilterRequestDomainItem",
    "FindingFilterRequestSeverityItem",
    "FindingFilterRequestStatusItem",
    "FindingResponse",
    "FindingSeverity",
    "FindingStatus",
    "FindingWithDismissal",
    "FindingWithDismissalDomain",
    "FindingWithDismissalResponse",
    "FindingWithDismissalSeverity",
    "FindingWithDismissalStatus",
    "FindingWithGuard",
    "FindingWithGuardDomain",
    "FindingWithGuardResponse",
    "FindingWithGuardSeverity",
    "FindingWithGuardStatus",
    "Forecast",
    "ForecastBasis",
    "ForecastRange",
    "ForecastResponse",
    "ForecastStatus",
    "GetAlertsChannelItem",
    "GetAlertsSort",
    "GetAlertsStatusItem",
    "GetBulkChangesActionItem",
    "GetBulkChangesSort",
    "GetBulkChangesSubjectItem",
    "GetCampaignsArchived",
    "GetCampaignsByIdIncludeItem",
    "GetCampaignsIncludeItem",
    "GetCampaignsSort",
    "GetDeploysSort",
    "GetEventsSort",
    "GetFindingsByIdDismissalsReasonItem",
    "GetFindingsByIdDismissalsSort",
    "GetFindingsByIdIncludeItem",
    "GetFindingsByIdRegressionsSort",
    "GetFindingsByIdRegressionsStatusItem",
    "GetFindingsByIdRegressionsTriggerItem",
    "GetFindingsCountsDomainItem",
    "GetFindingsCountsSeverityItem",
    "GetFindingsCountsStatusItem",
    "GetFindingsDomainItem",
    "GetFindingsIncludeItem",
    "GetFindingsSeverityItem",
    "GetFindingsSort",
    "GetFindingsStatusItem",
    "GetGuardWindowsSort",
    "GetGuardWindowsStatusItem",
    "GetIntegrationsByProviderConflictsFieldItem",
    "GetIntegrationsByProviderConflictsSort",
    "GetIntegrationsByProviderConflictsStatus",
    "GetKeysSort",
    "GetKeysStatus",
    "GetMembersRoleItem",
    "GetMembersSort",
    "GetOrganizationEventsSort",
    "GetProjectsArchived",
    "GetProjectsSort",
    "GetRegressionsIncludeItem",
    "GetRegressionsSort",
    "GetRegressionsStatusItem",
    "GetRegressionsTriggerItem",
    "GetReportsByIdDownloadKind",
    "GetReportsFormatItem",
    "GetReportsSharesChannelItem",
    "GetReportsSharesSort",
    "GetReportsSharesStatusItem",
    "GetReportsSort",
    "GetReportsStatusItem",
    "GetReportsSummaryIncludeItem",
    "GetSavedViewsShared",
    "GetSavedViewsSort",
    "GetScansByIdResultsOutcomeItem",
    "GetScansByIdResultsReasonItem",
    "GetScansByIdResultsScannerItem",
    "GetScansByIdResultsSort",
    "GetScansSort",
    "GetScansStatusItem",
    "GetScansTriggerItem",
    "GetSitesMethodItem",
    "GetSitesSort",
    "GetSitesStatusItem",
    "GetTasksByIdCommentsSort",
    "GetTasksByIdIncludeItem",
    "GetTasksCountsPriorityItem",
    "GetTasksCountsStatusItem",
    "GetTasksIncludeItem",
    "GetTasksOverdue",
    "GetTasksPriorityItem",
    "GetTasksSort",
    "GetTasksStatusItem",
    "GetVerificationsBlockedByItem",
    "GetVerificationsByIdIncludeItem",
    "GetVerificationsIncludeItem",
    "GetVerificationsResultItem",
    "GetVerificationsSort",
    "GetVerificationsStateItem",
    "GetWebhooksByIdDeliveriesStatus",
    "GetWebhooksSort",
    "GetWebhooksStatusItem",
    "GuardRun",
    "GuardRunStatus",
    "GuardRunTrigger",
    "GuardWindow",
    "GuardWindowResponse",
    "GuardWindowStatus",
    "GuardWindowWithRuns",
    "GuardWindowWithRunsResponse",
    "GuardWindowWithRunsStatus",
    "ImportFindingsRequest",
    "ImportFindingsRequestDocumentType0",
    "ImportFindingsRequestFormat",
    "Integration",
    "IntegrationListItemListResponse",
    "IntegrationPlaceholder",
    "IntegrationPlaceholderCredentials",
    "IntegrationPlaceholderStatus",
    "IntegrationProvider",
    "IntegrationResponse",
    "IntegrationStatus",
    "Interval",
    "IntervalState",
    "InviteMemberRequest",
    "InviteMemberRequestRole",
    "IssuedApiKey",
    "IssuedApiKeyResponse",
    "IssuedApiKeyScopesItem",
    "Labels",
    "LabelsRequest",
    "LabelsResponse",
    "Limits",
    "ListMeta",
    "LoginMarker",
    "LoginMarkerRequest",
    "Me",
    "Member",
    "MemberResponse",
    "MemberRole",
    "MemberWithWarningsResponse",
    "MeResponse",
    "Meta",
    "Organization",
    "OrganizationEvent",
    "OrganizationEventData",
    "OrganizationListResponse",
    "OwnershipAttempt",
    "OwnershipAttemptMethod",
    "OwnershipFile",
    "OwnershipMethods",
    "OwnershipRecord",
    "OwnershipTag",
    "PaginatedAlertListResponse",
    "PaginatedApiKeyListResponse",
    "PaginatedBulkChangeListResponse",
    "PaginatedCampaignWithProgressListResponse",
    "PaginatedCommentListResponse",
    "PaginatedConflictListResponse",
    "PaginatedDeployListResponse",
    "PaginatedDismissalListResponse",
    "PaginatedEventDeliveryListResponse",
    "PaginatedEventListResponse",
    "PaginatedFindingWithGuardListResponse",
    "PaginatedGuardWindowListResponse",
    "PaginatedListMeta",
    "PaginatedMemberListResponse",
    "PaginatedOrganizationEventListResponse",
    "PaginatedPolicyVersionListResponse",
    "PaginatedProjectListResponse",
    "PaginatedRegressionListResponse",
    "PaginatedRegressionWithDeploysListResponse",
    "PaginatedReportListResponse",
    "PaginatedSavedViewListResponse",
    "PaginatedScanListResponse",
    "PaginatedScanResultListResponse",
    "PaginatedShareListResponse",
    "PaginatedSiteListResponse",
    "PaginatedTaskWithFindingListResponse",
    "PaginatedVerificationWithTaskListResponse",
    "PaginatedWebhookEndpointListResponse",
    "Policy",
    "PolicyAsOfResponse",
    "PolicyComparison",
    "PolicyComparisonResponse",
    "PolicyDifference",
    "PolicyDifferenceChange",
    "PolicyTestResult",
    "PolicyTestResultSimulation",
    "PolicyTestResultWithWarningsResponse",
    "PolicyVersion",
    "PolicyVersionResponse",
    "PolicyWithWarningsResponse",
    "PostPoliciesTestSimulate",
    "Priority",
    "PriorityRequest",
    "Progress",
    "ProgressByStatus",
    "Project",
    "ProjectResponse",
    "PullRequest",
    "PullRequestResponse",
    "PullRequestStatus",
    "PutSiteCredentialsRequest",
    "PutSiteCredentialsRequestCookies",
    "PutSiteCredentialsRequestHeaders",
    "RecommendedFix",
    "RecommendedFixRequest",
    "RecordDeployRequest",
    "Refusal",
    "Regression",
    "RegressionStatus",
    "RegressionTrigger",
    "RegressionWithDeploys",
    "RegressionWithDeploysStatus",
    "RegressionWithDeploysTrigger",
    "ReplacePolicyRequest",
    "ReplayEventsRequest",
    "ReplayResult",
    "ReplayResultResponse",
    "Report",
    "ReportFormat",
    "ReportResponse",
    "ReportSnapshot",
    "ReportStatus",
    "ReportSummary",
    "ReportSummaryAsOfResponse",
    "ResolveConflictRequest",
    "ResolveConflictRequestKeep",
    "RestorePolicyRequest",
    "RiskChanges",
    "RotateWebhookSecretRequest",
    "RunScanRequest",
    "RunScanRequestTrigger",
    "RunVerificationRequest",
    "SavedView",
    "SavedViewResponse",
    "SaveViewRequest",
    "Scan",
    "ScanPage",
    "ScanPageListResponse",
    "ScanResponse",
    "ScanResult",
    "ScanStatus",
    "ScanTrigger",
    "SetAlertDestinationRequest",
    "Share",
    "ShareChannel",
    "ShareReportRequest",
    "ShareReportRequestChannel",
    "ShareResponse",
    "ShareResult",
    "ShareResultChannel",
    "ShareResultResponse",
    "ShareStatus",
    "Site",
    "SiteCredentials",
    "SiteCredentialsKindsItem",
    "SiteCredentialsResponse",
    "SiteResponse",
    "SlaClock",
    "SlaClockOutcome",
    "SlaClockResponse",
    "SlaClockState",
    "SlaRecalculation",
    "SlaRecalculationResponse",
    "SyncRefusal",
    "SyncRun",
    "SyncRunListResponse",
    "SyncRunOutcome",
    "SyncSchedule",
    "SyncScheduleProvider",
    "SyncScheduleResponse",
    "SyncScheduleStatus",
    "Task",
    "TaskChangesRequest",
    "TaskChangesRequestPriority",
    "TaskChangesRequestStatus",
    "TaskCounts",
    "TaskCountsAsOfResponse",
    "TaskCountsByPriority",
    "TaskCountsByStatus",
    "TaskFilterRequest",
    "TaskFilterRequestPriorityItem",
    "TaskFilterRequestStatusItem",
    "TaskPriority",
    "TaskResponse",
    "TaskStatus",
    "TaskWithFinding",
    "TaskWithFindingPriority",
    "TaskWithFindingResponse",
    "TaskWithFindingStatus",
    "TestPolicyRequest",
    "UpdateCampaignRequest",
    "UpdateFindingRequest",
    "UpdateFindingRequestSeverity",
    "UpdateFindingRequestStatus",
    "UpdateMemberRequest",
    "UpdateMemberRequestRole",
    "UpdateProjectRequest",
    "UpdateSavedViewRequest",
    "UpdateTaskRequest",
    "UpdateTaskRequestPriority",
    "UpdateTaskRequestStatus",
    "UpdateWebhookEndpointRequest",
    "UpdateWebhookEndpointRequestStatus",
    "Usage",
    "UsageResponse",
    "Verification",
    "VerificationCheck",
    "VerificationCheckStatus",
    "VerificationEvidence",
    "VerificationEvidenceChecksItem",
    "VerificationEvidenceKeysItem",
    "VerificationEvidenceResponse",
    "VerificationEvidenceVerdictsItem",
    "VerificationResponse",
    "VerificationResult",
    "VerificationWithTask",
    "VerificationWithTaskResponse",
    "VerificationWithTaskResult",
    "VerificationWithTaskState",
    "VerificationWithWarningsResponse",
    "WarningsMeta",
    "Webhook",
    "WebhookEndpoint",
    "WebhookEndpointResponse",
    "WebhookEndpointStatus",
    "WebhookEndpointWithSecret",
    "WebhookEndpointWithSecretResponse",
    "WebhookEndpointWithSecretStatus",
    "WebhookResponse",
    "WebhookWithSecret",
    "WebhookWithSecretResponse",
)
_MODULES = {
    "AffectedAsset": ".affected_asset",
    "AffectedAssetRequest": ".affected_asset_request",
    "Alert": ".alert",
    "AlertChannel": ".alert_channel",
    "AlertCounts": ".alert_counts",
    "AlertDestination": ".alert_destination",
    "AlertDestinationListResponse": ".alert_destination_list_response",
    "AlertDestinationResponse": ".alert_destination_response",
    "AlertMostSevereItem": ".alert_most_severe_item",
    "AlertStatus": ".alert_status",
    "ApiKey": ".api_key",
    "ApiKeyResponse": ".api_key_response",
    "ApiKeyScopesItem": ".api_key_scopes_item",
    "Approval": ".approval",
    "ApprovalState": ".approval_state",
    "ApprovalStateResponse": ".approval_state_response",
    "ApproveVerificationRequest": ".approve_verification_request",
    "AsOfMeta": ".as_of_meta",
    "BasicAuthRequest": ".basic_auth_request",
    "BulkChange": ".bulk_change",
    "BulkChangeAction": ".bulk_change_action",
    "BulkChangeResponse": ".bulk_change_response",
    "BulkCreateFindingsRequest": ".bulk_create_findings_request",
    "BulkCreateFindingsRequestMode": ".bulk_create_findings_request_mode",
    "BulkCreateTasksRequest": ".bulk_create_tasks_request",
    "BulkCreateTasksRequestMode": ".bulk_create_tasks_request_mode",
    "BulkCreateTasksResult": ".bulk_create_tasks_result",
    "BulkCreateTasksResultResponse": ".bulk_create_tasks_result_response",
    "BulkResult": ".bulk_result",
    "BulkResultItem": ".bulk_result_item",
    "BulkResultItemDetailsType0": ".bulk_result_item_details_type_0",
    "BulkResultItemStatus": ".bulk_result_item_status",
    "BulkResultResponse": ".bulk_result_response",
    "BulkTaskResultItem": ".bulk_task_result_item",
    "BulkTaskResultItemDetailsType0": ".bulk_task_result_item_details_type_0",
    "BulkTaskResultItemStatus": ".bulk_task_result_item_status",
    "BulkUpdateFindingsRequest": ".bulk_update_findings_request",
    "BulkUpdateFindingsRequestMode": ".bulk_update_findings_request_mode",
    "BulkUpdateResult": ".bulk_update_result",
    "BulkUpdateResultResponse": ".bulk_update_result_response",
    "BulkUpdateTasksRequest": ".bulk_update_tasks_request",
    "BulkUpdateTasksRequestMode": ".bulk_update_tasks_request_mode",
    "BurnDown": ".burn_down",
    "BurnDownDay": ".burn_down_day",
    "BurnDownResponse": ".burn_down_response",
    "Campaign": ".campaign",
    "CampaignBurnDown": ".campaign_burn_down",
    "CampaignBurnDownResponse": ".campaign_burn_down_response",
    "CampaignDay": ".campaign_day",
    "CampaignResponse": ".campaign_response",
    "CampaignTasksRequest": ".campaign_tasks_request",
    "CampaignTasksResult": ".campaign_tasks_result",
    "CampaignTasksResultResponse": ".campaign_tasks_result_response",
    "CampaignWithProgress": ".campaign_with_progress",
    "CampaignWithProgressResponse": ".campaign_with_progress_response",
    "Check": ".check",
    "CheckDomain": ".check_domain",
    "CheckKind": ".check_kind",
    "CheckListResponse": ".check_list_response",
    "CheckOutcomes": ".check_outcomes",
    "CheckReliability": ".check_reliability",
    "CheckSeverity": ".check_severity",
    "CheckThreshold": ".check_threshold",
    "CheckThresholdDirection": ".check_threshold_direction",
    "CommandCenter": ".command_center",
    "CommandCenterAsOfResponse": ".command_center_as_of_response",
    "CommandCenterFindingsByDomain": ".command_center_findings_by_domain",
    "CommandCenterFindingsBySeverity": ".command_center_findings_by_severity",
    "CommandCenterFindingsByStatus": ".command_center_findings_by_status",
    "CommandCenterTasksByStatus": ".command_center_tasks_by_status",
    "Comment": ".comment",
    "CommentRequest": ".comment_request",
    "CommentResponse": ".comment_response",
    "Conflict": ".conflict",
    "ConflictField": ".conflict_field",
    "ConflictResolution": ".conflict_resolution",
    "ConflictResponse": ".conflict_response",
    "ConnectIntegrationRequest": ".connect_integration_request",
    "CreateApiKeyRequest": ".create_api_key_request",
    "CreateApiKeyRequestScopesItem": ".create_api_key_request_scopes_item",
    "CreateCampaignRequest": ".create_campaign_request",
    "CreateFindingRequest": ".create_finding_request",
    "CreateFindingRequestConfidenceType1": ".create_finding_request_confidence_type_1",
    "CreateFindingRequestDomain": ".create_finding_request_domain",
    "CreateFindingRequestSeverity": ".create_finding_request_severity",
    "CreateProjectRequest": ".create_project_request",
    "CreateSiteRequest": ".create_site_request",
    "CreateTaskRequest": ".create_task_request",
    "CreateTaskRequestPriority": ".create_task_request_priority",
    "CreateTaskRequestStatus": ".create_task_request_status",
    "CreateWebhookEndpointRequest": ".create_webhook_endpoint_request",
    "CreateWebhookRequest": ".create_webhook_request",
    "DailyRisk": ".daily_risk",
    "DeliveryAttempt": ".delivery_attempt",
    "Deploy": ".deploy",
    "DeployResponse": ".deploy_response",
    "DeploySource": ".deploy_source",
    "DismissFindingRequest": ".dismiss_finding_request",
    "DismissFindingRequestReason": ".dismiss_finding_request_reason",
    "Dismissal": ".dismissal",
    "DismissalEndReason": ".dismissal_end_reason",
    "DismissalReason": ".dismissal_reason",
    "Effect": ".effect",
    "EmptyResponse": ".empty_response",
    "Error": ".error",
    "ErrorCode": ".error_code",
    "ErrorError": ".error_error",
    "ErrorErrorDetails": ".error_error_details",
    "Event": ".event",
    "EventData": ".event_data",
    "EventDelivery": ".event_delivery",
    "EventDeliveryDetail": ".event_delivery_detail",
    "EventDeliveryDetailResponse": ".event_delivery_detail_response",
    "EventDeliveryDetailStatus": ".event_delivery_detail_status",
    "EventDeliveryResponse": ".event_delivery_response",
    "EventDeliveryStatus": ".event_delivery_status",
    "EvidenceEntry": ".evidence_entry",
    "EvidenceEntryKind": ".evidence_entry_kind",
    "ExportReportRequest": ".export_report_request",
    "ExportReportRequestFormat": ".export_report_request_format",
    "ExtendDueDateRequest": ".extend_due_date_request",
    "Extension": ".extension",
    "Finding": ".finding",
    "FindingChangesRequest": ".finding_changes_request",
    "FindingChangesRequestSeverity": ".finding_changes_request_severity",
    "FindingChangesRequestStatus": ".finding_changes_request_status",
    "FindingCounts": ".finding_counts",
    "FindingCountsAsOfResponse": ".finding_counts_as_of_response",
    "FindingCountsByDomain": ".finding_counts_by_domain",
    "FindingCountsBySeverity": ".finding_counts_by_severity",
    "FindingCountsByStatus": ".finding_counts_by_status",
    "FindingDomain": ".finding_domain",
    "FindingFilterRequest": ".finding_filter_request",
    "FindingFilterRequestDomainItem": ".finding_filter_request_domain_item",
    "FindingFilterRequestSeverityItem": ".finding_filter_request_severity_item",
    "FindingFilterRequestStatusItem": ".finding_filter_request_status_item",
    "FindingResponse": ".finding_response",
    "FindingSeverity": ".finding_severity",
    "FindingStatus": ".finding_status",
    "FindingWithDismissal": ".finding_with_dismissal",
    "FindingWithDismissalDomain": ".finding_with_dismissal_domain",
    "FindingWithDismissalResponse": ".finding_with_dismissal_response",
    "FindingWithDismissalSeverity": ".finding_with_dismissal_severity",
    "FindingWithDismissalStatus": ".finding_with_dismissal_status",
    "FindingWithGuard": ".finding_with_guard",
    "FindingWithGuardDomain": ".finding_with_guard_domain",
    "FindingWithGuardResponse": ".finding_with_guard_response",
    "FindingWithGuardSeverity": ".finding_with_guard_severity",
    "FindingWithGuardStatus": ".finding_with_guard_status",
    "Forecast": ".forecast",
    "ForecastBasis": ".forecast_basis",
    "ForecastRange": ".forecast_range",
    "ForecastResponse": ".forecast_response",
    "ForecastStatus": ".forecast_status",
    "GetAlertsChannelItem": ".get_alerts_channel_item",
    "GetAlertsSort": ".get_alerts_sort",
    "GetAlertsStatusItem": ".get_alerts_status_item",
    "GetBulkChangesActionItem": ".get_bulk_changes_action_item",
    "GetBulkChangesSort": ".get_bulk_changes_sort",
    "GetBulkChangesSubjectItem": ".get_bulk_changes_subject_item",
    "GetCampaignsArchived": ".get_campaigns_archived",
    "GetCampaignsByIdIncludeItem": ".get_campaigns_by_id_include_item",
    "GetCampaignsIncludeItem": ".get_campaigns_include_item",
    "GetCampaignsSort": ".get_campaigns_sort",
    "GetDeploysSort": ".get_deploys_sort",
    "GetEventsSort": ".get_events_sort",
    "GetFindingsByIdDismissalsReasonItem": ".get_findings_by_id_dismissals_reason_item",
    "GetFindingsByIdDismissalsSort": ".get_findings_by_id_dismissals_sort",
    "GetFindingsByIdIncludeItem": ".get_findings_by_id_include_item",
    "GetFindingsByIdRegressionsSort": ".get_findings_by_id_regressions_sort",
    "GetFindingsByIdRegressionsStatusItem": ".get_findings_by_id_regressions_status_item",
    "GetFindingsByIdRegressionsTriggerItem": ".get_findings_by_id_regressions_trigger_item",
    "GetFindingsCountsDomainItem": ".get_findings_counts_domain_item",
    "GetFindingsCountsSeverityItem": ".get_findings_counts_severity_item",
    "GetFindingsCountsStatusItem": ".get_findings_counts_status_item",
    "GetFindingsDomainItem": ".get_findings_domain_item",
    "GetFindingsIncludeItem": ".get_findings_include_item",
    "GetFindingsSeverityItem": ".get_findings_severity_item",
    "GetFindingsSort": ".get_findings_sort",
    "GetFindingsStatusItem": ".get_findings_status_item",
    "GetGuardWindowsSort": ".get_guard_windows_sort",
    "GetGuardWindowsStatusItem": ".get_guard_windows_status_item",
    "GetIntegrationsByProviderConflictsFieldItem": ".get_integrations_by_provider_conflicts_field_item",
    "GetIntegrationsByProviderConflictsSort": ".get_integrations_by_provider_conflicts_sort",
    "GetIntegrationsByProviderConflictsStatus": ".get_integrations_by_provider_conflicts_status",
    "GetKeysSort": ".get_keys_sort",
    "GetKeysStatus": ".get_keys_status",
    "GetMembersRoleItem": ".get_members_role_item",
    "GetMembersSort": ".get_members_sort",
    "GetOrganizationEventsSort": ".get_organization_events_sort",
    "GetProjectsArchived": ".get_projects_archived",
    "GetProjectsSort": ".get_projects_sort",
    "GetRegressionsIncludeItem": ".get_regressions_include_item",
    "GetRegressionsSort": ".get_regressions_sort",
    "GetRegressionsStatusItem": ".get_regressions_status_item",
    "GetRegressionsTriggerItem": ".get_regressions_trigger_item",
    "GetReportsByIdDownloadKind": ".get_reports_by_id_download_kind",
    "GetReportsFormatItem": ".get_reports_format_item",
    "GetReportsSharesChannelItem": ".get_reports_shares_channel_item",
    "GetReportsSharesSort": ".get_reports_shares_sort",
    "GetReportsSharesStatusItem": ".get_reports_shares_status_item",
    "GetReportsSort": ".get_reports_sort",
    "GetReportsStatusItem": ".get_reports_status_item",
    "GetReportsSummaryIncludeItem": ".get_reports_summary_include_item",
    "GetSavedViewsShared": ".get_saved_views_shared",
    "GetSavedViewsSort": ".get_saved_views_sort",
    "GetScansByIdResultsOutcomeItem": ".get_scans_by_id_results_outcome_item",
    "GetScansByIdResultsReasonItem": ".get_scans_by_id_results_reason_item",
    "GetScansByIdResultsScannerItem": ".get_scans_by_id_results_scanner_item",
    "GetScansByIdResultsSort": ".get_scans_by_id_results_sort",
    "GetScansSort": ".get_scans_sort",
    "GetScansStatusItem": ".get_scans_status_item",
    "GetScansTriggerItem": ".get_scans_trigger_item",
    "GetSitesMethodItem": ".get_sites_method_item",
    "GetSitesSort": ".get_sites_sort",
    "GetSitesStatusItem": ".get_sites_status_item",
    "GetTasksByIdCommentsSort": ".get_tasks_by_id_comments_sort",
    "GetTasksByIdIncludeItem": ".get_tasks_by_id_include_item",
    "GetTasksCountsPriorityItem": ".get_tasks_counts_priority_item",
    "GetTasksCountsStatusItem": ".get_tasks_counts_status_item",
    "GetTasksIncludeItem": ".get_tasks_include_item",
    "GetTasksOverdue": ".get_tasks_overdue",
    "GetTasksPriorityItem": ".get_tasks_priority_item",
    "GetTasksSort": ".get_tasks_sort",
    "GetTasksStatusItem": ".get_tasks_status_item",
    "GetVerificationsBlockedByItem": ".get_verifications_blocked_by_item",
    "GetVerificationsByIdIncludeItem": ".get_verifications_by_id_include_item",
    "GetVerificationsIncludeItem": ".get_verifications_include_item",
    "GetVerificationsResultItem": ".get_verifications_result_item",
    "GetVerificationsSort": ".get_verifications_sort",
    "GetVerificationsStateItem": ".get_verifications_state_item",
    "GetWebhooksByIdDeliveriesStatus": ".get_webhooks_by_id_deliveries_status",
    "GetWebhooksSort": ".get_webhooks_sort",
    "GetWebhooksStatusItem": ".get_webhooks_status_item",
    "GuardRun": ".guard_run",
    "GuardRunStatus": ".guard_run_status",
    "GuardRunTrigger": ".guard_run_trigger",
    "GuardWindow": ".guard_window",
    "GuardWindowResponse": ".guard_window_response",
    "GuardWindowStatus": ".guard_window_status",
    "GuardWindowWithRuns": ".guard_window_with_runs",
    "GuardWindowWithRunsResponse": ".guard_window_with_runs_response",
    "GuardWindowWithRunsStatus": ".guard_window_with_runs_status",
    "ImportFindingsRequest": ".import_findings_request",
    "ImportFindingsRequestDocumentType0": ".import_findings_request_document_type_0",
    "ImportFindingsRequestFormat": ".import_findings_request_format",
    "Integration": ".integration",
    "IntegrationListItemListResponse": ".integration_list_item_list_response",
    "IntegrationPlaceholder": ".integration_placeholder",
    "IntegrationPlaceholderCredentials": ".integration_placeholder_credentials",
    "IntegrationPlaceholderStatus": ".integration_placeholder_status",
    "IntegrationProvider": ".integration_provider",
    "IntegrationResponse": ".integration_response",
    "IntegrationStatus": ".integration_status",
    "Interval": ".interval",
    "IntervalState": ".interval_state",
    "InviteMemberRequest": ".invite_member_request",
    "InviteMemberRequestRole": ".invite_member_request_role",
    "IssuedApiKey": ".issued_api_key",
    "IssuedApiKeyResponse": ".issued_api_key_response",
    "IssuedApiKeyScopesItem": ".issued_api_key_scopes_item",
    "Labels": ".labels",
    "LabelsRequest": ".labels_request",
    "LabelsResponse": ".labels_response",
    "Limits": ".limits",
    "ListMeta": ".list_meta",
    "LoginMarker": ".login_marker",
    "LoginMarkerRequest": ".login_marker_request",
    "Me": ".me",
    "MeResponse": ".me_response",
    "Member": ".member",
    "MemberResponse": ".member_response",
    "MemberRole": ".member_role",
    "MemberWithWarningsResponse": ".member_with_warnings_response",
    "Meta": ".meta",
    "Organization": ".organization",
    "OrganizationEvent": ".organization_event",
    "OrganizationEventData": ".organization_event_data",
    "OrganizationListResponse": ".organization_list_response",
    "OwnershipAttempt": ".ownership_attempt",
    "OwnershipAttemptMethod": ".ownership_attempt_method",
    "OwnershipFile": ".ownership_file",
    "OwnershipMethods": ".ownership_methods",
    "OwnershipRecord": ".ownership_record",
    "OwnershipTag": ".ownership_tag",
    "PaginatedAlertListResponse": ".paginated_alert_list_response",
    "PaginatedApiKeyListResponse": ".paginated_api_key_list_response",
    "PaginatedBulkChangeListResponse": ".paginated_bulk_change_list_response",
    "PaginatedCampaignWithProgressListResponse": ".paginated_campaign_with_progress_list_response",
    "PaginatedCommentListResponse": ".paginated_comment_list_response",
    "PaginatedConflictListResponse": ".paginated_conflict_list_response",
    "PaginatedDeployListResponse": ".paginated_deploy_list_response",
    "PaginatedDismissalListResponse": ".paginated_dismissal_list_response",
    "PaginatedEventDeliveryListResponse": ".paginated_event_delivery_list_response",
    "PaginatedEventListResponse": ".paginated_event_list_response",
    "PaginatedFindingWithGuardListResponse": ".paginated_finding_with_guard_list_response",
    "PaginatedGuardWindowListResponse": ".paginated_guard_window_list_response",
    "PaginatedListMeta": ".paginated_list_meta",
    "PaginatedMemberListResponse": ".paginated_member_list_response",
    "PaginatedOrganizationEventListResponse": ".paginated_organization_event_list_response",
    "PaginatedPolicyVersionListResponse": ".paginated_policy_version_list_response",
    "PaginatedProjectListResponse": ".paginated_project_list_response",
    "PaginatedRegressionListResponse": ".paginated_regression_list_response",
    "PaginatedRegressionWithDeploysListResponse": ".paginated_regression_with_deploys_list_response",
    "PaginatedReportListResponse": ".paginated_report_list_response",
    "PaginatedSavedViewListResponse": ".paginated_saved_view_list_response",
    "PaginatedScanListResponse": ".paginated_scan_list_response",
    "PaginatedScanResultListResponse": ".paginated_scan_result_list_response",
    "PaginatedShareListResponse": ".paginated_share_list_response",
    "PaginatedSiteListResponse": ".paginated_site_list_response",
    "PaginatedTaskWithFindingListResponse": ".paginated_task_with_finding_list_response",
    "PaginatedVerificationWithTaskListResponse": ".paginated_verification_with_task_list_response",
    "PaginatedWebhookEndpointListResponse": ".paginated_webhook_endpoint_list_response",
    "Policy": ".policy",
    "PolicyAsOfResponse": ".policy_as_of_response",
    "PolicyComparison": ".policy_comparison",
    "PolicyComparisonResponse": ".policy_comparison_response",
    "PolicyDifference": ".policy_difference",
    "PolicyDifferenceChange": ".policy_difference_change",
    "PolicyTestResult": ".policy_test_result",
    "PolicyTestResultSimulation": ".policy_test_result_simulation",
    "PolicyTestResultWithWarningsResponse": ".policy_test_result_with_warnings_response",
    "PolicyVersion": ".policy_version",
    "PolicyVersionResponse": ".policy_version_response",
    "PolicyWithWarningsResponse": ".policy_with_warnings_response",
    "PostPoliciesTestSimulate": ".post_policies_test_simulate",
    "Priority": ".priority",
    "PriorityRequest": ".priority_request",
    "Progress": ".progress",
    "ProgressByStatus": ".progress_by_status",
    "Project": ".project",
    "ProjectResponse": ".project_response",
    "PullRequest": ".pull_request",
    "PullRequestResponse": ".pull_request_response",
    "PullRequestStatus": ".pull_request_status",
    "PutSiteCredentialsRequest": ".put_site_credentials_request",
    "PutSiteCredentialsRequestCookies": ".put_site_credentials_request_cookies",
    "PutSiteCredentialsRequestHeaders": ".put_site_credentials_request_headers",
    "RecommendedFix": ".recommended_fix",
    "RecommendedFixRequest": ".recommended_fix_request",
    "RecordDeployRequest": ".record_deploy_request",
    "Refusal": ".refusal",
    "Regression": ".regression",
    "RegressionStatus": ".regression_status",
    "RegressionTrigger": ".regression_trigger",
    "RegressionWithDeploys": ".regression_with_deploys",
    "RegressionWithDeploysStatus": ".regression_with_deploys_status",
    "RegressionWithDeploysTrigger": ".regression_with_deploys_trigger",
    "ReplacePolicyRequest": ".replace_policy_request",
    "ReplayEventsRequest": ".replay_events_request",
    "ReplayResult": ".replay_result",
    "ReplayResultResponse": ".replay_result_response",
    "Report": ".report",
    "ReportFormat": ".report_format",
    "ReportResponse": ".report_response",
    "ReportSnapshot": ".report_snapshot",
    "ReportStatus": ".report_status",
    "ReportSummary": ".report_summary",
    "ReportSummaryAsOfResponse": ".report_summary_as_of_response",
    "ResolveConflictRequest": ".resolve_conflict_request",
    "ResolveConflictRequestKeep": ".resolve_conflict_request_keep",
    "RestorePolicyRequest": ".restore_policy_request",
    "RiskChanges": ".risk_changes",
    "RotateWebhookSecretRequest": ".rotate_webhook_secret_request",
    "RunScanRequest": ".run_scan_request",
    "RunScanRequestTrigger": ".run_scan_request_trigger",
    "RunVerificationRequest": ".run_verification_request",
    "SaveViewRequest": ".save_view_request",
    "SavedView": ".saved_view",
    "SavedViewResponse": ".saved_view_response",
    "Scan": ".scan",
    "ScanPage": ".scan_page",
    "ScanPageListResponse": ".scan_page_list_response",
    "ScanResponse": ".scan_response",
    "ScanResult": ".scan_result",
    "ScanStatus": ".scan_status",
    "ScanTrigger": ".scan_trigger",
    "SetAlertDestinationRequest": ".set_alert_destination_request",
    "Share": ".share",
    "ShareChannel": ".share_channel",
    "ShareReportRequest": ".share_report_request",
    "ShareReportRequestChannel": ".share_report_request_channel",
    "ShareResponse": ".share_response",
    "ShareResult": ".share_result",
    "ShareResultChannel": ".share_result_channel",
    "ShareResultResponse": ".share_result_response",
    "ShareStatus": ".share_status",
    "Site": ".site",
    "SiteCredentials": ".site_credentials",
    "SiteCredentialsKindsItem": ".site_credentials_kinds_item",
    "SiteCredentialsResponse": ".site_credentials_response",
    "SiteResponse": ".site_response",
    "SlaClock": ".sla_clock",
    "SlaClockOutcome": ".sla_clock_outcome",
    "SlaClockResponse": ".sla_clock_response",
    "SlaClockState": ".sla_clock_state",
    "SlaRecalculation": ".sla_recalculation",
    "SlaRecalculationResponse": ".sla_recalculation_response",
    "SyncRefusal": ".sync_refusal",
    "SyncRun": ".sync_run",
    "SyncRunListResponse": ".sync_run_list_response",
    "SyncRunOutcome": ".sync_run_outcome",
    "SyncSchedule": ".sync_schedule",
    "SyncScheduleProvider": ".sync_schedule_provider",
    "SyncScheduleResponse": ".sync_schedule_response",
    "SyncScheduleStatus": ".sync_schedule_status",
    "Task": ".task",
    "TaskChangesRequest": ".task_changes_request",
    "TaskChangesRequestPriority": ".task_changes_request_priority",
    "TaskChangesRequestStatus": ".task_changes_request_status",
    "TaskCounts": ".task_counts",
    "TaskCountsAsOfResponse": ".task_counts_as_of_response",
    "TaskCountsByPriority": ".task_counts_by_priority",
    "TaskCountsByStatus": ".task_counts_by_status",
    "TaskFilterRequest": ".task_filter_request",
    "TaskFilterRequestPriorityItem": ".task_filter_request_priority_item",
    "TaskFilterRequestStatusItem": ".task_filter_request_status_item",
    "TaskPriority": ".task_priority",
    "TaskResponse": ".task_response",
    "TaskStatus": ".task_status",
    "TaskWithFinding": ".task_with_finding",
    "TaskWithFindingPriority": ".task_with_finding_priority",
    "TaskWithFindingResponse": ".task_with_finding_response",
    "TaskWithFindingStatus": ".task_with_finding_status",
    "TestPolicyRequest": ".test_policy_request",
    "UpdateCampaignRequest": ".update_campaign_request",
    "UpdateFindingRequest": ".update_finding_request",
    "UpdateFindingRequestSeverity": ".update_finding_request_severity",
    "UpdateFindingRequestStatus": ".update_finding_request_status",
    "UpdateMemberRequest": ".update_member_request",
    "UpdateMemberRequestRole": ".update_member_request_role",
    "UpdateProjectRequest": ".update_project_request",
    "UpdateSavedViewRequest": ".update_saved_view_request",
    "UpdateTaskRequest": ".update_task_request",
    "UpdateTaskRequestPriority": ".update_task_request_priority",
    "UpdateTaskRequestStatus": ".update_task_request_status",
    "UpdateWebhookEndpointRequest": ".update_webhook_endpoint_request",
    "UpdateWebhookEndpointRequestStatus": ".update_webhook_endpoint_request_status",
    "Usage": ".usage",
    "UsageResponse": ".usage_response",
    "Verification": ".verification",
    "VerificationCheck": ".verification_check",
    "VerificationCheckStatus": ".verification_check_status",
    "VerificationEvidence": ".verification_evidence",
    "VerificationEvidenceChecksItem": ".verification_evidence_checks_item",
    "VerificationEvidenceKeysItem": ".verification_evidence_keys_item",
    "VerificationEvidenceResponse": ".verification_evidence_response",
    "VerificationEvidenceVerdictsItem": ".verification_evidence_verdicts_item",
    "VerificationResponse": ".verification_response",
    "VerificationResult": ".verification_result",
    "VerificationWithTask": ".verification_with_task",
    "VerificationWithTaskResponse": ".verification_with_task_response",
    "VerificationWithTaskResult": ".verification_with_task_result",
    "VerificationWithTaskState": ".verification_with_task_state",
    "VerificationWithWarningsResponse": ".verification_with_warnings_response",
    "WarningsMeta": ".warnings_meta",
    "Webhook": ".webhook",
    "WebhookEndpoint": ".webhook_endpoint",
    "WebhookEndpointResponse": ".webhook_endpoint_response",
    "WebhookEndpointStatus": ".webhook_endpoint_status",
    "WebhookEndpointWithSecret": ".webhook_endpoint_with_secret",
    "WebhookEndpointWithSecretResponse": ".webhook_endpoint_with_secret_response",
    "WebhookEndpointWithSecretStatus": ".webhook_endpoint_with_secret_status",
    "WebhookResponse": ".webhook_response",
    "WebhookWithSecret": ".webhook_with_secret",
    "WebhookWithSecretResponse": ".webhook_with_secret_response",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    model = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = model
    return model
