"""Language tags (BCP 47), as used in lang and hreflang."""

import re

# ISO 639-1. Codes of three letters (ISO 639-2 and -3, 8,000 of them) are valid by their form.
_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de "
    "dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id "
    "ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li "
    "ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa "
    "pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th "
    "ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
_TAG = re.compile(r"([a-z]{2,3})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-[a-z0-9]{1,8})*")
_PRIVATE_USE = re.compile(r"q[a-t][a-z]")  # qaa to qtz


def is_language(tag: str) -> bool:
    """Return whether a tag is well-formed and has a known language; a script and a region may follow."""
    match = _TAG.fullmatch(tag.strip().lower())
    return match is not None and _is_known(match.group(1))


def _is_known(code: str) -> bool:
    return code in _TWO_LETTERS.split() if len(code) == 2 else not _PRIVATE_USE.fullmatch(code)
