"""`krafter-audit mcp`: let assistants use the API by the Model Context Protocol."""

import importlib
from typing import Annotated

import typer

from krafter_client.cli.engine import EngineMissing
from krafter_client.cli.options import ProjectOption, connect

HOST = "127.0.0.1"  # other machines would act with the key of the login


def mcp(
    project: ProjectOption = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--http",
            metavar="PORT",
            min=1,
            max=65535,
            help="Serve streamable HTTP on this port of this machine, at /mcp, instead of standard input and output.",
        ),
    ] = None,
) -> None:
    """Serve the API to an assistant (MCP), with the rights of the stored API key."""
    try:
        server = importlib.import_module("krafter_client.mcp_server.server")
    except ModuleNotFoundError as error:
        raise EngineMissing(f"{error.name} is missing: install krafter-audit[mcp].") from None
    with connect(project) as client:
        built = server.build_server(client)
        if port is None:
            built.run("stdio")
        else:
            built.run("streamable-http", host=HOST, port=port)
