from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.finding_counts_as_of_response import FindingCountsAsOfResponse
from ...models.get_findings_counts_domain_item import GetFindingsCountsDomainItem
from ...models.get_findings_counts_severity_item import GetFindingsCountsSeverityItem
from ...models.get_findings_counts_status_item import GetFindingsCountsStatusItem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    as_of: str | Unset = UNSET,
    domain: list[GetFindingsCountsDomainItem] | Unset = UNSET,
    severity: list[GetFindingsCountsSeverityItem] | Unset = UNSET,
    status: list[GetFindingsCountsStatusItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["as_of"] = as_of

    json_domain: list[str] | Unset = UNSET
    if not isinstance(domain, Unset):
        json_domain = []
        for domain_item_data in domain:
            domain_item = domain_item_data.value
            json_domain.append(domain_item)

    params["domain"] = json_domain

    json_severity: list[str] | Unset = UNSET
    if not isinstance(severity, Unset):
        json_severity = []
        for severity_item_data in severity:
            severity_item = severity_item_data.value
            json_severity.append(severity_item)

    params["severity"] = json_severity

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item = status_item_data.value
            json_status.append(status_item)

    params["status"] = json_status

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/findings/counts".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> FindingCountsAsOfResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = FindingCountsAsOfResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[FindingCountsAsOfResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
    domain: list[GetFindingsCountsDomainItem] | Unset = UNSET,
    severity: list[GetFindingsCountsSeverityItem] | Unset = UNSET,
    status: list[GetFindingsCountsStatusItem] | Unset = UNSET,
) -> Response[FindingCountsAsOfResponse]:
    """Count findings, now or at a past time

     Return the number of the findings that match, by status, severity and domain.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        domain (list[GetFindingsCountsDomainItem] | Unset):
        severity (list[GetFindingsCountsSeverityItem] | Unset):
        status (list[GetFindingsCountsStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FindingCountsAsOfResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        as_of=as_of,
        domain=domain,
        severity=severity,
        status=status,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
    domain: list[GetFindingsCountsDomainItem] | Unset = UNSET,
    severity: list[GetFindingsCountsSeverityItem] | Unset = UNSET,
    status: list[GetFindingsCountsStatusItem] | Unset = UNSET,
) -> FindingCountsAsOfResponse | None:
    """Count findings, now or at a past time

     Return the number of the findings that match, by status, severity and domain.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        domain (list[GetFindingsCountsDomainItem] | Unset):
        severity (list[GetFindingsCountsSeverityItem] | Unset):
        status (list[GetFindingsCountsStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FindingCountsAsOfResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        as_of=as_of,
        domain=domain,
        severity=severity,
        status=status,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
    domain: list[GetFindingsCountsDomainItem] | Unset = UNSET,
    severity: list[GetFindingsCountsSeverityItem] | Unset = UNSET,
    status: list[GetFindingsCountsStatusItem] | Unset = UNSET,
) -> Response[FindingCountsAsOfResponse]:
    """Count findings, now or at a past time

     Return the number of the findings that match, by status, severity and domain.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        domain (list[GetFindingsCountsDomainItem] | Unset):
        severity (list[GetFindingsCountsSeverityItem] | Unset):
        status (list[GetFindingsCountsStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FindingCountsAsOfResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        as_of=as_of,
        domain=domain,
        severity=severity,
        status=status,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
    domain: list[GetFindingsCountsDomainItem] | Unset = UNSET,
    severity: list[GetFindingsCountsSeverityItem] | Unset = UNSET,
    status: list[GetFindingsCountsStatusItem] | Unset = UNSET,
) -> FindingCountsAsOfResponse | None:
    """Count findings, now or at a past time

     Return the number of the findings that match, by status, severity and domain.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        domain (list[GetFindingsCountsDomainItem] | Unset):
        severity (list[GetFindingsCountsSeverityItem] | Unset):
        status (list[GetFindingsCountsStatusItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FindingCountsAsOfResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            as_of=as_of,
            domain=domain,
            severity=severity,
            status=status,
        )
    ).parsed
