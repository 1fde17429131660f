import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_reports_summary_include_item import GetReportsSummaryIncludeItem
from ...models.report_summary_as_of_response import ReportSummaryAsOfResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    org_id: str,
    project_id: str,
    *,
    as_of: str | Unset = UNSET,
    date_from: datetime.date | Unset = UNSET,
    date_to: datetime.date | Unset = UNSET,
    include: list[GetReportsSummaryIncludeItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["as_of"] = as_of

    json_date_from: str | Unset = UNSET
    if not isinstance(date_from, Unset):
        json_date_from = date_from.isoformat()
    params["date_from"] = json_date_from

    json_date_to: str | Unset = UNSET
    if not isinstance(date_to, Unset):
        json_date_to = date_to.isoformat()
    params["date_to"] = json_date_to

    json_include: list[str] | Unset = UNSET
    if not isinstance(include, Unset):
        json_include = []
        for include_item_data in include:
            include_item = include_item_data.value
            json_include.append(include_item)

    params["include"] = json_include

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/orgs/{org_id}/projects/{project_id}/audit/reports/summary".format(
            org_id=quote(str(org_id), safe=""),
            project_id=quote(str(project_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ReportSummaryAsOfResponse | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ReportSummaryAsOfResponse.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ReportSummaryAsOfResponse]:
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
    date_from: datetime.date | Unset = UNSET,
    date_to: datetime.date | Unset = UNSET,
    include: list[GetReportsSummaryIncludeItem] | Unset = UNSET,
) -> Response[ReportSummaryAsOfResponse]:
    """Summarise the project

     Return the burn-down and the rates, of a period or as they were at a moment.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        date_from (datetime.date | Unset):
        date_to (datetime.date | Unset):
        include (list[GetReportsSummaryIncludeItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ReportSummaryAsOfResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        as_of=as_of,
        date_from=date_from,
        date_to=date_to,
        include=include,
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
    date_from: datetime.date | Unset = UNSET,
    date_to: datetime.date | Unset = UNSET,
    include: list[GetReportsSummaryIncludeItem] | Unset = UNSET,
) -> ReportSummaryAsOfResponse | None:
    """Summarise the project

     Return the burn-down and the rates, of a period or as they were at a moment.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        date_from (datetime.date | Unset):
        date_to (datetime.date | Unset):
        include (list[GetReportsSummaryIncludeItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ReportSummaryAsOfResponse
    """

    return sync_detailed(
        org_id=org_id,
        project_id=project_id,
        client=client,
        as_of=as_of,
        date_from=date_from,
        date_to=date_to,
        include=include,
    ).parsed


async def asyncio_detailed(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
    date_from: datetime.date | Unset = UNSET,
    date_to: datetime.date | Unset = UNSET,
    include: list[GetReportsSummaryIncludeItem] | Unset = UNSET,
) -> Response[ReportSummaryAsOfResponse]:
    """Summarise the project

     Return the burn-down and the rates, of a period or as they were at a moment.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        date_from (datetime.date | Unset):
        date_to (datetime.date | Unset):
        include (list[GetReportsSummaryIncludeItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ReportSummaryAsOfResponse]
    """

    kwargs = _get_kwargs(
        org_id=org_id,
        project_id=project_id,
        as_of=as_of,
        date_from=date_from,
        date_to=date_to,
        include=include,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    org_id: str,
    project_id: str,
    *,
    client: AuthenticatedClient,
    as_of: str | Unset = UNSET,
    date_from: datetime.date | Unset = UNSET,
    date_to: datetime.date | Unset = UNSET,
    include: list[GetReportsSummaryIncludeItem] | Unset = UNSET,
) -> ReportSummaryAsOfResponse | None:
    """Summarise the project

     Return the burn-down and the rates, of a period or as they were at a moment.

    Args:
        org_id (str):
        project_id (str):
        as_of (str | Unset):
        date_from (datetime.date | Unset):
        date_to (datetime.date | Unset):
        include (list[GetReportsSummaryIncludeItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ReportSummaryAsOfResponse
    """

    return (
        await asyncio_detailed(
            org_id=org_id,
            project_id=project_id,
            client=client,
            as_of=as_of,
            date_from=date_from,
            date_to=date_to,
            include=include,
        )
    ).parsed
