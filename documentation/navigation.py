from dataclasses import dataclass

from documentation import contents, pages
from documentation.api.operations import resource_title, resources
from documentation.markdown import slug


@dataclass(frozen=True)
class Link:
    title: str
    url: str
    is_current: bool


def navigation(current: str) -> list[tuple[str, list[Link]]]:
    """Return the sections of the site; `current` is the URL of the shown page."""
    sections = [
        (title, [_link(name, current) for name in names]) for title, names in contents.CONTENTS.items()
    ]
    index = next(index for index, (title, _) in enumerate(sections) if title == "Run it")
    sections.insert(index, ("Operations", [_link(pages.REFERENCE, current), *_resource_links(current)]))
    sections[-1][1].append(_link(contents.DECISIONS, current))
    return sections


def _link(name: str, current: str) -> Link:
    url = contents.page_url(name)
    return Link(contents.SHORT_TITLES.get(name) or contents.page_title(name), url, url == current)


def _resource_links(current: str) -> list[Link]:
    links = [(resource_title(tag), f"/docs/{pages.REFERENCE}/{slug(tag)}") for tag in resources()]
    return [Link(title, url, url == current) for title, url in links]
