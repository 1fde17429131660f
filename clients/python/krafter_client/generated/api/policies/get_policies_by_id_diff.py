from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.policy_comparison_response import PolicyComparisonResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    id: str,
    *,
    with_: UUID | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_with_: str | Unset = UNSET
    if not isinstance(with_, Unset):
        json_with_ = str(with_)
    params["with"] = json_with_

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/policies/{id}/diff".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PolicyComparisonResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = PolicyComparisonResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PolicyComparisonResponse]:
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
    with_: UUID | Unset = UNSET,
) -> Response[PolicyComparisonResponse]:
    """Compare two versions of the policy

     Return the changes from this version to another one, by default the current one.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        with_ (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PolicyComparisonResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
        with_=with_,
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
    with_: UUID | Unset = UNSET,
) -> PolicyComparisonResponse | None:
    """Compare two versions of the policy

     Return the changes from this version to another one, by default the current one.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        with_ (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PolicyComparisonResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        id=id,
        client=client,
        with_=with_,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    with_: UUID | Unset = UNSET,
) -> Response[PolicyComparisonResponse]:
    """Compare two versions of the policy

     Return the changes from this version to another one, by default the current one.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        with_ (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PolicyComparisonResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        id=id,
        with_=with_,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    id: str,
    *,
    client: AuthenticatedClient,
    with_: UUID | Unset = UNSET,
) -> PolicyComparisonResponse | None:
    """Compare two versions of the policy

     Return the changes from this version to another one, by default the current one.

    Args:
        org_id (str):
        project_id (str):
        id (str):
        with_ (UUID | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PolicyComparisonResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            id=id,
            client=client,
            with_=with_,
        )
    ).parsed
