import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_scans_by_id_results_outcome_item import (
    GetScansByIdResultsOutcomeItem,
)
from ...models.get_scans_by_id_results_reason_item import GetScansByIdResultsReasonItem
from ...models.get_scans_by_id_results_scanner_item import (
    GetScansByIdResultsScannerItem,
)
from ...models.get_scans_by_id_results_sort import GetScansByIdResultsSort
from ...models.paginated_scan_result_list_response import (
    PaginatedScanResultListResponse,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    id: str,
    *,
    cursor: str | Unset = UNSET,
    key: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    outcome: list[GetScansByIdResultsOutcomeItem] | Unset = UNSET,
    reason: list[GetScansByIdResultsReasonItem] | Unset = UNSET,
    scanner: list[GetScansByIdResultsScannerItem] | Unset = UNSET,
    seen_after: datetime.datetime | Unset = UNSET,
    seen_before: datetime.datetime | Unset = UNSET,
    sort: GetScansByIdResultsSort | Unset = UNSET,
    url_query: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["key"] = key

    params["limit"] = limit

    json_outcome: list[str] | Unset = UNSET
    if not isinstance(outcome, Unset):
        json_outcome = []
        for outcome_item_data in outcome:
            outcome_item = outcome_item_data.value
            json_outcome.append(outcome_item)

    params["outcome"] = json_outcome

    json_reason: list[str] | Unset = UNSET
    if not isinstance(reason, Unset):
        json_reason = []
        for reason_item_data in reason:
            reason_item = reason_item_data.value
            json_reason.append(reason_item)

    params["reason"] = json_reason

    json_scanner: list[str] | Unset = UNSET
    if not isinstance(scanner, Unset):
        json_scanner = []
        for scanner_item_data in scanner:
            scanner_item = scanner_item_data.value
            json_scanner.append(scanner_item)

    params["scanner"] = json_scanner

    json_seen_after: str | Unset = UNSET
    if not isinstance(seen_after, Unset):
        json_seen_after = seen_after.isoformat()
    params["seen_after"] = json_seen_after

    json_seen_before: str | Unset = UNSET
    if not isinstance(seen_before, Unset):
        json_seen_before = seen_before.isoformat()
    params["seen_before"] = json_seen_before

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    params["url"] = url_query

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/scans/{id}/results".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedScanResultListResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PaginatedScanResultListResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedScanResultListResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    key: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    outcome: list[GetScansByIdResultsOutcomeItem] | Unset = UNSET,
    reason: list[GetScansByIdResultsReasonItem] | Unset = UNSET,
    scanner: list[GetScansByIdResultsScannerItem] | Unset = UNSET,
    seen_after: datetime.datetime | Unset = UNSET,
    seen_before: datetime.datetime | Unset = UNSET,
    sort: GetScansByIdResultsSort | Unset = UNSET,
    url_query: str | Unset = UNSET,
) -> Response[PaginatedScanResultListResponse]:
    """List the results of each check on each page, newest first

     Return a page of results.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        cursor (str | Unset):
        key (str | Unset):
        limit (int | Unset):
        outcome (list[GetScansByIdResultsOutcomeItem] | Unset):
        reason (list[GetScansByIdResultsReasonItem] | Unset):
        scanner (list[GetScansByIdResultsScannerItem] | Unset):
        seen_after (datetime.datetime | Unset):
        seen_before (datetime.datetime | Unset):
        sort (GetScansByIdResultsSort | Unset):
        url_query (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedScanResultListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
        cursor=cursor,
        key=key,
        limit=limit,
        outcome=outcome,
        reason=reason,
        scanner=scanner,
        seen_after=seen_after,
        seen_before=seen_before,
        sort=sort,
        url_query=url_query,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    key: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    outcome: list[GetScansByIdResultsOutcomeItem] | Unset = UNSET,
    reason: list[GetScansByIdResultsReasonItem] | Unset = UNSET,
    scanner: list[GetScansByIdResultsScannerItem] | Unset = UNSET,
    seen_after: datetime.datetime | Unset = UNSET,
    seen_before: datetime.datetime | Unset = UNSET,
    sort: GetScansByIdResultsSort | Unset = UNSET,
    url_query: str | Unset = UNSET,
) -> PaginatedScanResultListResponse | None:
    """List the results of each check on each page, newest first

     Return a page of results.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        cursor (str | Unset):
        key (str | Unset):
        limit (int | Unset):
        outcome (list[GetScansByIdResultsOutcomeItem] | Unset):
        reason (list[GetScansByIdResultsReasonItem] | Unset):
        scanner (list[GetScansByIdResultsScannerItem] | Unset):
        seen_after (datetime.datetime | Unset):
        seen_before (datetime.datetime | Unset):
        sort (GetScansByIdResultsSort | Unset):
        url_query (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedScanResultListResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        id=id,
        client=client,
        cursor=cursor,
        key=key,
        limit=limit,
        outcome=outcome,
        reason=reason,
        scanner=scanner,
        seen_after=seen_after,
        seen_before=seen_before,
        sort=sort,
        url_query=url_query,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    key: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    outcome: list[GetScansByIdResultsOutcomeItem] | Unset = UNSET,
    reason: list[GetScansByIdResultsReasonItem] | Unset = UNSET,
    scanner: list[GetScansByIdResultsScannerItem] | Unset = UNSET,
    seen_after: datetime.datetime | Unset = UNSET,
    seen_before: datetime.datetime | Unset = UNSET,
    sort: GetScansByIdResultsSort | Unset = UNSET,
    url_query: str | Unset = UNSET,
) -> Response[PaginatedScanResultListResponse]:
    """List the results of each check on each page, newest first

     Return a page of results.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        cursor (str | Unset):
        key (str | Unset):
        limit (int | Unset):
        outcome (list[GetScansByIdResultsOutcomeItem] | Unset):
        reason (list[GetScansByIdResultsReasonItem] | Unset):
        scanner (list[GetScansByIdResultsScannerItem] | Unset):
        seen_after (datetime.datetime | Unset):
        seen_before (datetime.datetime | Unset):
        sort (GetScansByIdResultsSort | Unset):
        url_query (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedScanResultListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
        cursor=cursor,
        key=key,
        limit=limit,
        outcome=outcome,
        reason=reason,
        scanner=scanner,
        seen_after=seen_after,
        seen_before=seen_before,
        sort=sort,
        url_query=url_query,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    key: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    outcome: list[GetScansByIdResultsOutcomeItem] | Unset = UNSET,
    reason: list[GetScansByIdResultsReasonItem] | Unset = UNSET,
    scanner: list[GetScansByIdResultsScannerItem] | Unset = UNSET,
    seen_after: datetime.datetime | Unset = UNSET,
    seen_before: datetime.datetime | Unset = UNSET,
    sort: GetScansByIdResultsSort | Unset = UNSET,
    url_query: str | Unset = UNSET,
) -> PaginatedScanResultListResponse | None:
    """List the results of each check on each page, newest first

     Return a page of results.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        cursor (str | Unset):
        key (str | Unset):
        limit (int | Unset):
        outcome (list[GetScansByIdResultsOutcomeItem] | Unset):
        reason (list[GetScansByIdResultsReasonItem] | Unset):
        scanner (list[GetScansByIdResultsScannerItem] | Unset):
        seen_after (datetime.datetime | Unset):
        seen_before (datetime.datetime | Unset):
        sort (GetScansByIdResultsSort | Unset):
        url_query (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedScanResultListResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            id=id,
            client=client,
            cursor=cursor,
            key=key,
            limit=limit,
            outcome=outcome,
            reason=reason,
            scanner=scanner,
            seen_after=seen_after,
            seen_before=seen_before,
            sort=sort,
            url_query=url_query,
        )
    ).parsed
