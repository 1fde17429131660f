from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.webhook_response import WebhookResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    if_none_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_none_match, Unset):
        headers["If-None-Match"] = if_none_match

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/integrations/{provider}/webhook".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
            provider=quote(str(provider), safe=""),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> WebhookResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = WebhookResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[WebhookResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    if_none_match: str | Unset = UNSET,
) -> Response[WebhookResponse]:
    """Read the webhook of a provider

     Return the URL, without the secret.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WebhookResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        if_none_match=if_none_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    if_none_match: str | Unset = UNSET,
) -> WebhookResponse | None:
    """Read the webhook of a provider

     Return the URL, without the secret.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WebhookResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        client=client,
        if_none_match=if_none_match,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    if_none_match: str | Unset = UNSET,
) -> Response[WebhookResponse]:
    """Read the webhook of a provider

     Return the URL, without the secret.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[WebhookResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        if_none_match=if_none_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    if_none_match: str | Unset = UNSET,
) -> WebhookResponse | None:
    """Read the webhook of a provider

     Return the URL, without the secret.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        WebhookResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            provider=provider,
            client=client,
            if_none_match=if_none_match,
        )
    ).parsed
