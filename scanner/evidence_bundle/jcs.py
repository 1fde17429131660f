"""JSON in one form, as RFC 8785 (JSON Canonicalization Scheme) has it: the same bytes in every language.

Names are sorted by their UTF-16 code units, numbers are written as ECMAScript writes an IEEE 754 double, and
nothing is escaped that need not be.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any

from krafter_audit.http.timestamps import format_timestamp

EXACT = (
    2**53
)  # up to here a double is the integer itself, and shorter than 1e21 is written without an exponent


def canonical(value: Any) -> str:
    """Write a JSON value. Raises ValueError for what JSON in one form cannot hold: NaN, infinity, half a character."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, Mapping):
        names = sorted(value, key=_utf16)
        return "{" + ",".join(f"{_text(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(canonical, value)) + "]"
    raise ValueError(f"{type(value).__name__} is not a JSON value")


def _utf16(name: Any) -> bytes:
    if not isinstance(name, str):
        raise ValueError("the names of a JSON object are strings")
    return name.encode("utf-16-be", "surrogatepass")


def _text(text: str) -> str:
    text.encode()  # half of a surrogate pair raises UnicodeEncodeError, which is a ValueError
    return encode_basestring(text)


def number(value: float) -> str:
    """Write a number as ECMAScript's Number.prototype.toString does (ECMA-262, 6.1.6.1.20).

    Raises ValueError for one that is not finite or is beyond all doubles.
    """
    if type(value) is int and abs(value) <= EXACT:
        return str(value)
    try:
        double = float(value)
    except OverflowError:
        raise ValueError("the number is beyond all doubles") from None
    if not math.isfinite(double):
        raise ValueError("NaN and infinity are not JSON numbers")
    if double == 0:
        return "0"
    sign = "-" if double < 0 else ""
    digits, point = _shortest(abs(double))
    return sign + _placed(digits, point)


def _shortest(double: float) -> tuple[str, int]:
    """Return the fewest digits that tell this double from all others, and where the point stands among them."""
    mantissa, _, exponent = f"{double!r}e0".partition("e")
    whole, _, fraction = mantissa.partition(".")
    power = int(exponent.removesuffix("e0"))
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    return digits.rstrip("0"), len(whole) - leading + power


def _placed(digits: str, point: int) -> str:
    """Put the point at its place: plain from 1e-6 to below 1e21, else with an exponent."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return (digits if count == 1 else f"{digits[0]}.{digits[1:]}") + power


def plain(value: Any) -> Any:
    """Return the value as JSON in one form can hold it: times and ids as text, halves of characters replaced.

    A number that JSON does not know becomes the word for it: evidence is written down whatever was measured.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, int | float):
        return value if _is_finite(value) else str(value)
    if isinstance(value, Mapping):
        return {_whole(str(name)): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return format_timestamp(value)
    return _whole(str(value))


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", errors="replace").decode("utf-8")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False
