"""The part of `./krafter doctor` that looks at the data directory, the ports and the running system."""

import sys
import urllib.error
import urllib.request
from pathlib import Path

from devtools.local_stack import postgres, valkey
from devtools.local_stack.data import READY, DataDirectory, port_is_free
from devtools.local_stack.process import StartFailed


def tell(what: str, words: str) -> None:
    """One line of the report."""
    print(f"  {what:<12} {words}")


def servers() -> bool:
    """Whether the embedded servers are there and can be reached by the user they run as."""
    try:
        tell("PostgreSQL", str(postgres.install() / "postgres"))
        tell("Valkey", str(valkey.program()))
    except StartFailed as error:
        tell("servers", str(error))
        return False
    return True


def answers(url: str) -> bool:
    """Whether the web is ready to serve."""
    try:
        with urllib.request.urlopen(f"{url}/healthz/ready", timeout=3) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def system(data: DataDirectory) -> bool:
    """What runs on the data directory; a system that runs and does not answer is trouble."""
    if not data.running():
        tell("system", f"none runs on {data.path}; ./krafter up starts one")
        words = (
            "free" if port_is_free("127.0.0.1", 8000) else "taken by somebody else; use ./krafter up --port 0"
        )
        tell("port 8000", words)
        return True
    url = str((data.read(READY) or {}).get("url", ""))
    well = url.startswith("http") and answers(url)
    tell(
        "system",
        f"{url} {'answers' if well else 'does not answer; see the logs in ' + str(data.path / 'logs')}",
    )
    return well


if __name__ == "__main__":
    well = [servers(), system(DataDirectory(Path(sys.argv[1])))]
    sys.exit(0 if all(well) else 1)
