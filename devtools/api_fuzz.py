"""`./krafter fuzz-api`: send valid and invalid requests of every operation, as the OpenAPI description says them.

Schemathesis generates the requests and compares the responses with the description: no error of the server, no status,
header or body that is not described, no invalid request accepted. Starts its own system in a temporary
directory. Ends with 1 if something fails.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from devtools.demo.client import send
from devtools.local_stack.temporary_system import temporary_system
from devtools.setup_environment import ROOT

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
CACHE = ROOT / ".krafter" / "cache" / "schemathesis"  # Schemathesis' examples of failures


def command(facts: dict[str, Any], options: argparse.Namespace) -> list[str]:
    """Return Schemathesis' command line for a running system."""
    executable = Path(sys.executable).with_name("schemathesis")
    words = [str(executable), f"--config-file={CONFIGURATION}", "run", f"{facts['url']}/api/v1/schema"]
    words += [
        f"--max-time={round(options.minutes * 60)}",
        f"--workers={options.workers}",
        "--continue-on-failure",
    ]
    words += [f"--include-path-regex={options.only}"] if options.only else []
    return words + ([f"--seed={options.seed}"] if options.seed else [])


def variables(facts: dict[str, Any]) -> dict[str, str]:
    """Return the configuration's environment variables, except those of the spare resources."""
    return {
        "FUZZ_KEY": facts["api_key"],
        "FUZZ_ORG": facts["org_id"],
        "FUZZ_PROJECT": facts["project_id"],
    }


def regular_expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text} is no regular expression: {error}") from None
    return text


def create_spare_resources(facts: dict[str, Any]) -> dict[str, str]:
    """Create resources that requests may archive, revoke or remove; return ids by environment variable."""
    project = {"id": "fuzz-spare", "site_url": "https://www.example.com"}
    return {
        "FUZZ_SPARE_PROJECT": _create(facts, "projects", project),
        "FUZZ_SPARE_KEY": _create(facts, "keys", {"name": "Spare"}),
        "FUZZ_CHANGED_MEMBER": _create(facts, "members", {"email": "changed@example.com"}),
        "FUZZ_REMOVED_MEMBER": _create(facts, "members", {"email": "removed@example.com"}),
    }


def _create(facts: dict[str, Any], resource: str, body: dict[str, str]) -> str:
    url = f"{facts['url']}/api/v1/orgs/{facts['org_id']}/{resource}"
    return str(send("POST", url, body=body, key=facts["api_key"]).json["data"]["id"])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./krafter fuzz-api", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="of requests (default 5)")
    parser.add_argument(
        "--workers", type=int, default=2, help="that send requests at the same time (default 2)"
    )
    parser.add_argument(
        "--only", type=regular_expression, default="", help="only paths that match this regular expression"
    )
    parser.add_argument("--seed", type=int, help="of an earlier run, to repeat it")
    options = parser.parse_args(arguments)
    with temporary_system() as system:
        facts = system.facts
        environment = os.environ | variables(facts) | create_spare_resources(facts)
        CACHE.mkdir(parents=True, exist_ok=True)
        return subprocess.run(command(facts, options), env=environment, cwd=CACHE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
