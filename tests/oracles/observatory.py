"""Compare our header checks with MDN HTTP Observatory: `python -m tests.oracles.observatory FOLDER [COUNT]`.

`npm install @mdn/mdn-http-observatory` was run in FOLDER. Prints the agreement of each check and the differences.
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

from tests.oracles.random_responses import Case, random_case

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krafter_audit.settings")
os.environ.setdefault("KRAFTER_SECRET_KEY", "a comparison signs nothing")

type Verdicts = dict[str, Any]


def policy(name: str) -> Callable[[Verdicts], bool | None]:
    """Return a function that reads a flag of the policy; None without a policy."""

    def read(verdicts: Verdicts) -> bool | None:
        found = verdicts["content-security-policy"]["policy"]
        return None if found is None else not found[name]

    return read


def passes(test: str) -> Callable[[Verdicts], bool | None]:
    return lambda verdicts: verdicts[test]["pass"]


def insecure_scheme(verdicts: Verdicts) -> bool | None:
    found = verdicts["content-security-policy"]["policy"]
    return None if found is None else not (found["insecureSchemeActive"] or found["insecureSchemePassive"])


def has_policy(verdicts: Verdicts) -> bool:
    lacking = ("csp-not-implemented", "csp-not-implemented-but-reporting-enabled", "csp-header-invalid")
    return verdicts["content-security-policy"]["result"] not in lacking


def subdomains(verdicts: Verdicts) -> bool | None:
    hsts = verdicts["strict-transport-security"]
    return hsts["sub"] if hsts["result"].startswith("hsts-implemented") else None


FRAMES = "security_header_frame_options"
CORP, CORP_HEADER = "security_header_corp", "Cross-Origin-Resource-Policy"
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
    "security_header_referrer_policy": lambda verdicts: (
        verdicts["referrer-policy"]["result"] == "referrer-policy-private"
    ),
    CORP: passes("cross-origin-resource-policy"),
    "cors_restricted": passes("cross-origin-resource-sharing"),
    "sri_external_scripts": passes("subresource-integrity"),
}
POLICIES = {key for key in PAIRS if key.startswith("csp_")} | {"security_header_csp"}


MERGES = "merges the policies of header and meta, which a browser enforces separately"
IN_META = "counts frame-ancestors of a meta element, where browsers ignore it"
ANY_ORIGIN = "accepts frame-ancestors *, which allows every origin"
STRICT_DYNAMIC = "ignores sources of default-src for every resource type if 'strict-dynamic' is present"
ANY_CASE = "ignores the case of Cross-Origin-Resource-Policy, in which browsers require lower case"
OBSERVATORY_ERRORS = {MERGES, IN_META, ANY_CASE}  # known errors; with ANY_ORIGIN our rule is stricter
STRICT = re.compile(r"default-src [^;]*'strict-dynamic'")


def split_policies(case: Case) -> list[Case]:
    """Return a case with several policies as cases with one policy each in the header; others as no case."""
    if len(case.policies) < 2:
        return []
    others = [line for line in case.headers if line[0] != "Content-Security-Policy"]
    html = re.sub("<meta http-equiv[^>]*>", "", case.html)
    return [
        Case([*others, ("Content-Security-Policy", policy)], html, case.cors, [policy])
        for policy in case.policies
    ]


def known_difference(case: Case, key: str, we: bool, separate: list[Verdicts]) -> str:
    """Return the known reason of a difference; empty if there is none.

    `separate` are the verdicts of Observatory on each policy of a case: together they are as safe as the safest.
    """
    frames = [
        part.split()[1:]
        for policy in case.policies
        for part in policy.split("; ")
        if part.startswith("frame-anc")
    ]
    if separate and key in POLICIES and we == any(PAIRS[key](verdicts) for verdicts in separate):
        return MERGES
    frame_checks = (FRAMES, "csp_no_insecure_scheme")
    if key in frame_checks and "frame-ancestors" in "".join(re.findall("<meta http-equiv[^>]*>", case.html)):
        return IN_META
    if key in POLICIES and not we and any(STRICT.search(policy) for policy in case.policies):
        return STRICT_DYNAMIC
    if key == FRAMES and any("*" in sources for sources in frames):
        return ANY_ORIGIN
    if key == CORP and any(name == CORP_HEADER and not value.islower() for name, value in case.headers):
        return ANY_CASE
    return ""


def our_results(case: Case, authority: trustme.CA, ca_file: str) -> dict[str, bool | None]:
    """Return whether our checks pass; None for those without a result."""
    from tests.fakes.page_checks import run_checks
    from tests.fakes.website import Answer, Site, loopback_client, served, tls_context

    def preflight(_method: str, headers: dict[str, str]) -> Answer:
        lines = [(name, value.replace("{origin}", headers.get("origin", ""))) for name, value in case.cors]
        return Answer(status=204, headers=lines)

    site = Site({"/": Answer(case.html, headers=case.headers), "OPTIONS /": preflight})
    passed = {"passed": True, "failed": False}
    with served(site, tls_context(authority)), loopback_client(ca_file) as client:
        outcomes = run_checks(site.url, [*PAIRS, *COOKIES], client=client, retry_delays=())
        return {key: passed.get(outcome.status) for key, outcome in outcomes}


def oracle_results(cases: list[Case], folder: str) -> list[Verdicts]:
    """Return the verdicts of Observatory on each case."""
    program = Path(__file__).with_name("observatory.mjs")
    lines = "\n".join(json.dumps(case.as_json()) for case in cases)
    environment = {**os.environ, "NODE_PATH_OF_ORACLES": folder}
    completed = subprocess.run(
        ["node", str(program)], input=lines, env=environment, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in completed.stdout.splitlines()]


@dataclass
class Score:
    """Numbers of compared and equal verdicts, and of known differences."""

    compared: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)

    def add(
        self, case: Case, key: str, pair: tuple[bool | None, bool | None], separate: list[Verdicts]
    ) -> None:
        """Count a pair of verdicts, and print it if it differs for no known reason."""
        we, they = pair
        if we is None or they is None:
            return
        self.compared[key] += 1
        self.agreed[key] += we == they
        if we == they:
            return
        reason = known_difference(case, key, we, separate)
        if reason:
            self.known[reason] += 1
        else:
            print(f"{key}: we {we}, they {they}: {case.headers} {case.html[60:]} {case.cors}")

    def print_summary(self) -> int:
        """Print the numbers and return how many verdicts differ without a known reason."""
        for key, number in self.compared.items():
            print(f"{key:45}{self.agreed[key]:6} of {number}")
        for reason, number in self.known.items():
            print(f"{number:6} verdicts differ: Observatory {reason}")
        compared, agreed, known = self.compared.total(), self.agreed.total(), self.known.total()
        errors = sum(self.known[reason] for reason in OBSERVATORY_ERRORS)
        print(f"{agreed} of {compared} verdicts agree: {agreed / compared:.2%}")
        print(f"with the known differences: {(agreed + known) / compared:.2%}")
        print(f"without the {errors} errors of Observatory: {agreed / (compared - errors):.2%}")
        return compared - agreed - known


def compare(folder: str, count: int) -> int:
    """Compare this many cases; return the number of verdicts that differ without a known reason."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    score = Score()
    cases = [random_case(seed) for seed in range(count)]
    parts = [split_policies(case) for case in cases]
    part_verdicts = iter(oracle_results([part for split in parts for part in split], folder))
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        authority.cert_pem.write_to_path(file.name)
        for case, verdicts, split in zip(cases, oracle_results(cases, folder), parts, strict=True):
            separate = [next(part_verdicts) for _ in split]
            results = our_results(case, authority, file.name)
            cookies = (
                None if None in (results[key] for key in COOKIES) else all(results[key] for key in COOKIES)
            )
            score.add(case, "cookies", (cookies, verdicts["cookies"]["pass"]), separate)
            for key, read in PAIRS.items():
                score.add(case, key, (results[key], read(verdicts)), separate)
    return score.print_summary()


if __name__ == "__main__":
    import django

    django.setup()
    raise SystemExit(min(1, compare(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300)))
