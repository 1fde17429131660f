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
    from .campaign import Campaign
    from .campaign_burn_down import CampaignBurnDown
    from .campaign_day import CampaignDay
    from .campaign_tasks_request import CampaignTasksRequest
    from .campaign_tasks_result import CampaignTasksResult
    from .campaign_with_progress import CampaignWithProgress
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
    from .delete_keys_by_key_id_response_2xx_meta import (
        DeleteKeysByKeyIdResponse2XXMeta,
    )
    from .delete_members_by_user_id_response_2xx import DeleteMembersByUserIdResponse2XX
    from .delete_members_by_user_id_response_2xx_meta import (
        DeleteMembersByUserIdResponse2XXMeta,
    )
    from .delete_reports_shares_by_id_response_2xx import (
        DeleteReportsSharesByIdResponse2XX,
    )
    from .delete_reports_shares_by_id_response_2xx_meta import (
        DeleteReportsSharesByIdResponse2XXMeta,
    )
    from .delete_saved_views_by_id_response_2xx import DeleteSavedViewsByIdResponse2XX
    from .delete_saved_views_by_id_response_2xx_meta import (
        DeleteSavedViewsByIdResponse2XXMeta,
    )
    from .delete_tasks_by_id_comments_by_comment_id_response_2xx import (
        DeleteTasksByIdCommentsByCommentIdResponse2XX,
    )
    from .delete_tasks_by_id_comments_by_comment_id_response_2xx_meta import (
        DeleteTasksByIdCommentsByCommentIdResponse2XXMeta,
    )
    from .delete_webhooks_by_id_response_2xx import DeleteWebhooksByIdResponse2XX
    from .delete_webhooks_by_id_response_2xx_meta import (
        DeleteWebhooksByIdResponse2XXMeta,
    )
    from .delivery_attempt import DeliveryAttempt
    from .deploy import Deploy
    from .deploy_source import DeploySource
    from .described_regression import DescribedRegression
    from .described_regression_status import DescribedRegressionStatus
    from .described_regression_trigger import DescribedRegressionTrigger
    from .described_verification import DescribedVerification
    from .described_verification_result import DescribedVerificationResult
    from .described_verification_state import DescribedVerificationState
    from .dismiss_finding_request import DismissFindingRequest
    from .dismiss_finding_request_reason import DismissFindingRequestReason
    from .dismissal import Dismissal
    from .dismissal_end_reason_type_1 import DismissalEndReasonType1
    from .dismissal_end_reason_type_2_type_1 import DismissalEndReasonType2Type1
    from .dismissal_end_reason_type_3_type_1 import DismissalEndReasonType3Type1
    from .dismissal_reason import DismissalReason
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
    from .extend_due_date_request import ExtendDueDateRequest
    from .extension import Extension
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
    from .finding_with_dismissal import FindingWithDismissal
    from .finding_with_dismissal_domain import FindingWithDismissalDomain
    from .finding_with_dismissal_severity import FindingWithDismissalSeverity
    from .finding_with_dismissal_status import FindingWithDismissalStatus
    from .finding_with_guard import FindingWithGuard
    from .finding_with_guard_domain import FindingWithGuardDomain
    from .finding_with_guard_severity import FindingWithGuardSeverity
    from .finding_with_guard_status import FindingWithGuardStatus
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
    from .get_bulk_changes_by_id_response_2xx_meta import (
        GetBulkChangesByIdResponse2XXMeta,
    )
    from .get_bulk_changes_response_2xx import GetBulkChangesResponse2XX
    from .get_bulk_changes_response_2xx_meta import GetBulkChangesResponse2XXMeta
    from .get_bulk_changes_sort import GetBulkChangesSort
    from .get_bulk_changes_subject_item import GetBulkChangesSubjectItem
    from .get_campaigns_archived import GetCampaignsArchived
    from .get_campaigns_by_id_burn_down_response_2xx import (
        GetCampaignsByIdBurnDownResponse2XX,
    )
    from .get_campaigns_by_id_burn_down_response_2xx_meta import (
        GetCampaignsByIdBurnDownResponse2XXMeta,
    )
    from .get_campaigns_by_id_include_item import GetCampaignsByIdIncludeItem
    from .get_campaigns_by_id_response_2xx import GetCampaignsByIdResponse2XX
    from .get_campaigns_by_id_response_2xx_meta import GetCampaignsByIdResponse2XXMeta
    from .get_campaigns_include_item import GetCampaignsIncludeItem
    from .get_campaigns_response_2xx import GetCampaignsResponse2XX
    from .get_campaigns_response_2xx_meta import GetCampaignsResponse2XXMeta
    from .get_campaigns_sort import GetCampaignsSort
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
    from .get_findings_by_id_dismissals_reason_item import (
        GetFindingsByIdDismissalsReasonItem,
    )
    from .get_findings_by_id_dismissals_response_2xx import (
        GetFindingsByIdDismissalsResponse2XX,
    )
    from .get_findings_by_id_dismissals_response_2xx_meta import (
        GetFindingsByIdDismissalsResponse2XXMeta,
    )
    from .get_findings_by_id_dismissals_sort import GetFindingsByIdDismissalsSort
    from .get_findings_by_id_include_item import GetFindingsByIdIncludeItem
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
    from .get_findings_include_item import GetFindingsIncludeItem
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
    from .get_keys_sort import GetKeysSort
    from .get_keys_status import GetKeysStatus
    from .get_labels_response_2xx import GetLabelsResponse2XX
    from .get_labels_response_2xx_meta import GetLabelsResponse2XXMeta
    from .get_me_response_2xx import GetMeResponse2XX
    from .get_me_response_2xx_meta import GetMeResponse2XXMeta
    from .get_members_by_user_id_response_2xx import GetMembersByUserIdResponse2XX
    from .get_members_by_user_id_response_2xx_meta import (
        GetMembersByUserIdResponse2XXMeta,
    )
    from .get_members_response_2xx import GetMembersResponse2XX
    from .get_members_response_2xx_meta import GetMembersResponse2XXMeta
    from .get_members_role_item import GetMembersRoleItem
    from .get_members_sort import GetMembersSort
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
    from .get_policies_current_recalculation_response_2xx import (
        GetPoliciesCurrentRecalculationResponse2XX,
    )
    from .get_policies_current_recalculation_response_2xx_meta import (
        GetPoliciesCurrentRecalculationResponse2XXMeta,
    )
    from .get_policies_current_response_2xx import GetPoliciesCurrentResponse2XX
    from .get_policies_current_response_2xx_meta import (
        GetPoliciesCurrentResponse2XXMeta,
    )
    from .get_policies_response_2xx import GetPoliciesResponse2XX
    from .get_policies_response_2xx_meta import GetPoliciesResponse2XXMeta
    from .get_projects_archived import GetProjectsArchived
    from .get_projects_by_project_id_response_2xx import (
        GetProjectsByProjectIdResponse2XX,
    )
    from .get_projects_by_project_id_response_2xx_meta import (
        GetProjectsByProjectIdResponse2XXMeta,
    )
    from .get_projects_response_2xx import GetProjectsResponse2XX
    from .get_projects_response_2xx_meta import GetProjectsResponse2XXMeta
    from .get_projects_sort import GetProjectsSort
    from .get_regressions_include_item import GetRegressionsIncludeItem
    from .get_regressions_response_2xx import GetRegressionsResponse2XX
    from .get_regressions_response_2xx_meta import GetRegressionsResponse2XXMeta
    from .get_regressions_sort import GetRegressionsSort
    from .get_regressions_status_item import GetRegressionsStatusItem
    from .get_regressions_trigger_item import GetRegressionsTriggerItem
    from .get_reports_burn_down_response_2xx import GetReportsBurnDownResponse2XX
    from .get_reports_burn_down_response_2xx_meta import (
        GetReportsBurnDownResponse2XXMeta,
    )
    from .get_reports_by_id_download_kind import GetReportsByIdDownloadKind
    from .get_reports_by_id_response_2xx import GetReportsByIdResponse2XX
    from .get_reports_by_id_response_2xx_meta import GetReportsByIdResponse2XXMeta
    from .get_reports_forecast_response_2xx import GetReportsForecastResponse2XX
    from .get_reports_forecast_response_2xx_meta import (
        GetReportsForecastResponse2XXMeta,
    )
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
    from .get_reports_summary_include_item import GetReportsSummaryIncludeItem
    from .get_reports_summary_response_2xx import GetReportsSummaryResponse2XX
    from .get_reports_summary_response_2xx_meta import GetReportsSummaryResponse2XXMeta
    from .get_saved_views_by_id_response_2xx import GetSavedViewsByIdResponse2XX
    from .get_saved_views_by_id_response_2xx_meta import (
        GetSavedViewsByIdResponse2XXMeta,
    )
    from .get_saved_views_response_2xx import GetSavedViewsResponse2XX
    from .get_saved_views_response_2xx_meta import GetSavedViewsResponse2XXMeta
    from .get_saved_views_shared import GetSavedViewsShared
    from .get_saved_views_sort import GetSavedViewsSort
    from .get_scans_by_id_pages_response_2xx import GetScansByIdPagesResponse2XX
    from .get_scans_by_id_pages_response_2xx_meta import (
        GetScansByIdPagesResponse2XXMeta,
    )
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
    from .get_tasks_by_id_include_item import GetTasksByIdIncludeItem
    from .get_tasks_by_id_labels_response_2xx import GetTasksByIdLabelsResponse2XX
    from .get_tasks_by_id_labels_response_2xx_meta import (
        GetTasksByIdLabelsResponse2XXMeta,
    )
    from .get_tasks_by_id_pull_request_response_2xx import (
        GetTasksByIdPullRequestResponse2XX,
    )
    from .get_tasks_by_id_pull_request_response_2xx_meta import (
        GetTasksByIdPullRequestResponse2XXMeta,
    )
    from .get_tasks_by_id_response_2xx import GetTasksByIdResponse2XX
    from .get_tasks_by_id_response_2xx_meta import GetTasksByIdResponse2XXMeta
    from .get_tasks_by_id_sla_response_2xx import GetTasksByIdSlaResponse2XX
    from .get_tasks_by_id_sla_response_2xx_meta import GetTasksByIdSlaResponse2XXMeta
    from .get_tasks_counts_priority_item import GetTasksCountsPriorityItem
    from .get_tasks_counts_response_2xx import GetTasksCountsResponse2XX
    from .get_tasks_counts_response_2xx_meta import GetTasksCountsResponse2XXMeta
    from .get_tasks_counts_status_item import GetTasksCountsStatusItem
    from .get_tasks_include_item import GetTasksIncludeItem
    from .get_tasks_overdue import GetTasksOverdue
    from .get_tasks_priority_item import GetTasksPriorityItem
    from .get_tasks_response_2xx import GetTasksResponse2XX
    from .get_tasks_response_2xx_meta import GetTasksResponse2XXMeta
    from .get_tasks_sort import GetTasksSort
    from .get_tasks_status_item import GetTasksStatusItem
    from .get_usage_response_2xx import GetUsageResponse2XX
    from .get_usage_response_2xx_meta import GetUsageResponse2XXMeta
    from .get_verifications_blocked_by_item import GetVerificationsBlockedByItem
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
    from .get_verifications_by_id_include_item import GetVerificationsByIdIncludeItem
    from .get_verifications_by_id_response_2xx import GetVerificationsByIdResponse2XX
    from .get_verifications_by_id_response_2xx_meta import (
        GetVerificationsByIdResponse2XXMeta,
    )
    from .get_verifications_include_item import GetVerificationsIncludeItem
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
    from .import_findings_request_document_type_0 import (
        ImportFindingsRequestDocumentType0,
    )
    from .import_findings_request_format import ImportFindingsRequestFormat
    from .integration import Integration
    from .integration_placeholder import IntegrationPlaceholder
    from .integration_placeholder_credentials import IntegrationPlaceholderCredentials
    from .integration_placeholder_status import IntegrationPlaceholderStatus
    from .integration_provider import IntegrationProvider
    from .integration_status import IntegrationStatus
    from .interval import Interval
    from .interval_state import IntervalState
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
    from .patch_campaigns_by_id_response_2xx import PatchCampaignsByIdResponse2XX
    from .patch_campaigns_by_id_response_2xx_meta import (
        PatchCampaignsByIdResponse2XXMeta,
    )
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
    from .patch_saved_views_by_id_response_2xx import PatchSavedViewsByIdResponse2XX
    from .patch_saved_views_by_id_response_2xx_meta import (
        PatchSavedViewsByIdResponse2XXMeta,
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
    from .post_campaigns_by_id_add_tasks_response_2xx import (
        PostCampaignsByIdAddTasksResponse2XX,
    )
    from .post_campaigns_by_id_add_tasks_response_2xx_meta import (
        PostCampaignsByIdAddTasksResponse2XXMeta,
    )
    from .post_campaigns_by_id_archive_response_2xx import (
        PostCampaignsByIdArchiveResponse2XX,
    )
    from .post_campaigns_by_id_archive_response_2xx_meta import (
        PostCampaignsByIdArchiveResponse2XXMeta,
    )
    from .post_campaigns_by_id_remove_tasks_response_2xx import (
        PostCampaignsByIdRemoveTasksResponse2XX,
    )
    from .post_campaigns_by_id_remove_tasks_response_2xx_meta import (
        PostCampaignsByIdRemoveTasksResponse2XXMeta,
    )
    from .post_campaigns_by_id_restore_response_2xx import (
        PostCampaignsByIdRestoreResponse2XX,
    )
    from .post_campaigns_by_id_restore_response_2xx_meta import (
        PostCampaignsByIdRestoreResponse2XXMeta,
    )
    from .post_campaigns_response_2xx import PostCampaignsResponse2XX
    from .post_campaigns_response_2xx_meta import PostCampaignsResponse2XXMeta
    from .post_deploys_response_2xx import PostDeploysResponse2XX
    from .post_deploys_response_2xx_meta import PostDeploysResponse2XXMeta
    from .post_findings_bulk_response_2xx import PostFindingsBulkResponse2XX
    from .post_findings_bulk_response_2xx_meta import PostFindingsBulkResponse2XXMeta
    from .post_findings_bulk_update_response_2xx import (
        PostFindingsBulkUpdateResponse2XX,
    )
    from .post_findings_bulk_update_response_2xx_meta import (
        PostFindingsBulkUpdateResponse2XXMeta,
    )
    from .post_findings_by_id_dismiss_response_2xx import (
        PostFindingsByIdDismissResponse2XX,
    )
    from .post_findings_by_id_dismiss_response_2xx_meta import (
        PostFindingsByIdDismissResponse2XXMeta,
    )
    from .post_findings_import_response_2xx import PostFindingsImportResponse2XX
    from .post_findings_import_response_2xx_meta import (
        PostFindingsImportResponse2XXMeta,
    )
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
    from .post_policies_by_id_restore_response_2xx import (
        PostPoliciesByIdRestoreResponse2XX,
    )
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
    from .post_saved_views_response_2xx import PostSavedViewsResponse2XX
    from .post_saved_views_response_2xx_meta import PostSavedViewsResponse2XXMeta
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
    from .post_tasks_bulk_update_response_2xx_meta import (
        PostTasksBulkUpdateResponse2XXMeta,
    )
    from .post_tasks_by_id_comments_response_2xx import PostTasksByIdCommentsResponse2XX
    from .post_tasks_by_id_comments_response_2xx_meta import (
        PostTasksByIdCommentsResponse2XXMeta,
    )
    from .post_tasks_by_id_sla_extend_response_2xx import (
        PostTasksByIdSlaExtendResponse2XX,
    )
    from .post_tasks_by_id_sla_extend_response_2xx_meta import (
        PostTasksByIdSlaExtendResponse2XXMeta,
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
    from .post_webhooks_by_id_replay_response_2xx import (
        PostWebhooksByIdReplayResponse2XX,
    )
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
    from .progress import Progress
    from .progress_by_status import ProgressByStatus
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
    from .put_policies_current_response_2xx_meta import (
        PutPoliciesCurrentResponse2XXMeta,
    )
    from .put_site_credentials_request import PutSiteCredentialsRequest
    from .put_site_credentials_request_cookies import PutSiteCredentialsRequestCookies
    from .put_site_credentials_request_headers import PutSiteCredentialsRequestHeaders
    from .put_tasks_by_id_labels_response_2xx import PutTasksByIdLabelsResponse2XX
    from .put_tasks_by_id_labels_response_2xx_meta import (
        PutTasksByIdLabelsResponse2XXMeta,
    )
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
    from .save_view_request import SaveViewRequest
    from .saved_view import SavedView
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
    from .sla_clock import SlaClock
    from .sla_clock_outcome_type_1 import SlaClockOutcomeType1
    from .sla_clock_outcome_type_2_type_1 import SlaClockOutcomeType2Type1
    from .sla_clock_outcome_type_3_type_1 import SlaClockOutcomeType3Type1
    from .sla_clock_state import SlaClockState
    from .sla_recalculation import SlaRecalculation
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
    from .webhook_with_secret import WebhookWithSecret

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
    "Campaign",
    "CampaignBurnDown",
    "CampaignDay",
    "CampaignTasksRequest",
    "CampaignTasksResult",
    "CampaignWithProgress",
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
    "DeleteSavedViewsByIdResponse2XX",
    "DeleteSavedViewsByIdResponse2XXMeta",
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
    "Dismissal",
    "DismissalEndReasonType1",
    "DismissalEndReasonType2Type1",
    "DismissalEndReasonType3Type1",
    "DismissalReason",
    "DismissFindingRequest",
    "DismissFindingRequestReason",
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
    "ExtendDueDateRequest",
    "Extension",
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
    "FindingWithDismissal",
    "FindingWithDismissalDomain",
    "FindingWithDismissalSeverity",
    "FindingWithDismissalStatus",
    "FindingWithGuard",
    "FindingWithGuardDomain",
    "FindingWithGuardSeverity",
    "FindingWithGuardStatus",
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
    "GetCampaignsArchived",
    "GetCampaignsByIdBurnDownResponse2XX",
    "GetCampaignsByIdBurnDownResponse2XXMeta",
    "GetCampaignsByIdIncludeItem",
    "GetCampaignsByIdResponse2XX",
    "GetCampaignsByIdResponse2XXMeta",
    "GetCampaignsIncludeItem",
    "GetCampaignsResponse2XX",
    "GetCampaignsResponse2XXMeta",
    "GetCampaignsSort",
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
    "GetFindingsByIdDismissalsReasonItem",
    "GetFindingsByIdDismissalsResponse2XX",
    "GetFindingsByIdDismissalsResponse2XXMeta",
    "GetFindingsByIdDismissalsSort",
    "GetFindingsByIdIncludeItem",
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
    "GetFindingsIncludeItem",
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
    "GetKeysSort",
    "GetKeysStatus",
    "GetLabelsResponse2XX",
    "GetLabelsResponse2XXMeta",
    "GetMembersByUserIdResponse2XX",
    "GetMembersByUserIdResponse2XXMeta",
    "GetMembersResponse2XX",
    "GetMembersResponse2XXMeta",
    "GetMembersRoleItem",
    "GetMembersSort",
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
    "GetPoliciesCurrentRecalculationResponse2XX",
    "GetPoliciesCurrentRecalculationResponse2XXMeta",
    "GetPoliciesCurrentResponse2XX",
    "GetPoliciesCurrentResponse2XXMeta",
    "GetPoliciesResponse2XX",
    "GetPoliciesResponse2XXMeta",
    "GetProjectsArchived",
    "GetProjectsByProjectIdResponse2XX",
    "GetProjectsByProjectIdResponse2XXMeta",
    "GetProjectsResponse2XX",
    "GetProjectsResponse2XXMeta",
    "GetProjectsSort",
    "GetRegressionsIncludeItem",
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
    "GetReportsSummaryIncludeItem",
    "GetReportsSummaryResponse2XX",
    "GetReportsSummaryResponse2XXMeta",
    "GetSavedViewsByIdResponse2XX",
    "GetSavedViewsByIdResponse2XXMeta",
    "GetSavedViewsResponse2XX",
    "GetSavedViewsResponse2XXMeta",
    "GetSavedViewsShared",
    "GetSavedViewsSort",
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
    "GetTasksByIdIncludeItem",
    "GetTasksByIdLabelsResponse2XX",
    "GetTasksByIdLabelsResponse2XXMeta",
    "GetTasksByIdPullRequestResponse2XX",
    "GetTasksByIdPullRequestResponse2XXMeta",
    "GetTasksByIdResponse2XX",
    "GetTasksByIdResponse2XXMeta",
    "GetTasksByIdSlaResponse2XX",
    "GetTasksByIdSlaResponse2XXMeta",
    "GetTasksCountsPriorityItem",
    "GetTasksCountsResponse2XX",
    "GetTasksCountsResponse2XXMeta",
    "GetTasksCountsStatusItem",
    "GetTasksIncludeItem",
    "GetTasksOverdue",
    "GetTasksPriorityItem",
    "GetTasksResponse2XX",
    "GetTasksResponse2XXMeta",
    "GetTasksSort",
    "GetTasksStatusItem",
    "GetUsageResponse2XX",
    "GetUsageResponse2XXMeta",
    "GetVerificationsBlockedByItem",
    "GetVerificationsByIdApprovalsResponse2XX",
    "GetVerificationsByIdApprovalsResponse2XXMeta",
    "GetVerificationsByIdEvidenceResponse2XX",
    "GetVerificationsByIdEvidenceResponse2XXMeta",
    "GetVerificationsByIdIncludeItem",
    "GetVerificationsByIdResponse2XX",
    "GetVerificationsByIdResponse2XXMeta",
    "GetVerificationsIncludeItem",
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
    "Interval",
    "IntervalState",
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
    "PatchCampaignsByIdResponse2XX",
    "PatchCampaignsByIdResponse2XXMeta",
    "PatchFindingsByIdResponse2XX",
    "PatchFindingsByIdResponse2XXMeta",
    "PatchMembersByUserIdResponse2XX",
    "PatchMembersByUserIdResponse2XXMeta",
    "PatchProjectsByProjectIdResponse2XX",
    "PatchProjectsByProjectIdResponse2XXMeta",
    "PatchSavedViewsByIdResponse2XX",
    "PatchSavedViewsByIdResponse2XXMeta",
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
    "PostCampaignsByIdAddTasksResponse2XX",
    "PostCampaignsByIdAddTasksResponse2XXMeta",
    "PostCampaignsByIdArchiveResponse2XX",
    "PostCampaignsByIdArchiveResponse2XXMeta",
    "PostCampaignsByIdRemoveTasksResponse2XX",
    "PostCampaignsByIdRemoveTasksResponse2XXMeta",
    "PostCampaignsByIdRestoreResponse2XX",
    "PostCampaignsByIdRestoreResponse2XXMeta",
    "PostCampaignsResponse2XX",
    "PostCampaignsResponse2XXMeta",
    "PostDeploysResponse2XX",
    "PostDeploysResponse2XXMeta",
    "PostFindingsBulkResponse2XX",
    "PostFindingsBulkResponse2XXMeta",
    "PostFindingsBulkUpdateResponse2XX",
    "PostFindingsBulkUpdateResponse2XXMeta",
    "PostFindingsByIdDismissResponse2XX",
    "PostFindingsByIdDismissResponse2XXMeta",
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
    "PostSavedViewsResponse2XX",
    "PostSavedViewsResponse2XXMeta",
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
    "PostTasksByIdSlaExtendResponse2XX",
    "PostTasksByIdSlaExtendResponse2XXMeta",
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
    "Progress",
    "ProgressByStatus",
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
    "SavedView",
    "SaveViewRequest",
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
    "SlaClock",
    "SlaClockOutcomeType1",
    "SlaClockOutcomeType2Type1",
    "SlaClockOutcomeType3Type1",
    "SlaClockState",
    "SlaRecalculation",
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
    "WebhookWithSecret",
)
_MODULES = {
    "AffectedAsset": ".affected_asset",
    "AffectedAssetRequest": ".affected_asset_request",
    "Alert": ".alert",
    "AlertChannel": ".alert_channel",
    "AlertCounts": ".alert_counts",
    "AlertDestination": ".alert_destination",
    "AlertStatus": ".alert_status",
    "AlertWorstItem": ".alert_worst_item",
    "ApiKey": ".api_key",
    "ApiKeyScopesItem": ".api_key_scopes_item",
    "Approval": ".approval",
    "ApprovalState": ".approval_state",
    "ApproveVerificationRequest": ".approve_verification_request",
    "BasicAuthRequest": ".basic_auth_request",
    "BulkChange": ".bulk_change",
    "BulkChangeAction": ".bulk_change_action",
    "BulkCreateFindingsRequest": ".bulk_create_findings_request",
    "BulkCreateFindingsRequestMode": ".bulk_create_findings_request_mode",
    "BulkCreateTasksRequest": ".bulk_create_tasks_request",
    "BulkCreateTasksRequestMode": ".bulk_create_tasks_request_mode",
    "BulkCreateTasksResult": ".bulk_create_tasks_result",
    "BulkResult": ".bulk_result",
    "BulkResultItem": ".bulk_result_item",
    "BulkResultItemDetailsType0": ".bulk_result_item_details_type_0",
    "BulkResultItemStatus": ".bulk_result_item_status",
    "BulkTaskResultItem": ".bulk_task_result_item",
    "BulkTaskResultItemDetailsType0": ".bulk_task_result_item_details_type_0",
    "BulkTaskResultItemStatus": ".bulk_task_result_item_status",
    "BulkUpdateFindingsRequest": ".bulk_update_findings_request",
    "BulkUpdateFindingsRequestMode": ".bulk_update_findings_request_mode",
    "BulkUpdateResult": ".bulk_update_result",
    "BulkUpdateTasksRequest": ".bulk_update_tasks_request",
    "BulkUpdateTasksRequestMode": ".bulk_update_tasks_request_mode",
    "BurnDown": ".burn_down",
    "BurnDownDay": ".burn_down_day",
    "Campaign": ".campaign",
    "CampaignBurnDown": ".campaign_burn_down",
    "CampaignDay": ".campaign_day",
    "CampaignTasksRequest": ".campaign_tasks_request",
    "CampaignTasksResult": ".campaign_tasks_result",
    "CampaignWithProgress": ".campaign_with_progress",
    "Check": ".check",
    "CheckDomain": ".check_domain",
    "CheckKind": ".check_kind",
    "CheckOutcomes": ".check_outcomes",
    "CheckReliability": ".check_reliability",
    "CheckSeverity": ".check_severity",
    "CheckThreshold": ".check_threshold",
    "CheckThresholdDirection": ".check_threshold_direction",
    "CommandCenter": ".command_center",
    "CommandCenterFindingsByDomain": ".command_center_findings_by_domain",
    "CommandCenterFindingsBySeverity": ".command_center_findings_by_severity",
    "CommandCenterFindingsByStatus": ".command_center_findings_by_status",
    "CommandCenterTasksByStatus": ".command_center_tasks_by_status",
    "Comment": ".comment",
    "CommentRequest": ".comment_request",
    "Conflict": ".conflict",
    "ConflictField": ".conflict_field",
    "ConflictKept": ".conflict_kept",
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
    "DeleteAccessResponse2XX": ".delete_access_response_2xx",
    "DeleteAccessResponse2XXMeta": ".delete_access_response_2xx_meta",
    "DeleteAlertsDestinationsByChannelResponse2XX": ".delete_alerts_destinations_by_channel_response_2xx",
    "DeleteAlertsDestinationsByChannelResponse2XXMeta": ".delete_alerts_destinations_by_channel_response_2xx_meta",
    "DeleteIntegrationsByProviderResponse2XX": ".delete_integrations_by_provider_response_2xx",
    "DeleteIntegrationsByProviderResponse2XXMeta": ".delete_integrations_by_provider_response_2xx_meta",
    "DeleteIntegrationsByProviderWebhookResponse2XX": ".delete_integrations_by_provider_webhook_response_2xx",
    "DeleteIntegrationsByProviderWebhookResponse2XXMeta": ".delete_integrations_by_provider_webhook_response_2xx_meta",
    "DeleteKeysByKeyIdResponse2XX": ".delete_keys_by_key_id_response_2xx",
    "DeleteKeysByKeyIdResponse2XXMeta": ".delete_keys_by_key_id_response_2xx_meta",
    "DeleteMembersByUserIdResponse2XX": ".delete_members_by_user_id_response_2xx",
    "DeleteMembersByUserIdResponse2XXMeta": ".delete_members_by_user_id_response_2xx_meta",
    "DeleteReportsSharesByIdResponse2XX": ".delete_reports_shares_by_id_response_2xx",
    "DeleteReportsSharesByIdResponse2XXMeta": ".delete_reports_shares_by_id_response_2xx_meta",
    "DeleteSavedViewsByIdResponse2XX": ".delete_saved_views_by_id_response_2xx",
    "DeleteSavedViewsByIdResponse2XXMeta": ".delete_saved_views_by_id_response_2xx_meta",
    "DeleteTasksByIdCommentsByCommentIdResponse2XX": ".delete_tasks_by_id_comments_by_comment_id_response_2xx",
    "DeleteTasksByIdCommentsByCommentIdResponse2XXMeta": ".delete_tasks_by_id_comments_by_comment_id_response_2xx_meta",
    "DeleteWebhooksByIdResponse2XX": ".delete_webhooks_by_id_response_2xx",
    "DeleteWebhooksByIdResponse2XXMeta": ".delete_webhooks_by_id_response_2xx_meta",
    "DeliveryAttempt": ".delivery_attempt",
    "Deploy": ".deploy",
    "DeploySource": ".deploy_source",
    "DescribedRegression": ".described_regression",
    "DescribedRegressionStatus": ".described_regression_status",
    "DescribedRegressionTrigger": ".described_regression_trigger",
    "DescribedVerification": ".described_verification",
    "DescribedVerificationResult": ".described_verification_result",
    "DescribedVerificationState": ".described_verification_state",
    "DismissFindingRequest": ".dismiss_finding_request",
    "DismissFindingRequestReason": ".dismiss_finding_request_reason",
    "Dismissal": ".dismissal",
    "DismissalEndReasonType1": ".dismissal_end_reason_type_1",
    "DismissalEndReasonType2Type1": ".dismissal_end_reason_type_2_type_1",
    "DismissalEndReasonType3Type1": ".dismissal_end_reason_type_3_type_1",
    "DismissalReason": ".dismissal_reason",
    "Effect": ".effect",
    "Error": ".error",
    "ErrorCode": ".error_code",
    "ErrorError": ".error_error",
    "ErrorErrorDetails": ".error_error_details",
    "ErrorMeta": ".error_meta",
    "Event": ".event",
    "EventData": ".event_data",
    "EventDelivery": ".event_delivery",
    "EventDeliveryDetail": ".event_delivery_detail",
    "EventDeliveryDetailStatus": ".event_delivery_detail_status",
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
    "FindingCountsByDomain": ".finding_counts_by_domain",
    "FindingCountsBySeverity": ".finding_counts_by_severity",
    "FindingCountsByStatus": ".finding_counts_by_status",
    "FindingDomain": ".finding_domain",
    "FindingFilterRequest": ".finding_filter_request",
    "FindingFilterRequestDomainItem": ".finding_filter_request_domain_item",
    "FindingFilterRequestSeverityItem": ".finding_filter_request_severity_item",
    "FindingFilterRequestStatusItem": ".finding_filter_request_status_item",
    "FindingSeverity": ".finding_severity",
    "FindingStatus": ".finding_status",
    "FindingWithDismissal": ".finding_with_dismissal",
    "FindingWithDismissalDomain": ".finding_with_dismissal_domain",
    "FindingWithDismissalSeverity": ".finding_with_dismissal_severity",
    "FindingWithDismissalStatus": ".finding_with_dismissal_status",
    "FindingWithGuard": ".finding_with_guard",
    "FindingWithGuardDomain": ".finding_with_guard_domain",
    "FindingWithGuardSeverity": ".finding_with_guard_severity",
    "FindingWithGuardStatus": ".finding_with_guard_status",
    "Forecast": ".forecast",
    "ForecastBasis": ".forecast_basis",
    "ForecastRange": ".forecast_range",
    "ForecastStatus": ".forecast_status",
    "GetAccessResponse2XX": ".get_access_response_2xx",
    "GetAccessResponse2XXMeta": ".get_access_response_2xx_meta",
    "GetAlertsChannelItem": ".get_alerts_channel_item",
    "GetAlertsDestinationsByChannelResponse2XX": ".get_alerts_destinations_by_channel_response_2xx",
    "GetAlertsDestinationsByChannelResponse2XXMeta": ".get_alerts_destinations_by_channel_response_2xx_meta",
    "GetAlertsDestinationsResponse2XX": ".get_alerts_destinations_response_2xx",
    "GetAlertsDestinationsResponse2XXMeta": ".get_alerts_destinations_response_2xx_meta",
    "GetAlertsResponse2XX": ".get_alerts_response_2xx",
    "GetAlertsResponse2XXMeta": ".get_alerts_response_2xx_meta",
    "GetAlertsSort": ".get_alerts_sort",
    "GetAlertsStatusItem": ".get_alerts_status_item",
    "GetBulkChangesActionItem": ".get_bulk_changes_action_item",
    "GetBulkChangesByIdResponse2XX": ".get_bulk_changes_by_id_response_2xx",
    "GetBulkChangesByIdResponse2XXMeta": ".get_bulk_changes_by_id_response_2xx_meta",
    "GetBulkChangesResponse2XX": ".get_bulk_changes_response_2xx",
    "GetBulkChangesResponse2XXMeta": ".get_bulk_changes_response_2xx_meta",
    "GetBulkChangesSort": ".get_bulk_changes_sort",
    "GetBulkChangesSubjectItem": ".get_bulk_changes_subject_item",
    "GetCampaignsArchived": ".get_campaigns_archived",
    "GetCampaignsByIdBurnDownResponse2XX": ".get_campaigns_by_id_burn_down_response_2xx",
    "GetCampaignsByIdBurnDownResponse2XXMeta": ".get_campaigns_by_id_burn_down_response_2xx_meta",
    "GetCampaignsByIdIncludeItem": ".get_campaigns_by_id_include_item",
    "GetCampaignsByIdResponse2XX": ".get_campaigns_by_id_response_2xx",
    "GetCampaignsByIdResponse2XXMeta": ".get_campaigns_by_id_response_2xx_meta",
    "GetCampaignsIncludeItem": ".get_campaigns_include_item",
    "GetCampaignsResponse2XX": ".get_campaigns_response_2xx",
    "GetCampaignsResponse2XXMeta": ".get_campaigns_response_2xx_meta",
    "GetCampaignsSort": ".get_campaigns_sort",
    "GetChecksResponse2XX": ".get_checks_response_2xx",
    "GetChecksResponse2XXMeta": ".get_checks_response_2xx_meta",
    "GetCommandCenterResponse2XX": ".get_command_center_response_2xx",
    "GetCommandCenterResponse2XXMeta": ".get_command_center_response_2xx_meta",
    "GetDeploysByIdResponse2XX": ".get_deploys_by_id_response_2xx",
    "GetDeploysByIdResponse2XXMeta": ".get_deploys_by_id_response_2xx_meta",
    "GetDeploysResponse2XX": ".get_deploys_response_2xx",
    "GetDeploysResponse2XXMeta": ".get_deploys_response_2xx_meta",
    "GetDeploysSort": ".get_deploys_sort",
    "GetEventsResponse2XX": ".get_events_response_2xx",
    "GetEventsResponse2XXMeta": ".get_events_response_2xx_meta",
    "GetEventsSort": ".get_events_sort",
    "GetFindingsByIdDismissalsReasonItem": ".get_findings_by_id_dismissals_reason_item",
    "GetFindingsByIdDismissalsResponse2XX": ".get_findings_by_id_dismissals_response_2xx",
    "GetFindingsByIdDismissalsResponse2XXMeta": ".get_findings_by_id_dismissals_response_2xx_meta",
    "GetFindingsByIdDismissalsSort": ".get_findings_by_id_dismissals_sort",
    "GetFindingsByIdIncludeItem": ".get_findings_by_id_include_item",
    "GetFindingsByIdRegressionsResponse2XX": ".get_findings_by_id_regressions_response_2xx",
    "GetFindingsByIdRegressionsResponse2XXMeta": ".get_findings_by_id_regressions_response_2xx_meta",
    "GetFindingsByIdRegressionsSort": ".get_findings_by_id_regressions_sort",
    "GetFindingsByIdRegressionsStatusItem": ".get_findings_by_id_regressions_status_item",
    "GetFindingsByIdRegressionsTriggerItem": ".get_findings_by_id_regressions_trigger_item",
    "GetFindingsByIdResponse2XX": ".get_findings_by_id_response_2xx",
    "GetFindingsByIdResponse2XXMeta": ".get_findings_by_id_response_2xx_meta",
    "GetFindingsCountsDomainItem": ".get_findings_counts_domain_item",
    "GetFindingsCountsResponse2XX": ".get_findings_counts_response_2xx",
    "GetFindingsCountsResponse2XXMeta": ".get_findings_counts_response_2xx_meta",
    "GetFindingsCountsSeverityItem": ".get_findings_counts_severity_item",
    "GetFindingsCountsStatusItem": ".get_findings_counts_status_item",
    "GetFindingsDomainItem": ".get_findings_domain_item",
    "GetFindingsIncludeItem": ".get_findings_include_item",
    "GetFindingsResponse2XX": ".get_findings_response_2xx",
    "GetFindingsResponse2XXMeta": ".get_findings_response_2xx_meta",
    "GetFindingsSeverityItem": ".get_findings_severity_item",
    "GetFindingsSort": ".get_findings_sort",
    "GetFindingsStatusItem": ".get_findings_status_item",
    "GetGuardWindowsByIdResponse2XX": ".get_guard_windows_by_id_response_2xx",
    "GetGuardWindowsByIdResponse2XXMeta": ".get_guard_windows_by_id_response_2xx_meta",
    "GetGuardWindowsResponse2XX": ".get_guard_windows_response_2xx",
    "GetGuardWindowsResponse2XXMeta": ".get_guard_windows_response_2xx_meta",
    "GetGuardWindowsSort": ".get_guard_windows_sort",
    "GetGuardWindowsStatusItem": ".get_guard_windows_status_item",
    "GetIntegrationsByProviderConflictsFieldItem": ".get_integrations_by_provider_conflicts_field_item",
    "GetIntegrationsByProviderConflictsResponse2XX": ".get_integrations_by_provider_conflicts_response_2xx",
    "GetIntegrationsByProviderConflictsResponse2XXMeta": ".get_integrations_by_provider_conflicts_response_2xx_meta",
    "GetIntegrationsByProviderConflictsSort": ".get_integrations_by_provider_conflicts_sort",
    "GetIntegrationsByProviderConflictsStatus": ".get_integrations_by_provider_conflicts_status",
    "GetIntegrationsByProviderLogResponse2XX": ".get_integrations_by_provider_log_response_2xx",
    "GetIntegrationsByProviderLogResponse2XXMeta": ".get_integrations_by_provider_log_response_2xx_meta",
    "GetIntegrationsByProviderResponse2XX": ".get_integrations_by_provider_response_2xx",
    "GetIntegrationsByProviderResponse2XXMeta": ".get_integrations_by_provider_response_2xx_meta",
    "GetIntegrationsByProviderScheduleResponse2XX": ".get_integrations_by_provider_schedule_response_2xx",
    "GetIntegrationsByProviderScheduleResponse2XXMeta": ".get_integrations_by_provider_schedule_response_2xx_meta",
    "GetIntegrationsByProviderWebhookResponse2XX": ".get_integrations_by_provider_webhook_response_2xx",
    "GetIntegrationsByProviderWebhookResponse2XXMeta": ".get_integrations_by_provider_webhook_response_2xx_meta",
    "GetIntegrationsResponse2XX": ".get_integrations_response_2xx",
    "GetIntegrationsResponse2XXMeta": ".get_integrations_response_2xx_meta",
    "GetKeysByKeyIdResponse2XX": ".get_keys_by_key_id_response_2xx",
    "GetKeysByKeyIdResponse2XXMeta": ".get_keys_by_key_id_response_2xx_meta",
    "GetKeysResponse2XX": ".get_keys_response_2xx",
    "GetKeysResponse2XXMeta": ".get_keys_response_2xx_meta",
    "GetKeysSort": ".get_keys_sort",
    "GetKeysStatus": ".get_keys_status",
    "GetLabelsResponse2XX": ".get_labels_response_2xx",
    "GetLabelsResponse2XXMeta": ".get_labels_response_2xx_meta",
    "GetMeResponse2XX": ".get_me_response_2xx",
    "GetMeResponse2XXMeta": ".get_me_response_2xx_meta",
    "GetMembersByUserIdResponse2XX": ".get_members_by_user_id_response_2xx",
    "GetMembersByUserIdResponse2XXMeta": ".get_members_by_user_id_response_2xx_meta",
    "GetMembersResponse2XX": ".get_members_response_2xx",
    "GetMembersResponse2XXMeta": ".get_members_response_2xx_meta",
    "GetMembersRoleItem": ".get_members_role_item",
    "GetMembersSort": ".get_members_sort",
    "GetOrganizationEventsResponse2XX": ".get_organization_events_response_2xx",
    "GetOrganizationEventsResponse2XXMeta": ".get_organization_events_response_2xx_meta",
    "GetOrganizationEventsSort": ".get_organization_events_sort",
    "GetOrgsResponse2XX": ".get_orgs_response_2xx",
    "GetOrgsResponse2XXMeta": ".get_orgs_response_2xx_meta",
    "GetPoliciesByIdDiffResponse2XX": ".get_policies_by_id_diff_response_2xx",
    "GetPoliciesByIdDiffResponse2XXMeta": ".get_policies_by_id_diff_response_2xx_meta",
    "GetPoliciesByIdResponse2XX": ".get_policies_by_id_response_2xx",
    "GetPoliciesByIdResponse2XXMeta": ".get_policies_by_id_response_2xx_meta",
    "GetPoliciesCurrentRecalculationResponse2XX": ".get_policies_current_recalculation_response_2xx",
    "GetPoliciesCurrentRecalculationResponse2XXMeta": ".get_policies_current_recalculation_response_2xx_meta",
    "GetPoliciesCurrentResponse2XX": ".get_policies_current_response_2xx",
    "GetPoliciesCurrentResponse2XXMeta": ".get_policies_current_response_2xx_meta",
    "GetPoliciesResponse2XX": ".get_policies_response_2xx",
    "GetPoliciesResponse2XXMeta": ".get_policies_response_2xx_meta",
    "GetProjectsArchived": ".get_projects_archived",
    "GetProjectsByProjectIdResponse2XX": ".get_projects_by_project_id_response_2xx",
    "GetProjectsByProjectIdResponse2XXMeta": ".get_projects_by_project_id_response_2xx_meta",
    "GetProjectsResponse2XX": ".get_projects_response_2xx",
    "GetProjectsResponse2XXMeta": ".get_projects_response_2xx_meta",
    "GetProjectsSort": ".get_projects_sort",
    "GetRegressionsIncludeItem": ".get_regressions_include_item",
    "GetRegressionsResponse2XX": ".get_regressions_response_2xx",
    "GetRegressionsResponse2XXMeta": ".get_regressions_response_2xx_meta",
    "GetRegressionsSort": ".get_regressions_sort",
    "GetRegressionsStatusItem": ".get_regressions_status_item",
    "GetRegressionsTriggerItem": ".get_regressions_trigger_item",
    "GetReportsBurnDownResponse2XX": ".get_reports_burn_down_response_2xx",
    "GetReportsBurnDownResponse2XXMeta": ".get_reports_burn_down_response_2xx_meta",
    "GetReportsByIdDownloadKind": ".get_reports_by_id_download_kind",
    "GetReportsByIdResponse2XX": ".get_reports_by_id_response_2xx",
    "GetReportsByIdResponse2XXMeta": ".get_reports_by_id_response_2xx_meta",
    "GetReportsForecastResponse2XX": ".get_reports_forecast_response_2xx",
    "GetReportsForecastResponse2XXMeta": ".get_reports_forecast_response_2xx_meta",
    "GetReportsFormatItem": ".get_reports_format_item",
    "GetReportsResponse2XX": ".get_reports_response_2xx",
    "GetReportsResponse2XXMeta": ".get_reports_response_2xx_meta",
    "GetReportsSharesByIdResponse2XX": ".get_reports_shares_by_id_response_2xx",
    "GetReportsSharesByIdResponse2XXMeta": ".get_reports_shares_by_id_response_2xx_meta",
    "GetReportsSharesChannelItem": ".get_reports_shares_channel_item",
    "GetReportsSharesResponse2XX": ".get_reports_shares_response_2xx",
    "GetReportsSharesResponse2XXMeta": ".get_reports_shares_response_2xx_meta",
    "GetReportsSharesSort": ".get_reports_shares_sort",
    "GetReportsSharesStatusItem": ".get_reports_shares_status_item",
    "GetReportsSort": ".get_reports_sort",
    "GetReportsStatusItem": ".get_reports_status_item",
    "GetReportsSummaryIncludeItem": ".get_reports_summary_include_item",
    "GetReportsSummaryResponse2XX": ".get_reports_summary_response_2xx",
    "GetReportsSummaryResponse2XXMeta": ".get_reports_summary_response_2xx_meta",
    "GetSavedViewsByIdResponse2XX": ".get_saved_views_by_id_response_2xx",
    "GetSavedViewsByIdResponse2XXMeta": ".get_saved_views_by_id_response_2xx_meta",
    "GetSavedViewsResponse2XX": ".get_saved_views_response_2xx",
    "GetSavedViewsResponse2XXMeta": ".get_saved_views_response_2xx_meta",
    "GetSavedViewsShared": ".get_saved_views_shared",
    "GetSavedViewsSort": ".get_saved_views_sort",
    "GetScansByIdPagesResponse2XX": ".get_scans_by_id_pages_response_2xx",
    "GetScansByIdPagesResponse2XXMeta": ".get_scans_by_id_pages_response_2xx_meta",
    "GetScansByIdResponse2XX": ".get_scans_by_id_response_2xx",
    "GetScansByIdResponse2XXMeta": ".get_scans_by_id_response_2xx_meta",
    "GetScansByIdResultsOutcomeItem": ".get_scans_by_id_results_outcome_item",
    "GetScansByIdResultsReasonItem": ".get_scans_by_id_results_reason_item",
    "GetScansByIdResultsResponse2XX": ".get_scans_by_id_results_response_2xx",
    "GetScansByIdResultsResponse2XXMeta": ".get_scans_by_id_results_response_2xx_meta",
    "GetScansByIdResultsScannerItem": ".get_scans_by_id_results_scanner_item",
    "GetScansByIdResultsSort": ".get_scans_by_id_results_sort",
    "GetScansResponse2XX": ".get_scans_response_2xx",
    "GetScansResponse2XXMeta": ".get_scans_response_2xx_meta",
    "GetScansSort": ".get_scans_sort",
    "GetScansStatusItem": ".get_scans_status_item",
    "GetScansTriggerItem": ".get_scans_trigger_item",
    "GetSitesByIdResponse2XX": ".get_sites_by_id_response_2xx",
    "GetSitesByIdResponse2XXMeta": ".get_sites_by_id_response_2xx_meta",
    "GetSitesMethodItem": ".get_sites_method_item",
    "GetSitesResponse2XX": ".get_sites_response_2xx",
    "GetSitesResponse2XXMeta": ".get_sites_response_2xx_meta",
    "GetSitesSort": ".get_sites_sort",
    "GetSitesStatusItem": ".get_sites_status_item",
    "GetTasksByIdCommentsByCommentIdResponse2XX": ".get_tasks_by_id_comments_by_comment_id_response_2xx",
    "GetTasksByIdCommentsByCommentIdResponse2XXMeta": ".get_tasks_by_id_comments_by_comment_id_response_2xx_meta",
    "GetTasksByIdCommentsResponse2XX": ".get_tasks_by_id_comments_response_2xx",
    "GetTasksByIdCommentsResponse2XXMeta": ".get_tasks_by_id_comments_response_2xx_meta",
    "GetTasksByIdCommentsSort": ".get_tasks_by_id_comments_sort",
    "GetTasksByIdHistoryResponse2XX": ".get_tasks_by_id_history_response_2xx",
    "GetTasksByIdHistoryResponse2XXMeta": ".get_tasks_by_id_history_response_2xx_meta",
    "GetTasksByIdIncludeItem": ".get_tasks_by_id_include_item",
    "GetTasksByIdLabelsResponse2XX": ".get_tasks_by_id_labels_response_2xx",
    "GetTasksByIdLabelsResponse2XXMeta": ".get_tasks_by_id_labels_response_2xx_meta",
    "GetTasksByIdPullRequestResponse2XX": ".get_tasks_by_id_pull_request_response_2xx",
    "GetTasksByIdPullRequestResponse2XXMeta": ".get_tasks_by_id_pull_request_response_2xx_meta",
    "GetTasksByIdResponse2XX": ".get_tasks_by_id_response_2xx",
    "GetTasksByIdResponse2XXMeta": ".get_tasks_by_id_response_2xx_meta",
    "GetTasksByIdSlaResponse2XX": ".get_tasks_by_id_sla_response_2xx",
    "GetTasksByIdSlaResponse2XXMeta": ".get_tasks_by_id_sla_response_2xx_meta",
    "GetTasksCountsPriorityItem": ".get_tasks_counts_priority_item",
    "GetTasksCountsResponse2XX": ".get_tasks_counts_response_2xx",
    "GetTasksCountsResponse2XXMeta": ".get_tasks_counts_response_2xx_meta",
    "GetTasksCountsStatusItem": ".get_tasks_counts_status_item",
    "GetTasksIncludeItem": ".get_tasks_include_item",
    "GetTasksOverdue": ".get_tasks_overdue",
    "GetTasksPriorityItem": ".get_tasks_priority_item",
    "GetTasksResponse2XX": ".get_tasks_response_2xx",
    "GetTasksResponse2XXMeta": ".get_tasks_response_2xx_meta",
    "GetTasksSort": ".get_tasks_sort",
    "GetTasksStatusItem": ".get_tasks_status_item",
    "GetUsageResponse2XX": ".get_usage_response_2xx",
    "GetUsageResponse2XXMeta": ".get_usage_response_2xx_meta",
    "GetVerificationsBlockedByItem": ".get_verifications_blocked_by_item",
    "GetVerificationsByIdApprovalsResponse2XX": ".get_verifications_by_id_approvals_response_2xx",
    "GetVerificationsByIdApprovalsResponse2XXMeta": ".get_verifications_by_id_approvals_response_2xx_meta",
    "GetVerificationsByIdEvidenceResponse2XX": ".get_verifications_by_id_evidence_response_2xx",
    "GetVerificationsByIdEvidenceResponse2XXMeta": ".get_verifications_by_id_evidence_response_2xx_meta",
    "GetVerificationsByIdIncludeItem": ".get_verifications_by_id_include_item",
    "GetVerificationsByIdResponse2XX": ".get_verifications_by_id_response_2xx",
    "GetVerificationsByIdResponse2XXMeta": ".get_verifications_by_id_response_2xx_meta",
    "GetVerificationsIncludeItem": ".get_verifications_include_item",
    "GetVerificationsResponse2XX": ".get_verifications_response_2xx",
    "GetVerificationsResponse2XXMeta": ".get_verifications_response_2xx_meta",
    "GetVerificationsResultItem": ".get_verifications_result_item",
    "GetVerificationsSort": ".get_verifications_sort",
    "GetVerificationsStateItem": ".get_verifications_state_item",
    "GetWebhooksByIdDeliveriesByDeliveryIdResponse2XX": ".get_webhooks_by_id_deliveries_by_delivery_id_response_2xx",
    "GetWebhooksByIdDeliveriesByDeliveryIdResponse2XXMeta": ".get_webhooks_by_id_deliveries_by_delivery_id_response_2xx_meta",
    "GetWebhooksByIdDeliveriesResponse2XX": ".get_webhooks_by_id_deliveries_response_2xx",
    "GetWebhooksByIdDeliveriesResponse2XXMeta": ".get_webhooks_by_id_deliveries_response_2xx_meta",
    "GetWebhooksByIdDeliveriesStatus": ".get_webhooks_by_id_deliveries_status",
    "GetWebhooksByIdResponse2XX": ".get_webhooks_by_id_response_2xx",
    "GetWebhooksByIdResponse2XXMeta": ".get_webhooks_by_id_response_2xx_meta",
    "GetWebhooksResponse2XX": ".get_webhooks_response_2xx",
    "GetWebhooksResponse2XXMeta": ".get_webhooks_response_2xx_meta",
    "GetWebhooksSort": ".get_webhooks_sort",
    "GetWebhooksStatusItem": ".get_webhooks_status_item",
    "GuardRun": ".guard_run",
    "GuardRunReason": ".guard_run_reason",
    "GuardRunStatus": ".guard_run_status",
    "GuardWindow": ".guard_window",
    "GuardWindowStatus": ".guard_window_status",
    "GuardWindowWithRuns": ".guard_window_with_runs",
    "GuardWindowWithRunsStatus": ".guard_window_with_runs_status",
    "ImportFindingsRequest": ".import_findings_request",
    "ImportFindingsRequestDocumentType0": ".import_findings_request_document_type_0",
    "ImportFindingsRequestFormat": ".import_findings_request_format",
    "Integration": ".integration",
    "IntegrationPlaceholder": ".integration_placeholder",
    "IntegrationPlaceholderCredentials": ".integration_placeholder_credentials",
    "IntegrationPlaceholderStatus": ".integration_placeholder_status",
    "IntegrationProvider": ".integration_provider",
    "IntegrationStatus": ".integration_status",
    "Interval": ".interval",
    "IntervalState": ".interval_state",
    "InviteMemberRequest": ".invite_member_request",
    "InviteMemberRequestRole": ".invite_member_request_role",
    "IssuedApiKey": ".issued_api_key",
    "IssuedApiKeyScopesItem": ".issued_api_key_scopes_item",
    "Labels": ".labels",
    "LabelsRequest": ".labels_request",
    "Limits": ".limits",
    "LoginMarker": ".login_marker",
    "LoginMarkerRequest": ".login_marker_request",
    "Me": ".me",
    "Member": ".member",
    "MemberRole": ".member_role",
    "Organization": ".organization",
    "OrganizationEvent": ".organization_event",
    "OrganizationEventData": ".organization_event_data",
    "OwnershipAttempt": ".ownership_attempt",
    "OwnershipAttemptMethod": ".ownership_attempt_method",
    "OwnershipFile": ".ownership_file",
    "OwnershipMethods": ".ownership_methods",
    "OwnershipRecord": ".ownership_record",
    "OwnershipTag": ".ownership_tag",
    "PatchCampaignsByIdResponse2XX": ".patch_campaigns_by_id_response_2xx",
    "PatchCampaignsByIdResponse2XXMeta": ".patch_campaigns_by_id_response_2xx_meta",
    "PatchFindingsByIdResponse2XX": ".patch_findings_by_id_response_2xx",
    "PatchFindingsByIdResponse2XXMeta": ".patch_findings_by_id_response_2xx_meta",
    "PatchMembersByUserIdResponse2XX": ".patch_members_by_user_id_response_2xx",
    "PatchMembersByUserIdResponse2XXMeta": ".patch_members_by_user_id_response_2xx_meta",
    "PatchProjectsByProjectIdResponse2XX": ".patch_projects_by_project_id_response_2xx",
    "PatchProjectsByProjectIdResponse2XXMeta": ".patch_projects_by_project_id_response_2xx_meta",
    "PatchSavedViewsByIdResponse2XX": ".patch_saved_views_by_id_response_2xx",
    "PatchSavedViewsByIdResponse2XXMeta": ".patch_saved_views_by_id_response_2xx_meta",
    "PatchTasksByIdCommentsByCommentIdResponse2XX": ".patch_tasks_by_id_comments_by_comment_id_response_2xx",
    "PatchTasksByIdCommentsByCommentIdResponse2XXMeta": ".patch_tasks_by_id_comments_by_comment_id_response_2xx_meta",
    "PatchTasksByIdResponse2XX": ".patch_tasks_by_id_response_2xx",
    "PatchTasksByIdResponse2XXMeta": ".patch_tasks_by_id_response_2xx_meta",
    "PatchWebhooksByIdResponse2XX": ".patch_webhooks_by_id_response_2xx",
    "PatchWebhooksByIdResponse2XXMeta": ".patch_webhooks_by_id_response_2xx_meta",
    "Policy": ".policy",
    "PolicyComparison": ".policy_comparison",
    "PolicyDifference": ".policy_difference",
    "PolicyDifferenceChange": ".policy_difference_change",
    "PolicyTestResult": ".policy_test_result",
    "PolicyTestResultSimulation": ".policy_test_result_simulation",
    "PolicyVersion": ".policy_version",
    "PostBulkChangesByIdUndoResponse2XX": ".post_bulk_changes_by_id_undo_response_2xx",
    "PostBulkChangesByIdUndoResponse2XXMeta": ".post_bulk_changes_by_id_undo_response_2xx_meta",
    "PostCampaignsByIdAddTasksResponse2XX": ".post_campaigns_by_id_add_tasks_response_2xx",
    "PostCampaignsByIdAddTasksResponse2XXMeta": ".post_campaigns_by_id_add_tasks_response_2xx_meta",
    "PostCampaignsByIdArchiveResponse2XX": ".post_campaigns_by_id_archive_response_2xx",
    "PostCampaignsByIdArchiveResponse2XXMeta": ".post_campaigns_by_id_archive_response_2xx_meta",
    "PostCampaignsByIdRemoveTasksResponse2XX": ".post_campaigns_by_id_remove_tasks_response_2xx",
    "PostCampaignsByIdRemoveTasksResponse2XXMeta": ".post_campaigns_by_id_remove_tasks_response_2xx_meta",
    "PostCampaignsByIdRestoreResponse2XX": ".post_campaigns_by_id_restore_response_2xx",
    "PostCampaignsByIdRestoreResponse2XXMeta": ".post_campaigns_by_id_restore_response_2xx_meta",
    "PostCampaignsResponse2XX": ".post_campaigns_response_2xx",
    "PostCampaignsResponse2XXMeta": ".post_campaigns_response_2xx_meta",
    "PostDeploysResponse2XX": ".post_deploys_response_2xx",
    "PostDeploysResponse2XXMeta": ".post_deploys_response_2xx_meta",
    "PostFindingsBulkResponse2XX": ".post_findings_bulk_response_2xx",
    "PostFindingsBulkResponse2XXMeta": ".post_findings_bulk_response_2xx_meta",
    "PostFindingsBulkUpdateResponse2XX": ".post_findings_bulk_update_response_2xx",
    "PostFindingsBulkUpdateResponse2XXMeta": ".post_findings_bulk_update_response_2xx_meta",
    "PostFindingsByIdDismissResponse2XX": ".post_findings_by_id_dismiss_response_2xx",
    "PostFindingsByIdDismissResponse2XXMeta": ".post_findings_by_id_dismiss_response_2xx_meta",
    "PostFindingsImportResponse2XX": ".post_findings_import_response_2xx",
    "PostFindingsImportResponse2XXMeta": ".post_findings_import_response_2xx_meta",
    "PostFindingsResponse2XX": ".post_findings_response_2xx",
    "PostFindingsResponse2XXMeta": ".post_findings_response_2xx_meta",
    "PostGuardWindowsByIdCancelResponse2XX": ".post_guard_windows_by_id_cancel_response_2xx",
    "PostGuardWindowsByIdCancelResponse2XXMeta": ".post_guard_windows_by_id_cancel_response_2xx_meta",
    "PostIntegrationsByProviderConflictsByIdResolveResponse2XX": ".post_integrations_by_provider_conflicts_by_id_resolve_response_2xx",
    "PostIntegrationsByProviderConflictsByIdResolveResponse2XXMeta": ".post_integrations_by_provider_conflicts_by_id_resolve_response_2xx_meta",
    "PostIntegrationsByProviderConnectResponse2XX": ".post_integrations_by_provider_connect_response_2xx",
    "PostIntegrationsByProviderConnectResponse2XXMeta": ".post_integrations_by_provider_connect_response_2xx_meta",
    "PostIntegrationsByProviderSyncResponse2XX": ".post_integrations_by_provider_sync_response_2xx",
    "PostIntegrationsByProviderSyncResponse2XXMeta": ".post_integrations_by_provider_sync_response_2xx_meta",
    "PostKeysResponse2XX": ".post_keys_response_2xx",
    "PostKeysResponse2XXMeta": ".post_keys_response_2xx_meta",
    "PostMembersResponse2XX": ".post_members_response_2xx",
    "PostMembersResponse2XXMeta": ".post_members_response_2xx_meta",
    "PostPoliciesByIdRestoreResponse2XX": ".post_policies_by_id_restore_response_2xx",
    "PostPoliciesByIdRestoreResponse2XXMeta": ".post_policies_by_id_restore_response_2xx_meta",
    "PostPoliciesTestResponse2XX": ".post_policies_test_response_2xx",
    "PostPoliciesTestResponse2XXMeta": ".post_policies_test_response_2xx_meta",
    "PostPoliciesTestSimulate": ".post_policies_test_simulate",
    "PostProjectsResponse2XX": ".post_projects_response_2xx",
    "PostProjectsResponse2XXMeta": ".post_projects_response_2xx_meta",
    "PostReportsExportResponse2XX": ".post_reports_export_response_2xx",
    "PostReportsExportResponse2XXMeta": ".post_reports_export_response_2xx_meta",
    "PostReportsShareResponse2XX": ".post_reports_share_response_2xx",
    "PostReportsShareResponse2XXMeta": ".post_reports_share_response_2xx_meta",
    "PostSavedViewsResponse2XX": ".post_saved_views_response_2xx",
    "PostSavedViewsResponse2XXMeta": ".post_saved_views_response_2xx_meta",
    "PostScansRunResponse2XX": ".post_scans_run_response_2xx",
    "PostScansRunResponse2XXMeta": ".post_scans_run_response_2xx_meta",
    "PostSitesByIdVerifyResponse2XX": ".post_sites_by_id_verify_response_2xx",
    "PostSitesByIdVerifyResponse2XXMeta": ".post_sites_by_id_verify_response_2xx_meta",
    "PostSitesResponse2XX": ".post_sites_response_2xx",
    "PostSitesResponse2XXMeta": ".post_sites_response_2xx_meta",
    "PostTasksBulkResponse2XX": ".post_tasks_bulk_response_2xx",
    "PostTasksBulkResponse2XXMeta": ".post_tasks_bulk_response_2xx_meta",
    "PostTasksBulkUpdateResponse2XX": ".post_tasks_bulk_update_response_2xx",
    "PostTasksBulkUpdateResponse2XXMeta": ".post_tasks_bulk_update_response_2xx_meta",
    "PostTasksByIdCommentsResponse2XX": ".post_tasks_by_id_comments_response_2xx",
    "PostTasksByIdCommentsResponse2XXMeta": ".post_tasks_by_id_comments_response_2xx_meta",
    "PostTasksByIdSlaExtendResponse2XX": ".post_tasks_by_id_sla_extend_response_2xx",
    "PostTasksByIdSlaExtendResponse2XXMeta": ".post_tasks_by_id_sla_extend_response_2xx_meta",
    "PostTasksResponse2XX": ".post_tasks_response_2xx",
    "PostTasksResponse2XXMeta": ".post_tasks_response_2xx_meta",
    "PostVerificationsByIdApproveResponse2XX": ".post_verifications_by_id_approve_response_2xx",
    "PostVerificationsByIdApproveResponse2XXMeta": ".post_verifications_by_id_approve_response_2xx_meta",
    "PostVerificationsByIdReopenResponse2XX": ".post_verifications_by_id_reopen_response_2xx",
    "PostVerificationsByIdReopenResponse2XXMeta": ".post_verifications_by_id_reopen_response_2xx_meta",
    "PostVerificationsByIdWithdrawApprovalResponse2XX": ".post_verifications_by_id_withdraw_approval_response_2xx",
    "PostVerificationsByIdWithdrawApprovalResponse2XXMeta": ".post_verifications_by_id_withdraw_approval_response_2xx_meta",
    "PostVerificationsRunResponse2XX": ".post_verifications_run_response_2xx",
    "PostVerificationsRunResponse2XXMeta": ".post_verifications_run_response_2xx_meta",
    "PostWebhooksByIdDeliveriesByDeliveryIdReplayResponse2XX": ".post_webhooks_by_id_deliveries_by_delivery_id_replay_response_2xx",
    "PostWebhooksByIdDeliveriesByDeliveryIdReplayResponse2XXMeta": ".post_webhooks_by_id_deliveries_by_delivery_id_replay_response_2xx_meta",
    "PostWebhooksByIdReplayResponse2XX": ".post_webhooks_by_id_replay_response_2xx",
    "PostWebhooksByIdReplayResponse2XXMeta": ".post_webhooks_by_id_replay_response_2xx_meta",
    "PostWebhooksByIdRotateSecretResponse2XX": ".post_webhooks_by_id_rotate_secret_response_2xx",
    "PostWebhooksByIdRotateSecretResponse2XXMeta": ".post_webhooks_by_id_rotate_secret_response_2xx_meta",
    "PostWebhooksByIdTestResponse2XX": ".post_webhooks_by_id_test_response_2xx",
    "PostWebhooksByIdTestResponse2XXMeta": ".post_webhooks_by_id_test_response_2xx_meta",
    "PostWebhooksResponse2XX": ".post_webhooks_response_2xx",
    "PostWebhooksResponse2XXMeta": ".post_webhooks_response_2xx_meta",
    "Priority": ".priority",
    "PriorityRequest": ".priority_request",
    "Progress": ".progress",
    "ProgressByStatus": ".progress_by_status",
    "Project": ".project",
    "PullRequest": ".pull_request",
    "PullRequestStatus": ".pull_request_status",
    "PutAccessResponse2XX": ".put_access_response_2xx",
    "PutAccessResponse2XXMeta": ".put_access_response_2xx_meta",
    "PutAlertsDestinationsByChannelResponse2XX": ".put_alerts_destinations_by_channel_response_2xx",
    "PutAlertsDestinationsByChannelResponse2XXMeta": ".put_alerts_destinations_by_channel_response_2xx_meta",
    "PutIntegrationsByProviderWebhookResponse2XX": ".put_integrations_by_provider_webhook_response_2xx",
    "PutIntegrationsByProviderWebhookResponse2XXMeta": ".put_integrations_by_provider_webhook_response_2xx_meta",
    "PutPoliciesCurrentResponse2XX": ".put_policies_current_response_2xx",
    "PutPoliciesCurrentResponse2XXMeta": ".put_policies_current_response_2xx_meta",
    "PutSiteCredentialsRequest": ".put_site_credentials_request",
    "PutSiteCredentialsRequestCookies": ".put_site_credentials_request_cookies",
    "PutSiteCredentialsRequestHeaders": ".put_site_credentials_request_headers",
    "PutTasksByIdLabelsResponse2XX": ".put_tasks_by_id_labels_response_2xx",
    "PutTasksByIdLabelsResponse2XXMeta": ".put_tasks_by_id_labels_response_2xx_meta",
    "RecommendedFix": ".recommended_fix",
    "RecommendedFixRequest": ".recommended_fix_request",
    "RecordDeployRequest": ".record_deploy_request",
    "Refusal": ".refusal",
    "Regression": ".regression",
    "RegressionStatus": ".regression_status",
    "RegressionTrigger": ".regression_trigger",
    "ReplacePolicyRequest": ".replace_policy_request",
    "ReplayEventsRequest": ".replay_events_request",
    "ReplayResult": ".replay_result",
    "Report": ".report",
    "ReportFormat": ".report_format",
    "ReportSnapshot": ".report_snapshot",
    "ReportStatus": ".report_status",
    "ReportSummary": ".report_summary",
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
    "Scan": ".scan",
    "ScanPage": ".scan_page",
    "ScanResult": ".scan_result",
    "ScanStatus": ".scan_status",
    "ScanTrigger": ".scan_trigger",
    "SetAlertDestinationRequest": ".set_alert_destination_request",
    "Share": ".share",
    "ShareChannel": ".share_channel",
    "ShareReportRequest": ".share_report_request",
    "ShareReportRequestChannel": ".share_report_request_channel",
    "ShareResult": ".share_result",
    "ShareResultChannel": ".share_result_channel",
    "ShareStatus": ".share_status",
    "Site": ".site",
    "SiteCredentials": ".site_credentials",
    "SiteCredentialsKindsItem": ".site_credentials_kinds_item",
    "SlaClock": ".sla_clock",
    "SlaClockOutcomeType1": ".sla_clock_outcome_type_1",
    "SlaClockOutcomeType2Type1": ".sla_clock_outcome_type_2_type_1",
    "SlaClockOutcomeType3Type1": ".sla_clock_outcome_type_3_type_1",
    "SlaClockState": ".sla_clock_state",
    "SlaRecalculation": ".sla_recalculation",
    "SyncRefusal": ".sync_refusal",
    "SyncRun": ".sync_run",
    "SyncRunOutcome": ".sync_run_outcome",
    "SyncSchedule": ".sync_schedule",
    "SyncScheduleProvider": ".sync_schedule_provider",
    "SyncScheduleStatus": ".sync_schedule_status",
    "Task": ".task",
    "TaskChangesRequest": ".task_changes_request",
    "TaskChangesRequestPriority": ".task_changes_request_priority",
    "TaskChangesRequestStatus": ".task_changes_request_status",
    "TaskCounts": ".task_counts",
    "TaskCountsByPriority": ".task_counts_by_priority",
    "TaskCountsByStatus": ".task_counts_by_status",
    "TaskFilterRequest": ".task_filter_request",
    "TaskFilterRequestPriorityItem": ".task_filter_request_priority_item",
    "TaskFilterRequestStatusItem": ".task_filter_request_status_item",
    "TaskPriority": ".task_priority",
    "TaskStatus": ".task_status",
    "TaskWithFinding": ".task_with_finding",
    "TaskWithFindingPriority": ".task_with_finding_priority",
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
    "Verification": ".verification",
    "VerificationCheck": ".verification_check",
    "VerificationCheckStatus": ".verification_check_status",
    "VerificationEvidence": ".verification_evidence",
    "VerificationEvidenceChecksItem": ".verification_evidence_checks_item",
    "VerificationEvidenceKeysItem": ".verification_evidence_keys_item",
    "VerificationEvidenceVerdictsItem": ".verification_evidence_verdicts_item",
    "VerificationResult": ".verification_result",
    "Webhook": ".webhook",
    "WebhookEndpoint": ".webhook_endpoint",
    "WebhookEndpointStatus": ".webhook_endpoint_status",
    "WebhookEndpointWithSecret": ".webhook_endpoint_with_secret",
    "WebhookEndpointWithSecretStatus": ".webhook_endpoint_with_secret_status",
    "WebhookWithSecret": ".webhook_with_secret",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    model = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = model
    return model
