import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_organization_events_sort import GetOrganizationEventsSort
from ...models.paginated_organization_event_list_response import (
    PaginatedOrganizationEventListResponse,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    *,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetOrganizationEventsSort | Unset = UNSET,
    subject: UUID | Unset = UNSET,
    type_: list[str] | Unset = UNSET,
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

    params["limit"] = limit

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort.value

    params["sort"] = json_sort

    json_subject: str | Unset = UNSET
    if not isinstance(subject, Unset):
        json_subject = str(subject)
    params["subject"] = json_subject

    json_type_: list[str] | Unset = UNSET
    if not isinstance(type_, Unset):
        json_type_ = type_

    params["type"] = json_type_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/events".format(
            org_id=quote(str(org_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedOrganizationEventListResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PaginatedOrganizationEventListResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedOrganizationEventListResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    org_id: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetOrganizationEventsSort | Unset = UNSET,
    subject: UUID | Unset = UNSET,
    type_: list[str] | Unset = UNSET,
) -> Response[PaginatedOrganizationEventListResponse]:
    """List the events of the organisation

     Return a page, newest first. With `sort=created_at` the last cursor finds later events.

    Args:
        org_id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        limit (int | Unset):
        sort (GetOrganizationEventsSort | Unset):
        subject (UUID | Unset):
        type_ (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedOrganizationEventListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        limit=limit,
        sort=sort,
        subject=subject,
        type_=type_,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    org_id: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetOrganizationEventsSort | Unset = UNSET,
    subject: UUID | Unset = UNSET,
    type_: list[str] | Unset = UNSET,
) -> PaginatedOrganizationEventListResponse | None:
    """List the events of the organisation

     Return a page, newest first. With `sort=created_at` the last cursor finds later events.

    Args:
        org_id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        limit (int | Unset):
        sort (GetOrganizationEventsSort | Unset):
        subject (UUID | Unset):
        type_ (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedOrganizationEventListResponse
    """

    return sync_detailed(
        org_id=org_id,
        client=client,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        limit=limit,
        sort=sort,
        subject=subject,
        type_=type_,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetOrganizationEventsSort | Unset = UNSET,
    subject: UUID | Unset = UNSET,
    type_: list[str] | Unset = UNSET,
) -> Response[PaginatedOrganizationEventListResponse]:
    """List the events of the organisation

     Return a page, newest first. With `sort=created_at` the last cursor finds later events.

    Args:
        org_id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        limit (int | Unset):
        sort (GetOrganizationEventsSort | Unset):
        subject (UUID | Unset):
        type_ (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedOrganizationEventListResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        created_after=created_after,
        created_before=created_before,
        cursor=cursor,
        limit=limit,
        sort=sort,
        subject=subject,
        type_=type_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    *,
    client: AuthenticatedClient,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: GetOrganizationEventsSort | Unset = UNSET,
    subject: UUID | Unset = UNSET,
    type_: list[str] | Unset = UNSET,
) -> PaginatedOrganizationEventListResponse | None:
    """List the events of the organisation

     Return a page, newest first. With `sort=created_at` the last cursor finds later events.

    Args:
        org_id (str):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        cursor (str | Unset):
        limit (int | Unset):
        sort (GetOrganizationEventsSort | Unset):
        subject (UUID | Unset):
        type_ (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedOrganizationEventListResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            client=client,
            created_after=created_after,
            created_before=created_before,
            cursor=cursor,
            limit=limit,
            sort=sort,
            subject=subject,
            type_=type_,
        )
    ).parsed
