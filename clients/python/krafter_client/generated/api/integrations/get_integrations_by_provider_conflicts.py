from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_integrations_by_provider_conflicts_response_2xx import (
    GetIntegrationsByProviderConflictsResponse2XX,
)
from ...models.get_integrations_by_provider_conflicts_status import (
    GetIntegrationsByProviderConflictsStatus,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    status: GetIntegrationsByProviderConflictsStatus | Unset = GetIntegrationsByProviderConflictsStatus.OPEN,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/integrations/{provider}/conflicts".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
            provider=quote(str(provider), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> GetIntegrationsByProviderConflictsResponse2XX | None:
    if 200 <= response.status_code <= 299:
        response_2xx = GetIntegrationsByProviderConflictsResponse2XX.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[GetIntegrationsByProviderConflictsResponse2XX]:
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
    status: GetIntegrationsByProviderConflictsStatus | Unset = GetIntegrationsByProviderConflictsStatus.OPEN,
) -> Response[GetIntegrationsByProviderConflictsResponse2XX]:
    """List the conflicts of a provider

     List open conflicts, or resolved ones with `?status=resolved`, newest first.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        status (GetIntegrationsByProviderConflictsStatus | Unset):  Default:
            GetIntegrationsByProviderConflictsStatus.OPEN.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetIntegrationsByProviderConflictsResponse2XX]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        status=status,
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
    status: GetIntegrationsByProviderConflictsStatus | Unset = GetIntegrationsByProviderConflictsStatus.OPEN,
) -> GetIntegrationsByProviderConflictsResponse2XX | None:
    """List the conflicts of a provider

     List open conflicts, or resolved ones with `?status=resolved`, newest first.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        status (GetIntegrationsByProviderConflictsStatus | Unset):  Default:
            GetIntegrationsByProviderConflictsStatus.OPEN.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetIntegrationsByProviderConflictsResponse2XX
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        client=client,
        status=status,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    status: GetIntegrationsByProviderConflictsStatus | Unset = GetIntegrationsByProviderConflictsStatus.OPEN,
) -> Response[GetIntegrationsByProviderConflictsResponse2XX]:
    """List the conflicts of a provider

     List open conflicts, or resolved ones with `?status=resolved`, newest first.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        status (GetIntegrationsByProviderConflictsStatus | Unset):  Default:
            GetIntegrationsByProviderConflictsStatus.OPEN.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[GetIntegrationsByProviderConflictsResponse2XX]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        provider=provider,
        status=status,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    provider: str,
    *,
    client: AuthenticatedClient,
    status: GetIntegrationsByProviderConflictsStatus | Unset = GetIntegrationsByProviderConflictsStatus.OPEN,
) -> GetIntegrationsByProviderConflictsResponse2XX | None:
    """List the conflicts of a provider

     List open conflicts, or resolved ones with `?status=resolved`, newest first.

    Args:
        org_id (str):
        project_id (str):
        provider (str):
        status (GetIntegrationsByProviderConflictsStatus | Unset):  Default:
            GetIntegrationsByProviderConflictsStatus.OPEN.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        GetIntegrationsByProviderConflictsResponse2XX
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            provider=provider,
            client=client,
            status=status,
        )
    ).parsed
