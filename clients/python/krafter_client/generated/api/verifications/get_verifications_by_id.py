from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_verifications_by_id_include_item import (
    GetVerificationsByIdIncludeItem,
)
from ...models.verification_with_task_response import VerificationWithTaskResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    id: str,
    *,
    include: list[GetVerificationsByIdIncludeItem] | Unset = UNSET,
    wait: int | Unset = 0,
    if_none_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_none_match, Unset):
        headers["If-None-Match"] = if_none_match

    params: dict[str, Any] = {}

    json_include: list[str] | Unset = UNSET
    if not isinstance(include, Unset):
        json_include = []
        for include_item_data in include:
            include_item = include_item_data.value
            json_include.append(include_item)

    params["include"] = json_include

    params["wait"] = wait

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/verifications/{id}".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> VerificationWithTaskResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = VerificationWithTaskResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[VerificationWithTaskResponse]:
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
    include: list[GetVerificationsByIdIncludeItem] | Unset = UNSET,
    wait: int | Unset = 0,
    if_none_match: str | Unset = UNSET,
) -> Response[VerificationWithTaskResponse]:
    """Read a verification

     Return the verification; with `wait`, when no check is running for a worker or the time is over.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        include (list[GetVerificationsByIdIncludeItem] | Unset):
        wait (int | Unset):  Default: 0.
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[VerificationWithTaskResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
        include=include,
        wait=wait,
        if_none_match=if_none_match,
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
    include: list[GetVerificationsByIdIncludeItem] | Unset = UNSET,
    wait: int | Unset = 0,
    if_none_match: str | Unset = UNSET,
) -> VerificationWithTaskResponse | None:
    """Read a verification

     Return the verification; with `wait`, when no check is running for a worker or the time is over.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        include (list[GetVerificationsByIdIncludeItem] | Unset):
        wait (int | Unset):  Default: 0.
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        VerificationWithTaskResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        id=id,
        client=client,
        include=include,
        wait=wait,
        if_none_match=if_none_match,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    include: list[GetVerificationsByIdIncludeItem] | Unset = UNSET,
    wait: int | Unset = 0,
    if_none_match: str | Unset = UNSET,
) -> Response[VerificationWithTaskResponse]:
    """Read a verification

     Return the verification; with `wait`, when no check is running for a worker or the time is over.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        include (list[GetVerificationsByIdIncludeItem] | Unset):
        wait (int | Unset):  Default: 0.
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[VerificationWithTaskResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
        include=include,
        wait=wait,
        if_none_match=if_none_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    include: list[GetVerificationsByIdIncludeItem] | Unset = UNSET,
    wait: int | Unset = 0,
    if_none_match: str | Unset = UNSET,
) -> VerificationWithTaskResponse | None:
    """Read a verification

     Return the verification; with `wait`, when no check is running for a worker or the time is over.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        include (list[GetVerificationsByIdIncludeItem] | Unset):
        wait (int | Unset):  Default: 0.
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        VerificationWithTaskResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            id=id,
            client=client,
            include=include,
            wait=wait,
            if_none_match=if_none_match,
        )
    ).parsed
