from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.comment_response import CommentResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    id: str,
    comment_id: str,
    *,
    if_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_match, Unset):
        headers["If-Match"] = if_match

    _kwargs: dict[str, Any] = {
        "method": "delete",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/tasks/{id}/comments/{comment_id}".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
            id=quote(str(id), safe=""),
            comment_id=quote(str(comment_id), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CommentResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = CommentResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CommentResponse]:
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
    comment_id: str,
    *,
    client: AuthenticatedClient,
    if_match: str | Unset = UNSET,
) -> Response[CommentResponse]:
    """Delete a comment

     Delete the comment; only its author may.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        comment_id (str):
        if_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CommentResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
        comment_id=comment_id,
        if_match=if_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    org_id: str,
    project_id: str,
    id: str,
    comment_id: str,
    *,
    client: AuthenticatedClient,
    if_match: str | Unset = UNSET,
) -> CommentResponse | None:
    """Delete a comment

     Delete the comment; only its author may.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        comment_id (str):
        if_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CommentResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        id=id,
        comment_id=comment_id,
        client=client,
        if_match=if_match,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    id: str,
    comment_id: str,
    *,
    client: AuthenticatedClient,
    if_match: str | Unset = UNSET,
) -> Response[CommentResponse]:
    """Delete a comment

     Delete the comment; only its author may.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        comment_id (str):
        if_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CommentResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
        comment_id=comment_id,
        if_match=if_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    id: str,
    comment_id: str,
    *,
    client: AuthenticatedClient,
    if_match: str | Unset = UNSET,
) -> CommentResponse | None:
    """Delete a comment

     Delete the comment; only its author may.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        comment_id (str):
        if_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CommentResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            id=id,
            comment_id=comment_id,
            client=client,
            if_match=if_match,
        )
    ).parsed
