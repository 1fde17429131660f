import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_regressions_include_item import GetRegressionsIncludeItem
from ...models.get_regressions_sort import GetRegressionsSort
from ...models.get_regressions_status_item import GetRegressionsStatusItem
from ...models.get_regressions_trigger_item import GetRegressionsTriggerItem
from ...models.paginated_regression_with_deploys_list_response import (
    PaginatedRegressionWithDeploysListResponse,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetRegressionsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetRegressionsSort | Unset = UNSET,
    status: list[GetRegressionsStatusItem] | Unset = UNSET,
    trigger: list[GetRegressionsTriggerItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_created_after: str | Unset = UNSET
    if not isinstance(created_after, Unset):
        json_created_after = created_after.isoformat()
    params["created_after"] = json_created_after

    json_created_before: str | Unset = UNSET
    if not isinstance(created_before, Unset):
        json_created_before = created_before.isoformat()
    params["created_before"] = json_created_before

    params["cursor"] = cursor

    json_finding_id: str | Unset = UNSET
    if not isinstance(finding_id, Unset):
        json_finding_id = str(finding_id)
    params["finding_id"] = json_finding_id

    json_include: list[str] | Unset = UNSET
    if not isinstance(include, Unset):
        json_include = []
        for include_item_data in include:
            include_item = include_item_data.value
            json_include.append(include_item)

    params["include"] = json_include

    params["limit"] = limit

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

    json_trigger: list[str] | Unset = UNSET
    if not isinstance(trigger, Unset):
        json_trigger = []
        for trigger_item_data in trigger:
            trigger_item = trigger_item_data.value
            json_trigger.append(trigger_item)

    params["trigger"] = json_trigger

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
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/regressions".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedRegressionWithDeploysListResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PaginatedRegressionWithDeploysListResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedRegressionWithDeploysListResponse]:
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
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetRegressionsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetRegressionsSort | Unset = UNSET,
    status: list[GetRegressionsStatusItem] | Unset = UNSET,
    trigger: list[GetRegressionsTriggerItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedRegressionWithDeploysListResponse]:
    """List regressions, newest first

     Return a page.

    Args:
        org_id (str):
        project_id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        finding_id (UUID | Unset):
        include (list[GetRegressionsIncludeItem] | Unset):
        limit (int | Unset):
        sort (GetRegressionsSort | Unset):
        status (list[GetRegressionsStatusItem] | Unset):
        trigger (list[GetRegressionsTriggerItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRegressionWithDeploysListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        finding_id=finding_id,
        include=include,
        limit=limit,
        sort=sort,
        status=status,
        trigger=trigger,
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
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetRegressionsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetRegressionsSort | Unset = UNSET,
    status: list[GetRegressionsStatusItem] | Unset = UNSET,
    trigger: list[GetRegressionsTriggerItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedRegressionWithDeploysListResponse | None:
    """List regressions, newest first

     Return a page.

    Args:
        org_id (str):
        project_id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        finding_id (UUID | Unset):
        include (list[GetRegressionsIncludeItem] | Unset):
        limit (int | Unset):
        sort (GetRegressionsSort | Unset):
        status (list[GetRegressionsStatusItem] | Unset):
        trigger (list[GetRegressionsTriggerItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRegressionWithDeploysListResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        finding_id=finding_id,
        include=include,
        limit=limit,
        sort=sort,
        status=status,
        trigger=trigger,
        updated_after=updated_after,
        updated_before=updated_before,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetRegressionsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetRegressionsSort | Unset = UNSET,
    status: list[GetRegressionsStatusItem] | Unset = UNSET,
    trigger: list[GetRegressionsTriggerItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> Response[PaginatedRegressionWithDeploysListResponse]:
    """List regressions, newest first

     Return a page.

    Args:
        org_id (str):
        project_id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        finding_id (UUID | Unset):
        include (list[GetRegressionsIncludeItem] | Unset):
        limit (int | Unset):
        sort (GetRegressionsSort | Unset):
        status (list[GetRegressionsStatusItem] | Unset):
        trigger (list[GetRegressionsTriggerItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRegressionWithDeploysListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        finding_id=finding_id,
        include=include,
        limit=limit,
        sort=sort,
        status=status,
        trigger=trigger,
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
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    finding_id: UUID | Unset = UNSET,
    include: list[GetRegressionsIncludeItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetRegressionsSort | Unset = UNSET,
    status: list[GetRegressionsStatusItem] | Unset = UNSET,
    trigger: list[GetRegressionsTriggerItem] | Unset = UNSET,
    updated_after: datetime.datetime | Unset = UNSET,
    updated_before: datetime.datetime | Unset = UNSET,
) -> PaginatedRegressionWithDeploysListResponse | None:
    """List regressions, newest first

     Return a page.

    Args:
        org_id (str):
        project_id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        finding_id (UUID | Unset):
        include (list[GetRegressionsIncludeItem] | Unset):
        limit (int | Unset):
        sort (GetRegressionsSort | Unset):
        status (list[GetRegressionsStatusItem] | Unset):
        trigger (list[GetRegressionsTriggerItem] | Unset):
        updated_after (datetime.datetime | Unset):
        updated_before (datetime.datetime | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRegressionWithDeploysListResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            created_after=created_after,
            created_before=created_before,
            cursor=cursor,
            finding_id=finding_id,
            include=include,
            limit=limit,
            sort=sort,
            status=status,
            trigger=trigger,
            updated_after=updated_after,
            updated_before=updated_before,
        )
    ).parsed
