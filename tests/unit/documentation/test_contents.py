"""The contents name the files of the pages."""

import pytest
from django.conf import settings

from documentation import contents
from documentation.pages import page


@pytest.mark.parametrize(
    ("name", "file", "url"),
    [
        ("README", "docs/README.md", "/docs"),
        ("api", "docs/api.md", "/docs/api"),
        ("changelog", "CHANGELOG.md", "/docs/changelog"),
    ],
)
def test_page_has_a_file_and_a_url(name: str, file: str, url: str) -> None:
    assert (contents.source(name), contents.page_url(name)) == (settings.BASE_DIR / file, url)


def test_title_of_a_page_is_its_first_heading() -> None:
    for name in contents.page_names():
        found = page(name)

        assert found is not None
        assert contents.page_title(name).replace("`", "") == found.title


def test_decision_records_are_pages_in_the_order_of_their_numbers() -> None:
    numbers = [name.removeprefix("decisions/")[:5] for name in contents.decision_names()]

    assert numbers == [f"{number:04}-" for number in range(1, len(numbers) + 1)]
