"""`./krafter demo`: the main job from end to end, told request by request against the running system.

It looks at the demo's website, takes one finding through task, verification, refusal, mending, approval and
reopening, then shows the policy and the reports, and ends with the exported files and the shared page.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from devtools.demo.client import Api, Broken, indented, send
from devtools.local_stack.data import READY, DataDirectory
from devtools.local_stack.process import REPOSITORY

CHECK = "security_header_csp"
STRICT = {
    "severity_rules": {"security": "critical", "performance": "high"},
    "sla_hours": {"critical": 12, "high": 48},
}
FIRST_BYTES = {"pdf": b"%PDF-", "json": b"{", "csv": b""}  # in the order of the exports


class Story:
    """The steps, in order; each one raises Broken where it does not go as told."""

    def __init__(self, facts: dict[str, Any], out: Path) -> None:
        self.site: str = facts["demo_site"]
        audit = f"{facts['url']}/api/v1/orgs/{facts['org_id']}/projects/{facts['project_id']}/audit"
        self.api = Api(audit, facts["api_key"])
        self.out = out
        self.number = 0
        print(f"…/audit is {audit}\nThe demo's website is {self.site}")

    def say(self, words: str) -> None:
        """The heading of a step."""
        self.number += 1
        print(f"\n{self.number}. {words}")

    def tell(self) -> tuple[list[Path], str]:
        """All of it; answers the exported files and the link."""
        self.break_the_site()
        finding = self.find()
        task = self.plan(finding)
        self.verify_too_early(task)
        verification = self.mend_and_approve(task)
        self.reopen(verification, finding)
        self.mend_and_approve(task)
        self.show_that_it_is_closed(task, finding)
        self.policy()
        return self.report()

    def site_request(self, path: str) -> None:
        """One request to the demo's website, which mends or breaks something."""
        print(f"\n   POST {self.site}{path}")
        answer = send("POST", f"{self.site}{path}")
        broken = sum(fault["broken"] for fault in answer.json) if answer.status == 200 else 0
        print(f"   → {answer.status}\n{indented(f'{broken} faults are in the site now')}")
        if answer.status != 200:
            raise Broken(f"The demo's website answered {answer.status}.")

    def break_the_site(self) -> None:
        """Begin with every fault in place, whatever a story before this one has mended."""
        self.say("Put every planted fault into the demo's website.")
        self.site_request("/faults/break-all")

    def find(self) -> dict[str, Any]:
        """Scan, list, and pick the finding about the missing header."""
        self.say("Scan the site.")
        scan = self.api.call("POST", "/scans/run", {"url": f"{self.site}/", "trigger": "manual"}, expect=202)
        done = self.api.wait(f"/scans/{scan['id']}", "status", {"queued", "running"})
        if done["status"] != "completed":
            raise Broken(f"The scan ended as {done['status']}.")
        self.say("List what it found, the most important first.")
        self.api.call("GET", "/findings?limit=3")
        listed = self.api.call("GET", "/findings?domain=security&limit=100", show=False)
        for finding in listed:
            if CHECK in finding["evidence"].get("checks", []):
                print(f"\n   The one to work on: {finding['title']} ({finding['severity']})")
                return dict(finding)
        raise Broken(f"None of the findings is about {CHECK}.")

    def plan(self, finding: dict[str, Any]) -> dict[str, Any]:
        """Make the task and start on it."""
        self.say("Make a task for the missing Content-Security-Policy. The policy dates it.")
        asked = {
            "finding_id": finding["id"],
            "title": "Add Content-Security-Policy header",
            "priority": "high",
        }
        task: dict[str, Any] = self.api.call("POST", "/tasks", asked, expect=201)
        self.say("Start on it. (The finding follows.)")
        self.api.call("PATCH", f"/tasks/{task['id']}", {"status": "in_progress"})
        return task

    def run(self, task: dict[str, Any]) -> dict[str, Any]:
        """Say that the work is ready, look at the live site again, and wait for the outcome."""
        self.api.call("PATCH", f"/tasks/{task['id']}", {"status": "ready_verify"})
        made = self.api.call("POST", "/verifications/run", {"task_id": task["id"]}, expect=202)
        return self.wait_for_checks(made["id"])

    def wait_for_checks(self, verification_id: str) -> dict[str, Any]:
        """Read the verification until no check runs."""
        path = f"/verifications/{verification_id}"
        deadline = time.monotonic() + 90
        while True:
            verification: dict[str, Any] = self.api.call("GET", path, show=False)
            if all(check["status"] != "running" for check in verification["checks"]):
                break
            if time.monotonic() > deadline:
                raise Broken("The verification still runs after 90 s. Does the worker run?")
            time.sleep(1)
        self.api.call("GET", path)
        return verification

    def expect_checks(self, verification: dict[str, Any], status: str) -> None:
        """Raise Broken unless every check has the status."""
        found = {check["key"]: check["status"] for check in verification["checks"]}
        if set(found.values()) != {status}:
            raise Broken(f"The checks should be {status} and are {found}.")

    def verify_too_early(self, task: dict[str, Any]) -> None:
        """Nothing is mended yet: the check fails, and the approval is refused."""
        self.say("Claim that it is done, having done nothing, and verify: the live site is looked at again.")
        verification = self.run(task)
        self.expect_checks(verification, "failed")
        self.say("Approve it all the same: refused.")
        refusal = self.api.call("POST", f"/verifications/{verification['id']}/approve", expect=409)
        if refusal["code"] != "checks_not_passed":
            raise Broken(f"The refusal should be checks_not_passed and is {refusal['code']}.")

    def mend_and_approve(self, task: dict[str, Any]) -> dict[str, Any]:
        """Mend the site by one request, verify, approve."""
        self.say("Mend it: from now on the site sends the header.")
        self.site_request(f"/faults/{CHECK}/mend")
        self.say("Verify again.")
        verification = self.run(task)
        self.expect_checks(verification, "passed")
        self.say("Approve: one transaction closes the task, the finding and its open regressions.")
        approved: dict[str, Any] = self.api.call("POST", f"/verifications/{verification['id']}/approve")
        return approved

    def reopen(self, verification: dict[str, Any], finding: dict[str, Any]) -> None:
        """The header is gone again: undo the approval, and see the regression."""
        self.say("Somebody deploys an old version, and the header is gone. Reopen the verification.")
        self.site_request(f"/faults/{CHECK}/break")
        self.api.call("POST", f"/verifications/{verification['id']}/reopen")
        self.say("That is a regression, on record.")
        regressions = self.api.call("GET", "/regressions?limit=5")
        triggers = {each["trigger"] for each in regressions if each["finding_id"] == finding["id"]}
        if "verification_reopened" not in triggers:
            raise Broken("No regression was recorded for the reopened verification.")

    def show_that_it_is_closed(self, task: dict[str, Any], finding: dict[str, Any]) -> None:
        """Task, finding and regressions as they stand."""
        self.say("Where things stand: the task is done, the finding resolved, the regression closed.")
        stands = [
            self.api.call("GET", f"/tasks/{task['id']}")["status"],
            self.api.call("GET", f"/findings/{finding['id']}", show=False)["status"],
            *{each["status"] for each in self.api.call("GET", f"/findings/{finding['id']}/regressions")},
        ]
        if stands != ["done", "resolved", "closed"]:
            raise Broken(f"Task, finding and regressions should be done, resolved, closed and are {stands}.")

    def policy(self) -> None:
        """Read, replace, simulate."""
        self.say("The project's policy: severities, deadlines, who hears of what.")
        self.api.call("GET", "/policies/current")
        self.say("Try a stricter one without applying it.")
        self.api.call("POST", "/policies/test", {"config": STRICT})
        self.say("Apply it.")
        self.api.call("PUT", "/policies/current", {"name": "Strict Production Policy", "config": STRICT})

    def report(self) -> tuple[list[Path], str]:
        """Sum up, export in three formats, share by a link that opens without a key."""
        self.say("How it goes: the burn-down of open risk, pass rate and regression rate.")
        self.api.call("GET", "/reports/summary")
        files = [file for form in FIRST_BYTES if (file := self.export(form))]
        self.say("Share the report by a link, and open the link as anybody would.")
        shared = self.api.call("POST", "/reports/share", {"channel": "link"})
        link: str = shared["share_url"]
        page = send("GET", link)
        print(f"\n   GET {link}   (no key)\n   → {page.status}, {page.kind}, {len(page.body)} bytes")
        if page.status != 200:
            raise Broken(f"The shared page answered {page.status}.")
        return files, link

    def export(self, form: str) -> Path | None:
        """Export in one format, wait for the worker, download; None where this machine cannot render a PDF."""
        self.say(f"Export the report as {form.upper()}.")
        queued = self.api.call("POST", "/reports/export", {"format": form}, expect=202)
        done = self.api.wait(f"/reports/{queued['id']}", "status", {"queued", "exporting"})
        if done["status"] == "failed":
            self.explain_failure(queued["id"], form)
            return None
        if done["status"] != "exported":
            raise Broken(f"The export as {form} ended as {done['status']}.")
        path = f"/reports/{queued['id']}/download"
        answer = send("GET", f"{self.api.base}{path}", key=self.api.key)
        print(f"\n   GET …/audit{path}\n   → {answer.status}, {answer.kind}, {len(answer.body)} bytes")
        if answer.status != 200 or not answer.body.startswith(FIRST_BYTES[form]) or not answer.body:
            raise Broken(
                f"The download answered {answer.status} with {answer.body[:20]!r}, which is no {form}."
            )
        self.out.mkdir(parents=True, exist_ok=True)
        file = self.out / f"report.{form}"
        file.write_bytes(answer.body)
        return file

    def explain_failure(self, report_id: str, form: str) -> None:
        """Print why an export failed. A PDF needs Pango, which may be missing; every other failure is Broken."""
        error = self.api.call("GET", f"/reports/{report_id}/download", expect=409)
        if form != "pdf":
            raise Broken(f"The export as {form} failed. {error['message']}")
        print(f"\n   No PDF: {error['message']}\n   The demo continues with the other formats.")


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line of `./krafter demo`."""
    parser = argparse.ArgumentParser(prog="./krafter demo", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=REPOSITORY / ".krafter" / "data", help="of the running system"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("krafter-demo-output"), help="where the exported files go"
    )
    return parser.parse_args(arguments)


def facts_of(data: DataDirectory) -> dict[str, Any]:
    """What is known about the running system. Raises Broken where none runs or it has no demo."""
    facts = data.read(READY) if data.running() else None
    if not facts:
        raise Broken(f"No system answers for {data.path}. Start one in another terminal: ./krafter up")
    if not facts["demo_site"]:
        raise Broken("The running system was started with --no-demo. Start it without: ./krafter up")
    return dict(facts)


def main(arguments: list[str] | None = None) -> int:
    """Tell the story; answers the exit status."""
    options = parsed(arguments)
    try:
        story = Story(facts_of(DataDirectory(options.data)), options.out.resolve())
        files, link = story.tell()
    except Broken as broken:
        print(f"\nThe story stops here. {broken}", file=sys.stderr)
        return 1
    print("\nThe exported files:")
    for file in files:
        print(f"  {file}")
    print(f"The shared page:\n  {link}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
