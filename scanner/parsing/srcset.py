import re

# HTML, 4.8.4.2.3: a URL may contain commas, and ends with white space.
_URL = re.compile(r"(?:^|(?<=,))\s*+([^\s,]\S*)")


def urls_in_srcset(text: str) -> list[str]:
    return [url.rstrip(",") for url in _URL.findall(text)]
