"""The navigation leads to every page and marks the current one."""

from documentation import contents
from documentation.navigation import navigation
from documentation.pages import all_pages


def test_every_page_but_the_records_is_in_the_navigation_once() -> None:
    links = [link.url for _, section in navigation("") for link in section]

    decisions = {contents.page_url(name) for name in contents.decision_names()}
    assert sorted(links) == sorted({page.url for page in all_pages()} - decisions)


def test_current_page_is_marked() -> None:
    marked = [
        link.title for _, section in navigation("/docs/reference/keys") for link in section if link.is_current
    ]

    assert marked == ["API keys"]
