"""Output formats of problems: each is a function from a result to a text."""

from collections.abc import Callable, Mapping

from krafter_client.cli.formats.github import github_annotations
from krafter_client.cli.formats.json import as_json
from krafter_client.cli.formats.junit import junit_xml
from krafter_client.cli.formats.markdown import markdown_summary
from krafter_client.cli.formats.sarif import sarif
from krafter_client.cli.formats.table import table
from krafter_client.cli.problems import Result

FORMATS: Mapping[str, Callable[[Result], str]] = {
    "table": table,
    "json": as_json,
    "sarif": sarif,
    "junit": junit_xml,
    "github": github_annotations,
    "markdown": markdown_summary,
}
