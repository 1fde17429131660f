"""The command `krafter-audit`.

Exit status: 0 nothing fails; 1 problems that the gate does not let pass, or a verification that did not pass; 2 usage
error; 3 the API refused, a job failed, or a URL could not be checked at all; 130 Ctrl+C.
"""

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, Any

import httpx
import typer
from typer.core import TyperGroup

from krafter_client.cli import account, check, exits, findings, remediation
from krafter_client.cli.baseline import InvalidBaseline
from krafter_client.cli.config import NotConfigured
from krafter_client.cli.engine import EngineMissing
from krafter_client.cli.mcp import mcp
from krafter_client.cli.options import note
from krafter_client.errors import ApiError, InvalidApiKey, WaitTimeout
from krafter_client.version import __version__


class Commands(TyperGroup):
    """Ends with another status when a prompt is not answered: Typer's would be that of problems."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.Abort as error:
            # If standard input has ended, an argument is missing.
            pressed = isinstance(error.__context__, KeyboardInterrupt)
            raise typer.Exit(exits.INTERRUPTED if pressed else exits.USAGE) from None


app = typer.Typer(
    name="krafter-audit",
    cls=Commands,
    help="Scan sites, verify fixes, and fail a pipeline by new problems.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(account.login)
app.command()(account.projects)
app.add_typer(findings.app, name="findings")
app.command("import")(findings.import_file)
app.command()(remediation.scan)
app.command()(remediation.verify)
app.command()(remediation.approve)
app.command()(remediation.export)
app.command()(check.check)
app.command()(mcp)


def show_version(wanted: bool) -> None:
    """Print the version and exit."""
    if wanted:
        typer.echo(f"krafter-audit {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return the exit status."""
    try:
        app(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else exits.PASSED
    except ApiError as error:
        note(f"Error: {error}")
        for line in error.lines():
            note(f"  {line}")
    except (httpx.TransportError, httpx.InvalidURL) as error:
        note(f"Error: the API could not be reached: {error}. Check the network and KRAFTER_AUDIT_URL.")
    except (WaitTimeout, EngineMissing) as error:
        note(f"Error: {error}")
    except (NotConfigured, InvalidApiKey, InvalidBaseline) as error:
        note(f"Error: {error}")
        return exits.USAGE
    except OSError as error:  # a file that cannot be written
        note(f"Error: {error.filename or 'standard output'}: {error.strerror or error}")
        return exits.USAGE
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    return exits.ERROR


def run() -> None:
    """Run the command of this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # the encoding may lack characters of a title
            stream.reconfigure(errors="replace")
    sys.exit(main())


if __name__ == "__main__":
    run()
