"""JUnit XML, which GitLab, Jenkins and Azure DevOps show as test results."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from krafter_client.cli.formats.printable import INVISIBLE, xml_without_commands
from krafter_client.cli.problems import CheckedRule, Problem, Result

# Characters that XML 1.0 cannot contain.
INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(result: Result) -> str:
    """Return a suite in which a problem is a failure, unless the gate lets it pass: then it is skipped."""
    cases = [
        # Without a gate, every problem is a failure.
        _problem(problem, fails=problem.fails or not (result.has_gate or problem.known))
        for problem in result.problems
    ]
    cases += [_checked(checked) for checked in result.passed]
    cases += [_checked(checked) for checked in result.inconclusive]
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
        "errors": len(result.unreachable),
    }
    attributes = {name: str(number) for name, number in counts.items()}
    for url in result.unreachable:
        case = Element("testcase", {"name": _text(url), "classname": "krafter-audit"})
        SubElement(case, "error", {"message": "No check could be evaluated."})
        cases.append(case)
    attributes["tests"] = str(len(cases))
    root = Element("testsuites", {"name": "krafter-audit", **attributes})
    suite = SubElement(root, "testsuite", {"name": "krafter-audit", **attributes})
    suite.extend(cases)
    document = '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")
    return xml_without_commands(document)


def _problem(problem: Problem, *, fails: bool) -> Element:
    first_url = problem.urls[0] if problem.urls else ""
    case = Element(
        "testcase", {"name": _text(f"{problem.rule} {first_url}".strip()), "classname": problem.domain}
    )
    message = {"message": _text(f"{problem.severity}: {problem.title}")}
    if fails:
        failure = SubElement(case, "failure", {"type": problem.severity, **message})
        failure.text = _text("\n".join(filter(None, (problem.message, *problem.urls, problem.fix))))
    else:
        SubElement(case, "skipped", message)
    return case


def _checked(checked: CheckedRule) -> Element:
    case = Element("testcase", {"name": _text(f"{checked.rule} {checked.url}"), "classname": "checks"})
    if checked.reason:
        SubElement(case, "skipped", {"message": _text(f"inconclusive: {checked.reason}")})
    return case


def _text(text: str) -> str:
    # Pipelines show the texts to people, and models read them.
    return INVISIBLE.sub("\ufffd", INVALID.sub("\ufffd", text))
