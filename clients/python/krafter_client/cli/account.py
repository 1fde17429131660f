"""Commands about logins and projects."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from krafter_client import ProjectClient
from krafter_client.cli.config import API_KEY, Config, Login, NotConfigured
from krafter_client.cli.options import note

UrlOption = Annotated[str, typer.Option("--url", prompt="URL of the installation", help="Where the API is.")]
OrgOption = Annotated[
    str,
    typer.Option("--org", help="The organisation's UUID; by default that of the key.", show_default=False),
]
SlugOption = Annotated[
    str,
    typer.Option(
        "--project",
        help="The project's id (its slug); by default the only one of the key.",
        show_default=False,
    ),
]
KeyOption = Annotated[
    str,
    typer.Option(
        "--api-key",
        prompt="API key",
        hide_input=True,
        envvar=API_KEY,
        help="The key; read from a prompt if left out.",
    ),
]


def login(url: UrlOption, api_key: KeyOption, org: OrgOption = "", project: SlugOption = "") -> None:
    """Check an API key, and store it for the next commands."""
    address, key = url.rstrip("/"), api_key.strip()
    with ProjectClient(address, key, org_id="", project_id="") as client:
        caller = client.me()
    org_id = org.strip() or str(caller.organization.id)
    given = Login(
        address, key, org_id, project.strip() or _choose([candidate.id for candidate in caller.projects])
    )
    with ProjectClient(given.url, given.api_key, org_id=given.org_id, project_id=given.project_id) as client:
        # The organisation and the project must be right too.
        client.summary()
    config = Config.read()
    config.use(given)
    note(f"{given.project_id} is in use. The key is in {config.path}, which only you can read.")


def _choose(projects: list[str]) -> str:
    if len(projects) == 1:
        return projects[0]
    if not projects:
        raise NotConfigured("The key has no project yet: create one in the admin, or by POST …/projects.")
    note(f"The projects of the key: {', '.join(projects)}.")
    chosen: str = typer.prompt("Project id", err=True)
    return chosen.strip()


def projects(
    use: Annotated[
        str | None, typer.Argument(metavar="[PROJECT]", help="The project to use from now on.")
    ] = None,
) -> None:
    """List the projects with a stored login, or choose the one to use."""
    config = Config.read()
    if use:
        found = [stored for stored in config.logins if stored.project_id == use]
        if not found:
            raise NotConfigured(f"There is no login for {use}: run krafter-audit login --project {use}.")
        config.use(found[-1])
    rows = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", "Project", "Organisation", "URL"):
        rows.add_column(name, overflow="fold")
    for stored in reversed(config.logins):
        rows.add_row("*" if stored == config.logins[-1] else "", stored.project_id, stored.org_id, stored.url)
    if config.logins:
        Console(highlight=False).print(rows)
    else:
        note("No project yet: run krafter-audit login.")
