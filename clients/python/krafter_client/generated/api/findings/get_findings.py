import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_findings_domain_item import GetFindingsDomainItem
from ...models.get_findings_include_item import GetFindingsIncludeItem
from ...models.get_findings_severity_item import GetFindingsSeverityItem
from ...models.get_findings_sort import GetFindingsSort
from ...models.get_findings_status_item import GetFindingsStatusItem
from ...models.paginated_finding_with_guard_list_response import (
    PaginatedFindingWithGuardListResponse,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    check: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    domain: list[GetFindingsDomainItem] | Unset = UNSET,
    host: str | Unset = UNSET,
    include: list[GetFindingsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    q: str | Unset = UNSET,
    severity: list[GetFindingsSeverityItem] | Unset = UNSET,
    sort: GetFindingsSort | Unset = UNSET,
    status: list[GetFindingsStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["check"] = check

    json_created_after: str | Unset = UNSET
    if not isinstance(created_after, Unset):
        json_created_after = created_after.isoformat()
    params["created_after"] = json_created_after

    json_created_before: str | Unset = UNSET
    if not isinstance(created_before, Unset):
        json_created_before = created_before.isoformat()
    params["created_before"] = json_created_before

    params["cursor"] = cursor

    json_domain: list[str] | Unset = UNSET
    if not isinstance(domain, Unset):
        json_domain = []
        for domain_item_data in domain:
            domain_item = domain_item_data.value
            json_domain.append(domain_item)

    params["domain"] = json_domain

    params["host"] = host

    json_include: list[str] | Unset = UNSET
    if not isinstance(include, Unset):
        json_include = []
        for include_item_data in include:
            include_item = include_item_data.value
            json_include.append(include_item)

    params["include"] = json_include

    params["limit"] = limit

    params["offset"] = offset

    params["owner_id"] = owner_id

    params["q"] = q

    json_severity: list[str] | Unset = UNSET
    if not isinstance(severity, Unset):
        json_severity = []
        for severity_item_data in severity:
            severity_item = severity_item_data.value
            json_severity.append(severity_item)

    params["severity"] = json_severity

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = []
        for status_item_data in status:
            status_item = status_item_data.value
            json_status.append(status_item)

    params["status"] = json_status

    json_updated_after: str | Unset = UNSET
    if not isinstance(updated_after, Unset):
        json_updated_after = updated_after.isoformat()
    params["updated_after"] = json_updated_after

    json_updated_before: str | Unset = UNSET
    if not isinstance(updated_before, Unset):
        json_updated_before = updated_before.isoformat()
    params["updated_before"] = json_updated_before

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/findings".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedFindingWithGuardListResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PaginatedFindingWithGuardListResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedFindingWithGuardListResponse]:
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
    check: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    domain: list[GetFindingsDomainItem] | Unset = UNSET,
    host: str | Unset = UNSET,
    include: list[GetFindingsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    q: str | Unset = UNSET,
    severity: list[GetFindingsSeverityItem] | Unset = UNSET,
    sort: GetFindingsSort | Unset = UNSET,
    status: list[GetFindingsStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedFindingWithGuardListResponse]:
    """List findings, highest score first

     Return a page, by offset or by cursor.

    Args:
        org_id (str):
        project_id (str):
        check (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        domain (list[GetFindingsDomainItem] | Unset):
        host (str | Unset):
        include (list[GetFindingsIncludeItem] | Unset):
        limit (int | Unset):
        offset (int | Unset):
        owner_id (str | Unset):
        q (str | Unset):
        severity (list[GetFindingsSeverityItem] | Unset):
        sort (GetFindingsSort | Unset):
        status (list[GetFindingsStatusItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedFindingWithGuardListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        check=check,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        domain=domain,
        host=host,
        include=include,
        limit=limit,
        offset=offset,
        owner_id=owner_id,
        q=q,
        severity=severity,
        sort=sort,
        status=status,
        updated_after=updated_after,
        updated_before=updated_before,
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
    check: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    domain: list[GetFindingsDomainItem] | Unset = UNSET,
    host: str | Unset = UNSET,
    include: list[GetFindingsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    q: str | Unset = UNSET,
    severity: list[GetFindingsSeverityItem] | Unset = UNSET,
    sort: GetFindingsSort | Unset = UNSET,
    status: list[GetFindingsStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedFindingWithGuardListResponse | None:
    """List findings, highest score first

     Return a page, by offset or by cursor.

    Args:
        org_id (str):
        project_id (str):
        check (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        domain (list[GetFindingsDomainItem] | Unset):
        host (str | Unset):
        include (list[GetFindingsIncludeItem] | Unset):
        limit (int | Unset):
        offset (int | Unset):
        owner_id (str | Unset):
        q (str | Unset):
        severity (list[GetFindingsSeverityItem] | Unset):
        sort (GetFindingsSort | Unset):
        status (list[GetFindingsStatusItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedFindingWithGuardListResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        check=check,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        domain=domain,
        host=host,
        include=include,
        limit=limit,
        offset=offset,
        owner_id=owner_id,
        q=q,
        severity=severity,
        sort=sort,
        status=status,
        updated_after=updated_after,
        updated_before=updated_before,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    check: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    domain: list[GetFindingsDomainItem] | Unset = UNSET,
    host: str | Unset = UNSET,
    include: list[GetFindingsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    q: str | Unset = UNSET,
    severity: list[GetFindingsSeverityItem] | Unset = UNSET,
    sort: GetFindingsSort | Unset = UNSET,
    status: list[GetFindingsStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedFindingWithGuardListResponse]:
    """List findings, highest score first

     Return a page, by offset or by cursor.

    Args:
        org_id (str):
        project_id (str):
        check (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        domain (list[GetFindingsDomainItem] | Unset):
        host (str | Unset):
        include (list[GetFindingsIncludeItem] | Unset):
        limit (int | Unset):
        offset (int | Unset):
        owner_id (str | Unset):
        q (str | Unset):
        severity (list[GetFindingsSeverityItem] | Unset):
        sort (GetFindingsSort | Unset):
        status (list[GetFindingsStatusItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedFindingWithGuardListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        check=check,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        domain=domain,
        host=host,
        include=include,
        limit=limit,
        offset=offset,
        owner_id=owner_id,
        q=q,
        severity=severity,
        sort=sort,
        status=status,
        updated_after=updated_after,
        updated_before=updated_before,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    check: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    domain: list[GetFindingsDomainItem] | Unset = UNSET,
    host: str | Unset = UNSET,
    include: list[GetFindingsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    offset: int | Unset = UNSET,
    owner_id: str | Unset = UNSET,
    q: str | Unset = UNSET,
    severity: list[GetFindingsSeverityItem] | Unset = UNSET,
    sort: GetFindingsSort | Unset = UNSET,
    status: list[GetFindingsStatusItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedFindingWithGuardListResponse | None:
    """List findings, highest score first

     Return a page, by offset or by cursor.

    Args:
        org_id (str):
        project_id (str):
        check (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        domain (list[GetFindingsDomainItem] | Unset):
        host (str | Unset):
        include (list[GetFindingsIncludeItem] | Unset):
        limit (int | Unset):
        offset (int | Unset):
        owner_id (str | Unset):
        q (str | Unset):
        severity (list[GetFindingsSeverityItem] | Unset):
        sort (GetFindingsSort | Unset):
        status (list[GetFindingsStatusItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedFindingWithGuardListResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            check=check,
            created_after=created_after,
            created_before=created_before,
            cursor=cursor,
            domain=domain,
            host=host,
            include=include,
            limit=limit,
            offset=offset,
            owner_id=owner_id,
            q=q,
            severity=severity,
            sort=sort,
            status=status,
            updated_after=updated_after,
            updated_before=updated_before,
        )
    ).parsed
