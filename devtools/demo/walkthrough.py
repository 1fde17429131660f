"""`./krafter demo`: the whole workflow against the running system, request by request.

It scans the demo website, takes a finding through task, verification, rejected approval, fix, approval and reopening,
then puts more tasks into a campaign, shows their clocks, the policy and the reports, and ends with the exported files
and the shared page.
"""

import argparse
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from devtools.demo.client import ApiClient, DemoFailed, check_progress, indented, job_progress, send
from devtools.local_stack.data import READY, DataDirectory
from devtools.local_stack.process import REPOSITORY

CHECK = "security_header_csp"
GUARD_CONFIG = {severity: ["1h", "1d", "7d"] for severity in ("critical", "high", "medium", "low")}
WORKING_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
SLA_CONFIG = {
    "pause_while_blocked": True,
    "warnings": ["1d", "4h"],
    "business_hours": {
        "time_zone": "Europe/Vienna",
        "days": dict.fromkeys(WORKING_DAYS, ["09:00-17:00"]),
        "holidays": "AT",
    },
}
SLA_HOURS = {"critical": 24, "high": 72, "medium": 168, "low": 336}
CAMPAIGN, CAMPAIGN_TASKS, CAMPAIGN_DAYS = "Before the relaunch", 5, 14
STRICT_CONFIG = {
    "guard": GUARD_CONFIG,
    "sla": SLA_CONFIG,
    "severity_rules": {"security": "critical", "performance": "high"},
    "sla_hours": {"critical": 12, "high": 48},
}
EVENT_SECONDS = 60
FIRST_BYTES = {"pdf": b"%PDF-", "json": b"{", "csv": b""}  # in the order of the exports


class Walkthrough:
    """The steps, in order. Each raises DemoFailed if the result is unexpected."""

    def __init__(self, facts: dict[str, Any], out: Path) -> None:
        self.site: str = facts["demo_site"]
        audit = f"{facts['url']}/api/v1/orgs/{facts['org_id']}/projects/{facts['project_id']}/audit"
        self.api = ApiClient(audit, facts["api_key"])
        self.out = out
        self.number = 0
        print(f"…/audit is {audit}\nThe demo website is {self.site}")

    def print_step(self, title: str) -> None:
        self.number += 1
        print(f"\n{self.number}. {title}")

    def run(self) -> tuple[list[Path], str]:
        """Run all steps; return the exported files and the link."""
        self.break_site()
        self.set_guard_and_clock()
        finding = self.scan_and_select_finding()
        task = self.create_task(finding)
        self.verify_before_fix(task)
        verification = self.fix_and_approve(task)
        self.reopen(verification, finding)
        self.fix_and_approve(task)
        self.show_closed_state(task, finding)
        tasks = self.create_more_tasks()
        self.campaign([task, *tasks])
        self.clocks(*tasks[:2])
        self.policy()
        return self.report()

    def site_request(self, path: str) -> None:
        print(f"\n   POST {self.site}{path}")
        answer = send("POST", f"{self.site}{path}")
        broken = sum(fault["broken"] for fault in answer.json) if answer.status == 200 else 0
        print(f"   → {answer.status}\n{indented(f'{broken} faults are on the site now')}")
        if answer.status != 200:
            raise DemoFailed(f"The demo website answered {answer.status}.")

    def break_site(self) -> None:
        self.print_step("Restore all faults of the demo website.")
        self.site_request("/faults/break-all")

    def set_guard_and_clock(self) -> None:
        self.print_step(
            "Have fixed findings checked again an hour, a day and a week after their approval, and due dates"
            " counted in business hours."
        )
        config = self.api.call("GET", "/policies/current", show=False)["config"]
        # The tasks need due dates, which the former policy may not set.
        own = {"guard": GUARD_CONFIG, "sla": SLA_CONFIG, "sla_hours": SLA_HOURS}
        self.api.call("PUT", "/policies/current", {"config": {**config, **own}})

    def scan_and_select_finding(self) -> dict[str, Any]:
        self.print_step("Scan the site.")
        scan = self.api.call("POST", "/scans/run", {"url": f"{self.site}/", "trigger": "manual"}, expect=202)
        done = self.api.wait(f"/scans/{scan['id']}", job_progress)
        if done["status"] != "completed":
            raise DemoFailed(f"The scan ended as {done['status']}.")
        self.print_step("List the findings, highest score first.")
        self.api.call("GET", "/findings?limit=3")
        listed = self.api.call("GET", "/findings?domain=security&limit=100", show=False)
        for finding in listed:
            if CHECK in finding["evidence"].get("checks", []):
                print(f"\n   Selected: {finding['title']} ({finding['severity']})")
                return dict(finding)
        raise DemoFailed(f"No finding has the check {CHECK}.")

    def create_task(self, finding: dict[str, Any]) -> dict[str, Any]:
        self.print_step(
            "Create a task for the missing Content-Security-Policy header. The policy sets its due date."
        )
        body = {
            "finding_id": finding["id"],
            "title": "Add Content-Security-Policy header",
            "priority": "high",
        }
        task: dict[str, Any] = self.api.call("POST", "/tasks", body, expect=201)
        self.print_step("Start work. (The status of the finding follows.)")
        self.api.call("PATCH", f"/tasks/{task['id']}", {"status": "in_progress"})
        return task

    def run_verification(self, task: dict[str, Any]) -> dict[str, Any]:
        self.api.call("PATCH", f"/tasks/{task['id']}", {"status": "ready_verify"})
        verification = self.api.call("POST", "/verifications/run", {"task_id": task["id"]}, expect=202)
        return dict(self.api.wait(f"/verifications/{verification['id']}", check_progress, seconds=90))

    def expect_checks(self, verification: dict[str, Any], status: str) -> None:
        found = {check["key"]: check["status"] for check in verification["checks"]}
        if set(found.values()) != {status}:
            raise DemoFailed(f"The checks should be {status} but are {found}.")

    def verify_before_fix(self, task: dict[str, Any]) -> None:
        self.print_step(
            "Run a verification without having fixed anything: the check runs on the live site and fails."
        )
        verification = self.run_verification(task)
        self.expect_checks(verification, "failed")
        self.print_step("Try to approve it: rejected.")
        refusal = self.api.call("POST", f"/verifications/{verification['id']}/approve", expect=409)
        if refusal["code"] != "checks_not_passed":
            raise DemoFailed(f"The error should be checks_not_passed but is {refusal['code']}.")

    def fix_and_approve(self, task: dict[str, Any]) -> dict[str, Any]:
        self.print_step("Fix it: the site sends the header from now on.")
        self.site_request(f"/faults/{CHECK}/fix")
        self.print_step("Verify again.")
        verification = self.run_verification(task)
        self.expect_checks(verification, "passed")
        self.print_step(
            "Approve: this closes the task, the finding and its open regressions in one transaction."
        )
        approved: dict[str, Any] = self.api.call("POST", f"/verifications/{verification['id']}/approve")
        return approved

    def reopen(self, verification: dict[str, Any], finding: dict[str, Any]) -> None:
        self.print_step(
            "An old version is deployed, and the header is missing again. Reopen the verification."
        )
        self.site_request(f"/faults/{CHECK}/break")
        self.api.call("POST", f"/verifications/{verification['id']}/reopen")
        self.print_step("This is recorded as a regression.")
        regressions = self.api.call("GET", "/regressions?limit=5")
        triggers = {
            regression["trigger"] for regression in regressions if regression["finding_id"] == finding["id"]
        }
        if "verification_reopened" not in triggers:
            raise DemoFailed("No regression was recorded for the reopened verification.")

    def show_closed_state(self, task: dict[str, Any], finding: dict[str, Any]) -> None:
        self.print_step("The task is done, the finding resolved, the regression closed.")
        statuses = [
            self.api.call("GET", f"/tasks/{task['id']}")["status"],
            self.api.call("GET", f"/findings/{finding['id']}", show=False)["status"],
            *{
                regression["status"]
                for regression in self.api.call("GET", f"/findings/{finding['id']}/regressions")
            },
        ]
        if statuses != ["done", "resolved", "closed"]:
            raise DemoFailed(
                f"Task, finding and regressions should be done, resolved, closed but are {statuses}."
            )
        self.print_step("The guard window checks the finding again, and reopens it if the fault returns.")
        windows = f"/guard-windows?status=open&finding_id={finding['id']}"
        deadline = time.monotonic() + EVENT_SECONDS
        while not self.api.call("GET", windows, show=False):
            if time.monotonic() > deadline:
                raise DemoFailed("The approval has opened no guard window. Is the worker running?")
            time.sleep(1)
        self.api.call("GET", windows)

    def create_more_tasks(self) -> list[dict[str, Any]]:
        self.print_step("Create tasks for the next findings, and start two of them.")
        findings = self.api.call("GET", f"/findings?status=new&limit={CAMPAIGN_TASKS}", show=False)
        tasks = [
            self.api.call(
                "POST",
                "/tasks",
                {"finding_id": finding["id"], "title": finding["title"][:200]},
                expect=201,
                show=False,
            )
            for finding in findings
        ]
        if len(tasks) < CAMPAIGN_TASKS:
            raise DemoFailed(f"Only {len(tasks)} findings are new. Scan the site again with all its faults.")
        for task in tasks[:2]:
            self.api.call("PATCH", f"/tasks/{task['id']}", {"status": "in_progress"}, show=False)
        print("\n" + indented("\n".join(task["title"] for task in tasks)))
        return tasks

    def campaign(self, tasks: list[dict[str, Any]]) -> None:
        for known in self.api.call("GET", "/campaigns?archived=false&limit=100", show=False):
            if known["name"] == CAMPAIGN:  # an earlier run has created it
                self.api.call("POST", f"/campaigns/{known['id']}/archive", show=False)
        self.print_step("Put the tasks into a campaign with a due date.")
        due_date = date.today() + timedelta(days=CAMPAIGN_DAYS)
        ids = [task["id"] for task in tasks]
        body = {"name": CAMPAIGN, "due_date": due_date.isoformat(), "ids": ids}
        self.api.call("POST", "/campaigns", body, expect=201)
        self.print_step("Follow its progress.")
        self.api.call("GET", "/campaigns?archived=false&include=progress")

    def clocks(self, blocked: dict[str, Any], extended: dict[str, Any]) -> None:
        self.print_step("Block a task: its clock is paused.")
        self.api.call("PATCH", f"/tasks/{blocked['id']}", {"status": "blocked"}, show=False)
        clock = self.api.call("GET", f"/tasks/{blocked['id']}/sla")
        if clock["state"] != "paused":
            raise DemoFailed(f"The clock of a blocked task should be paused but is {clock['state']}.")
        self.print_step("Extend the due date of another, with a reason that its clock shows.")
        reason = {"hours": 8, "reason": "The vendor delivers the fix on Monday."}
        self.api.call("POST", f"/tasks/{extended['id']}/sla/extend", reason)

    def policy(self) -> None:
        self.print_step("Read the project's policy: severities, due dates and alerts.")
        self.api.call("GET", "/policies/current")
        self.print_step("Test a stricter policy without applying it.")
        self.api.call("POST", "/policies/test", {"config": STRICT_CONFIG})
        self.print_step("Apply it.")
        self.api.call(
            "PUT", "/policies/current", {"name": "Strict Production Policy", "config": STRICT_CONFIG}
        )

    def report(self) -> tuple[list[Path], str]:
        self.print_step("Read the summary: risk burn-down, pass rate and regression rate.")
        self.api.call("GET", "/reports/summary")
        files = [file for form in FIRST_BYTES if (file := self.export(form))]
        self.print_step("Share the report by link, and open the link without a key.")
        shared = self.api.call("POST", "/reports/share", {"channel": "link"})
        link: str = shared["share_url"]
        page = send("GET", link)
        print(
            f"\n   GET {link}   (without a key)\n   → {page.status}, {page.content_type}, {len(page.body)} bytes"
        )
        if page.status != 200:
            raise DemoFailed(f"The shared page answered {page.status}.")
        return files, link

    def export(self, form: str) -> Path | None:
        """Export and download a format; None if this machine cannot render a PDF."""
        self.print_step(f"Export the report as {form.upper()}.")
        queued = self.api.call("POST", "/reports/export", {"format": form}, expect=202)
        done = self.api.wait(f"/reports/{queued['id']}", job_progress)
        if done["status"] == "failed":
            self.explain_failure(queued["id"], form)
            return None
        if done["status"] != "exported":
            raise DemoFailed(f"The export as {form} ended as {done['status']}.")
        path = f"/reports/{queued['id']}/download"
        answer = self.api.send_with_retry("GET", path)
        print(
            f"\n   GET …/audit{path}\n   → {answer.status}, {answer.content_type}, {len(answer.body)} bytes"
        )
        if answer.status != 200 or not answer.body.startswith(FIRST_BYTES[form]) or not answer.body:
            raise DemoFailed(
                f"The download answered {answer.status} with {answer.body[:20]!r}, which is no {form}."
            )
        self.out.mkdir(parents=True, exist_ok=True)
        file = self.out / f"report.{form}"
        file.write_bytes(answer.body)
        return file

    def explain_failure(self, report_id: str, form: str) -> None:
        error = self.api.call("GET", f"/reports/{report_id}/download", expect=409)
        # A PDF needs Pango, which may be missing.
        if form != "pdf":
            raise DemoFailed(f"The export as {form} failed. {error['message']}")
        print(f"\n   No PDF: {error['message']}\n   The demo continues with the other formats.")


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./krafter demo", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=REPOSITORY / ".krafter" / "data",
        help="data directory of the running system",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("krafter-demo-output"), help="directory for the exported files"
    )
    return parser.parse_args(arguments)


def facts_of(data: DataDirectory) -> dict[str, Any]:
    """Return the connection data. Raises DemoFailed."""
    facts = data.read(READY) if data.running() else None
    if not facts:
        raise DemoFailed(f"No running system for {data.path}. Start one in another terminal: ./krafter up")
    if not facts["demo_site"]:
        raise DemoFailed("The running system was started with --no-demo. Restart it without: ./krafter up")
    return dict(facts)


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    try:
        walkthrough = Walkthrough(facts_of(DataDirectory(options.data)), options.out.resolve())
        files, link = walkthrough.run()
    except DemoFailed as error:
        print(f"\nThe demo failed. {error}", file=sys.stderr)
        return 1
    print("\nExported files:")
    for file in files:
        print(f"  {file}")
    print(f"Shared page:\n  {link}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
