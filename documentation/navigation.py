from dataclasses import dataclass

from documentation import contents, pages
from documentation.api.operations import resource_title, resources
from documentation.markdown import slug


@dataclass(frozen=True)
class NavigationLink:
    title: str
    url: str
    is_current: bool


def navigation(current: str) -> list[tuple[str, list[NavigationLink]]]:
    """Return the sections of the site; `current` is the URL of the shown page."""
    sections = [
        (title, [_link(name, current) for name in names]) for title, names in contents.CONTENTS.items()
    ]
    operations = [_link(pages.REFERENCE, current), *_resource_links(current)]
    sections.insert(list(contents.CONTENTS).index("Run it"), ("Operations", operations))
    sections[-1][1].append(_link(contents.DECISIONS, current))
    return sections


def _link(name: str, current: str) -> NavigationLink:
    url = contents.page_url(name)
    return NavigationLink(contents.SHORT_TITLES.get(name) or contents.page_title(name), url, url == current)


def _resource_links(current: str) -> list[NavigationLink]:
    links = [(resource_title(tag), f"/docs/{pages.REFERENCE}/{slug(tag)}") for tag in resources()]
    return [NavigationLink(title, url, url == current) for title, url in links]
