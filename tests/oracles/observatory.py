"""python -m tests.oracles.observatory FOLDER [COUNT]: our checks of headers against MDN HTTP Observatory, pair by pair.

FOLDER is one in which `npm install @mdn/mdn-http-observatory` was run. Prints each check's agreement, and every pair
that differs.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme

from tests.oracles.random_responses import Case, made

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
os.environ.setdefault("KRAFTER_SECRET_KEY", "for the length of a comparison, which signs nothing")

type Verdicts = dict[str, Any]


def policy(name: str) -> Callable[[Verdicts], bool | None]:
    """Read one of the policy's flags; None where there is no policy to judge."""

    def read(said: Verdicts) -> bool | None:
        found = said["content-security-policy"]["policy"]
        return None if found is None else not found[name]

    return read


def passes(test: str) -> Callable[[Verdicts], bool | None]:
    return lambda said: said[test]["pass"]


def insecure_scheme(said: Verdicts) -> bool | None:
    found = said["content-security-policy"]["policy"]
    return None if found is None else not (found["insecureSchemeActive"] or found["insecureSchemePassive"])


def has_policy(said: Verdicts) -> bool:
    lacking = ("csp-not-implemented", "csp-not-implemented-but-reporting-enabled", "csp-header-invalid")
    return said["content-security-policy"]["result"] not in lacking


def subdomains(said: Verdicts) -> bool | None:
    hsts = said["strict-transport-security"]
    return hsts["sub"] if hsts["result"].startswith("hsts-implemented") else None


FRAMES = "security_header_frame_options"
COOKIES = ("cookies_secure", "cookies_httponly", "cookies_samesite")
PAIRS: dict[str, Callable[[Verdicts], bool | None]] = {
    "security_header_csp": has_policy,
    "csp_script_src_safe": policy("unsafeInline"),
    "csp_no_unsafe_eval": policy("unsafeEval"),
    "csp_no_insecure_scheme": insecure_scheme,
    "csp_style_src_safe": policy("unsafeInlineStyle"),
    "csp_object_src": policy("unsafeObjects"),
    "csp_base_uri": policy("insecureBaseUri"),
    "csp_form_action": policy("insecureFormAction"),
    "security_header_frame_options": passes("x-frame-options"),
    "security_header_hsts": passes("strict-transport-security"),
    "hsts_include_subdomains": subdomains,
    "security_header_x_content_type_options": passes("x-content-type-options"),
    "security_header_referrer_policy": lambda said: (
        said["referrer-policy"]["result"] == "referrer-policy-private"
    ),
    "security_header_corp": passes("cross-origin-resource-policy"),
    "cors_restricted": passes("cross-origin-resource-sharing"),
    "sri_external_scripts": passes("subresource-integrity"),
}
POLICIES = {key for key in PAIRS if key.startswith("csp_")} | {"security_header_csp"}


MERGES = "merges the policies of header and meta, which a browser enforces one by one"
IN_META = "counts frame-ancestors of a meta element, where browsers ignore it"
EVERYBODY = "takes frame-ancestors * for a restriction, which keeps nobody out"
DROPS = "drops from default-src, for all that is loaded, what 'strict-dynamic' makes scripts ignore"
ERRS = {MERGES, IN_META}  # the errors that are known of it; EVERYBODY is a rule of ours that is stricter
STRICT = re.compile(r"default-src [^;]*'strict-dynamic'")


def apart(case: Case) -> list[Case]:
    """Return a case with header and meta policies as cases of one policy each, sent in the header; else none."""
    if len(case.policies) < 2:
        return []
    others = [line for line in case.headers if line[0] != "Content-Security-Policy"]
    html = re.sub("<meta http-equiv[^>]*>", "", case.html)
    return [
        Case([*others, ("Content-Security-Policy", one)], html, case.cors, [one]) for one in case.policies
    ]


def excused(case: Case, key: str, we: bool, alone: list[Verdicts]) -> str:
    """Say why a difference is no fault of ours; empty where it may be one.

    `alone` is what Observatory says of each policy of a case of two: together they are as safe as the safer one.
    """
    frames = [
        part.split()[1:] for one in case.policies for part in one.split("; ") if part.startswith("frame-anc")
    ]
    if alone and key in POLICIES and we == any(PAIRS[key](said) for said in alone):
        return MERGES
    of_frames = (FRAMES, "csp_no_insecure_scheme")
    if key in of_frames and "frame-ancestors" in "".join(re.findall("<meta http-equiv[^>]*>", case.html)):
        return IN_META
    if key in POLICIES and not we and any(STRICT.search(one) for one in case.policies):
        return DROPS
    if key == FRAMES and any("*" in sources for sources in frames):
        return EVERYBODY
    return ""


def ours(case: Case, authority: trustme.CA, ca_file: str) -> dict[str, bool | None]:
    """Return what our checks say: True, False, or None where they can't say."""
    from scanner.engine import run_checks
    from tests.fakes.website import Answer, Site, loopback_client, served, tls_context

    def preflight(_method: str, headers: dict[str, str]) -> Answer:
        lines = [(name, value.replace("{origin}", headers.get("origin", ""))) for name, value in case.cors]
        return Answer(status=204, headers=lines)

    site = Site({"/": Answer(case.html, headers=case.headers), "OPTIONS /": preflight})
    words = {"passed": True, "failed": False}
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        outcomes = run_checks(site.url, [*PAIRS, *COOKIES], client=client, retry_delays=())
        return {key: words.get(outcome.status) for key, outcome in outcomes}


def theirs(cases: list[Case], folder: str) -> list[Verdicts]:
    """Return what Observatory says of each case."""
    program = Path(__file__).with_name("observatory.mjs")
    lines = "\n".join(json.dumps(case.as_json()) for case in cases)
    environment = {**os.environ, "NODE_PATH_OF_ORACLES": folder}
    done = subprocess.run(
        ["node", str(program)], input=lines, env=environment, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@dataclass
class Score:
    """How many pairs were compared, agreed, and differ for a known reason."""

    asked: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case, key: str, pair: tuple[bool | None, bool | None], alone: list[Verdicts]) -> None:
        """Count one pair; one that differs is printed."""
        we, they = pair
        if we is None or they is None:
            return
        self.asked[key] += 1
        self.agreed[key] += we == they
        if we == they:
            return
        reason = excused(case, key, we, alone)
        if reason:
            self.excused[reason] += 1
        else:
            print(f"{key}: we {we}, they {they}: {case.headers} {case.html[60:]} {case.cors}")

    def told(self) -> int:
        """Print the score and return how many pairs differ without a known reason."""
        for key, number in self.asked.items():
            print(f"{key:45}{self.agreed[key]:6} of {number}")
        for reason, number in self.excused.items():
            print(f"{number:6} pairs differ as Observatory {reason}")
        asked, agreed, known = self.asked.total(), self.agreed.total(), self.excused.total()
        erring = sum(self.excused[reason] for reason in ERRS)
        print(
            f"{agreed} of {asked} pairs agree ({agreed / asked:.2%}); with the known {(agreed + known) / asked:.2%}"
        )
        print(f"without the {erring} in which Observatory errs: {agreed / (asked - erring):.2%}")
        return asked - agreed - known


def compare(folder: str, count: int) -> int:
    """Compare so many cases; return the number of pairs that differ without a known reason."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    score = Score()
    cases = [made(seed) for seed in range(count)]
    parts = [apart(case) for case in cases]
    of_parts = iter(theirs([one for some in parts for one in some], folder))
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        authority.cert_pem.write_to_path(file.name)
        for case, said, some in zip(cases, theirs(cases, folder), parts, strict=True):
            alone = [next(of_parts) for _ in some]
            mine = ours(case, authority, file.name)
            cookies = None if None in (mine[key] for key in COOKIES) else all(mine[key] for key in COOKIES)
            score.add(case, "cookies", (cookies, said["cookies"]["pass"]), alone)
            for key, read in PAIRS.items():
                score.add(case, key, (mine[key], read(said)), alone)
    return score.told()


if __name__ == "__main__":
    import django

    django.setup()
    raise SystemExit(min(1, compare(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300)))
