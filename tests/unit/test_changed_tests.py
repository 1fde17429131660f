import subprocess
from pathlib import Path

import pytest

from tests import changed_tests


@pytest.mark.slow
def test_tests_of_a_changed_file_are_chosen() -> None:
    verdicts = changed_tests.tests_of("remediation/services/verdicts.py")
    others = {
        "krafter_audit/api/envelope.py": "tests/contract/test_request_order.py",  # by the table of the project rules
        "tests/fakes/cloudflare.py": "tests/unit/integrations/providers/cloudflare/test_findings.py",
        "tests/unit/scanner/test_crawler.py": "tests/unit/scanner/test_crawler.py",
        "templates/remediation/task.html": "tests/unit/remediation/admin/test_tasks.py",
        "docs/api.md": "tests/project_rules/test_docs.py",
    }

    assert [path for path, test in others.items() if test not in changed_tests.tests_of_all([path])] == []
    # By its path, and by an import.
    assert {
        "tests/unit/remediation/services/test_verdicts.py",
        "tests/races/test_verifications.py",
    } <= verdicts
    assert "tests/unit/scanner/test_crawler.py" not in verdicts


def test_changed_files_are_those_that_differ_from_the_commit_and_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    monkeypatch.setattr(changed_tests, "ROOT", tmp_path)
    git("init")
    for name in ("same.py", "changed.py", ".gitignore"):
        (tmp_path / name).write_text("ignored.py\n")
    git("add", ".")
    git("commit", "-m", "first")
    for name in ("changed.py", "new.py", "ignored.py"):
        (tmp_path / name).write_text("pass\n")

    assert changed_tests.changed_files("HEAD") == ["changed.py", "new.py"]
    with pytest.raises(ValueError, match="git knows no changes since nothing"):
        changed_tests.changed_files("nothing")
