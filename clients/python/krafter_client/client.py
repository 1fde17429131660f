"""The client of one project: a thin layer over the generated functions."""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx

from krafter_client import waiting
from krafter_client.errors import ApiError, InvalidApiKey
from krafter_client.generated import AuthenticatedClient
from krafter_client.generated.api.findings import (
    get_findings,
    get_findings_by_id,
    get_findings_by_id_regressions,
    patch_findings_by_id,
    post_findings,
    post_findings_bulk,
    post_findings_import,
)
from krafter_client.generated.api.me import get_me
from krafter_client.generated.api.reports import (
    get_reports_by_id,
    get_reports_by_id_download,
    get_reports_summary,
    post_reports_export,
    post_reports_share,
)
from krafter_client.generated.api.scans import get_scans_by_id, get_scans_by_id_results, post_scans_run
from krafter_client.generated.api.tasks import get_tasks, get_tasks_by_id, patch_tasks_by_id, post_tasks
from krafter_client.generated.api.usage import get_usage
from krafter_client.generated.api.verifications import (
    get_verifications,
    get_verifications_by_id,
    post_verifications_by_id_approve,
    post_verifications_by_id_reopen,
    post_verifications_run,
)
from krafter_client.generated.models import (
    ApproveVerificationRequest,
    BulkCreateFindingsRequest,
    BulkResult,
    CreateFindingRequest,
    CreateTaskRequest,
    ExportReportRequest,
    Finding,
    FindingWithGuard,
    GetFindingsDomainItem,
    GetFindingsSeverityItem,
    GetFindingsStatusItem,
    GetScansByIdResultsOutcomeItem,
    GetTasksPriorityItem,
    GetTasksStatusItem,
    ImportFindingsRequest,
    Me,
    Regression,
    Report,
    ReportSummary,
    RunScanRequest,
    RunVerificationRequest,
    Scan,
    ScanResult,
    ShareReportRequest,
    ShareResult,
    Task,
    TaskWithFinding,
    UpdateFindingRequest,
    UpdateTaskRequest,
    Usage,
    Verification,
    VerificationWithTask,
)
from krafter_client.generated.types import UNSET, Response
from krafter_client.paging import PAGE_SIZE, iterate
from krafter_client.transport import Retries, RetryTransport

type Id = UUID | str
DEFAULT_TIMEOUT = 30.0  # seconds of one request
DEFAULT_WAIT = 900.0  # seconds until a job must have finished


class ProjectClient:
    """Calls the API for one project. Methods raise ApiError, and httpx.TransportError without a connection.

    `generated` and `path` are the arguments of the generated functions, for operations without a method here:
    `get_checks.sync(*audit.path, client=audit.generated)`.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        org_id: Id,
        project_id: str,
        timeout: float = DEFAULT_TIMEOUT,
        verify: bool | str = True,
        retries: Retries | None = None,
    ) -> None:
        # httpx has the value of an invalid header in its error, and a pipeline logs the error.
        if not (api_key.isascii() and api_key.isprintable()) or " " in api_key:
            raise InvalidApiKey
        self.path = (str(org_id), project_id)
        transport = RetryTransport(httpx.HTTPTransport(verify=verify), retries)
        self.generated = AuthenticatedClient(
            base_url=url.rstrip("/"),
            token=api_key,
            timeout=httpx.Timeout(timeout),
            httpx_args={"transport": transport},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.generated.get_httpx_client().close()

    # Findings

    def findings(
        self,
        *,
        severity: Iterable[str] = (),
        status: Iterable[str] = (),
        domain: Iterable[str] = (),
        check: str = "",
    ) -> Iterator[FindingWithGuard]:
        """Yield the findings, highest score first; with `check` only those that this check verifies."""
        severities = [GetFindingsSeverityItem(value) for value in severity]
        statuses = [GetFindingsStatusItem(value) for value in status]
        domains = [GetFindingsDomainItem(value) for value in domain]
        return iterate(
            lambda cursor: parsed(
                get_findings.sync_detailed(
                    *self.path,
                    client=self.generated,
                    cursor=cursor,
                    limit=PAGE_SIZE,
                    severity=severities or UNSET,
                    status=statuses or UNSET,
                    domain=domains or UNSET,
                    check=check or UNSET,
                )
            )
        )

    def finding(self, finding_id: Id) -> FindingWithGuard:
        """Return a finding."""
        return parsed(
            get_findings_by_id.sync_detailed(*self.path, str(finding_id), client=self.generated)
        ).data

    def report_finding(self, **fields: Any) -> Finding:
        """Report a finding: `domain`, `title`, and further fields of the API."""
        body = CreateFindingRequest.from_dict(fields)
        return parsed(post_findings.sync_detailed(*self.path, client=self.generated, body=body)).data

    def report_findings(self, findings: Iterable[dict[str, Any]], *, partial: bool = False) -> BulkResult:
        """Report up to 1,000 findings, all or nothing; with `partial` the valid ones."""
        mode = "partial" if partial else "all"
        body = BulkCreateFindingsRequest.from_dict({"findings": list(findings), "mode": mode})
        return parsed(post_findings_bulk.sync_detailed(*self.path, client=self.generated, body=body)).data

    def import_findings(self, format: str, document: Any) -> BulkResult:
        """Import a report of another tool: sarif, lighthouse, axe or zap."""
        body = ImportFindingsRequest.from_dict({"format": format, "document": document})
        return parsed(post_findings_import.sync_detailed(*self.path, client=self.generated, body=body)).data

    def update_finding(self, finding_id: Id, **changes: Any) -> Finding:
        """Change fields of a finding."""
        body = UpdateFindingRequest.from_dict(changes)
        response = patch_findings_by_id.sync_detailed(
            *self.path, str(finding_id), client=self.generated, body=body
        )
        return parsed(response).data

    def regressions_of(self, finding_id: Id) -> Iterator[Regression]:
        """Yield the regressions of a finding, newest first."""
        return iterate(
            lambda cursor: parsed(
                get_findings_by_id_regressions.sync_detailed(
                    *self.path, str(finding_id), client=self.generated, cursor=cursor, limit=PAGE_SIZE
                )
            )
        )

    # Tasks

    def tasks(
        self, *, status: Iterable[str] = (), priority: Iterable[str] = (), finding_id: Id | None = None
    ) -> Iterator[TaskWithFinding]:
        """Yield the tasks, newest first."""
        statuses = [GetTasksStatusItem(value) for value in status]
        priorities = [GetTasksPriorityItem(value) for value in priority]
        return iterate(
            lambda cursor: parsed(
                get_tasks.sync_detailed(
                    *self.path,
                    client=self.generated,
                    cursor=cursor,
                    limit=PAGE_SIZE,
                    status=statuses or UNSET,
                    priority=priorities or UNSET,
                    finding_id=UUID(str(finding_id)) if finding_id else UNSET,
                )
            )
        )

    def task(self, task_id: Id) -> TaskWithFinding:
        """Return a task."""
        return parsed(get_tasks_by_id.sync_detailed(*self.path, str(task_id), client=self.generated)).data

    def create_task(self, finding_id: Id, title: str, **fields: Any) -> Task:
        """Create a task that fixes a finding."""
        body = CreateTaskRequest.from_dict({"finding_id": str(finding_id), "title": title, **fields})
        return parsed(post_tasks.sync_detailed(*self.path, client=self.generated, body=body)).data

    def update_task(self, task_id: Id, **changes: Any) -> Task:
        """Change fields of a task."""
        body = UpdateTaskRequest.from_dict(changes)
        return parsed(
            patch_tasks_by_id.sync_detailed(*self.path, str(task_id), client=self.generated, body=body)
        ).data

    # Verifications

    def verifications(self) -> Iterator[VerificationWithTask]:
        """Yield the verifications, newest first."""
        return iterate(
            lambda cursor: parsed(
                get_verifications.sync_detailed(
                    *self.path, client=self.generated, cursor=cursor, limit=PAGE_SIZE
                )
            )
        )

    def verification(self, verification_id: Id) -> VerificationWithTask:
        """Return a verification."""
        return parsed(
            get_verifications_by_id.sync_detailed(*self.path, str(verification_id), client=self.generated)
        ).data

    def verify(self, task_id: Id) -> Verification:
        """Start a verification of a task."""
        body = RunVerificationRequest.from_dict({"task_id": str(task_id)})
        return parsed(post_verifications_run.sync_detailed(*self.path, client=self.generated, body=body)).data

    def wait_for_verification(
        self,
        verification_id: Id,
        *,
        timeout: float = DEFAULT_WAIT,
        on_progress: Callable[[VerificationWithTask], object] | None = None,
    ) -> VerificationWithTask:
        """Return a verification when no check is running except a manual review. Raises WaitTimeout."""
        return waiting.wait(
            lambda: self.verification(verification_id),
            waiting.verification_has_finished,
            timeout=timeout,
            on_progress=on_progress,
        )

    def approve(self, verification_id: Id, *, override_reason: str = "") -> Verification:
        """Approve a verification; with a reason also if checks did not pass."""
        fields = {"override": True, "reason": override_reason} if override_reason else {}
        response = post_verifications_by_id_approve.sync_detailed(
            *self.path,
            str(verification_id),
            client=self.generated,
            body=ApproveVerificationRequest.from_dict(fields) if fields else UNSET,
        )
        return parsed(response).data

    def reopen(self, verification_id: Id) -> Verification:
        """Reopen a verification, and with it task and finding."""
        return parsed(
            post_verifications_by_id_reopen.sync_detailed(
                *self.path, str(verification_id), client=self.generated
            )
        ).data

    # Scans

    def scan(self, url: str = "", *, trigger: str = "manual") -> Scan:
        """Start a scan of a URL, by default of the project's site."""
        body = RunScanRequest.from_dict({"trigger": trigger, **({"url": url} if url else {})})
        return parsed(post_scans_run.sync_detailed(*self.path, client=self.generated, body=body)).data

    def scan_state(self, scan_id: Id) -> Scan:
        """Return a scan."""
        return parsed(get_scans_by_id.sync_detailed(*self.path, str(scan_id), client=self.generated)).data

    def wait_for_scan(
        self,
        scan_id: Id,
        *,
        timeout: float = DEFAULT_WAIT,
        on_progress: Callable[[Scan], object] | None = None,
    ) -> Scan:
        """Return a scan when it is completed or failed. Raises WaitTimeout."""
        return waiting.wait(
            lambda: self.scan_state(scan_id),
            waiting.scan_has_finished,
            timeout=timeout,
            on_progress=on_progress,
        )

    def scan_results(self, scan_id: Id, *, outcome: Iterable[str] = ()) -> Iterator[ScanResult]:
        """Yield the result of each check on each page of a scan, newest first."""
        outcomes = [GetScansByIdResultsOutcomeItem(value) for value in outcome]
        return iterate(
            lambda cursor: parsed(
                get_scans_by_id_results.sync_detailed(
                    *self.path,
                    str(scan_id),
                    client=self.generated,
                    cursor=cursor,
                    limit=PAGE_SIZE,
                    outcome=outcomes or UNSET,
                )
            )
        )

    # Reports

    def summary(self) -> ReportSummary:
        """Return the figures of the project."""
        return parsed(get_reports_summary.sync_detailed(*self.path, client=self.generated)).data

    def export(self, format: str) -> Report:
        """Start an export: json, csv or pdf."""
        body = ExportReportRequest.from_dict({"format": format})
        return parsed(post_reports_export.sync_detailed(*self.path, client=self.generated, body=body)).data

    def report(self, report_id: Id) -> Report:
        """Return a report."""
        return parsed(get_reports_by_id.sync_detailed(*self.path, str(report_id), client=self.generated)).data

    def wait_for_report(
        self,
        report_id: Id,
        *,
        timeout: float = DEFAULT_WAIT,
        on_progress: Callable[[Report], object] | None = None,
    ) -> Report:
        """Return a report when its file exists or its export failed. Raises WaitTimeout."""
        return waiting.wait(
            lambda: self.report(report_id),
            waiting.report_has_finished,
            timeout=timeout,
            on_progress=on_progress,
        )

    def download(self, report_id: Id) -> bytes:
        """Return the file of a report."""
        response = get_reports_by_id_download.sync_detailed(*self.path, str(report_id), client=self.generated)
        return bytes(response.content)

    def share(self, channel: str = "link", **fields: Any) -> ShareResult:
        """Share the latest report: by link, email (`recipients`) or slack (`webhook_url`)."""
        body = ShareReportRequest.from_dict({"channel": channel, **fields})
        return parsed(post_reports_share.sync_detailed(*self.path, client=self.generated, body=body)).data

    # Organisation

    def me(self) -> Me:
        """Return the API key, its user, organisation and projects, and its limits."""
        return parsed(get_me.sync_detailed(client=self.generated)).data

    def usage(self) -> Usage:
        """Return the quota of the organisation, and how much of it is used."""
        return parsed(get_usage.sync_detailed(self.path[0], client=self.generated)).data


def parsed[Body](response: Response[Body]) -> Body:
    """Return the body of a successful response."""
    if response.parsed is None:
        raise ApiError(int(response.status_code), "unexpected_response", "The response has no body.")
    return response.parsed
