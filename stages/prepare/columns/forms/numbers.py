"""Numbers with decimal commas, thousands marks, signs of currency, units, or signs and digits outside ASCII.

A column has one form, in which every cell is a number. If two forms give different numbers, the user must choose.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
import math
import re
import unicodedata

from stages.prepare.params import ReadParams
from stages.shared.schemas.contract import NumberForm

NUMBER_MARKS = (",", ".", " ", "'")
#: signs of countries that write decimal points; with them a comma stands between thousands
POINT_CURRENCIES = ("$", "£", "¥", "₹")
CURRENCY = r"[A-Z]{0,2}\$|[€£¥₹₩₽]|EUR|USD|GBP|CHF|JPY"
#: characters that are read as an ASCII one; NFKC replaces full-width digits and other spaces
TO_ASCII = str.maketrans({"−": "-", "’": "'", "\u202f": " ", "\u2009": " "})
NUMBER = re.compile(
    rf"(?P<sign>[+-]?) ?(?P<prefix>{CURRENCY})? ?(?P<inner>[+-]?)"
    r"(?P<body>[\d.,'](?:[\d.,' ]*[\d.,])?(?:[eE][+-]?\d+)?)"
    r"(?P<unit>| ?[%‰°€$£¥₹][^\d\s]{0,7}| [^\W\d_][^\d\s]{0,9}[23]?|[a-zµ][^\d\s]{1,9}[23]?)",
    re.ASCII,
)
CENSORED = re.compile(r"\s*[<>≤≥]=?\s*[+-]?\d+([.,]\d+)?\s*", re.ASCII)


@dataclass(frozen=True)
class _Parts:
    negative: bool
    affixes: tuple[str, str]  # currency before and unit behind
    body: str
    spaced: bool  # a sign or a space sets the affix apart, which codes such as 3a do not have


def find_forms(texts: Iterable[str], settings: ReadParams) -> list[NumberForm]:
    """Return the forms in which every text is a number: none, one, or several that give different numbers.

    Numbers with leading zeros are codes and have no form.
    """
    parts: list[_Parts] = []
    for text in texts:
        part = _split(text)
        if part is None or (parts and part.affixes != parts[0].affixes):
            return []
        parts.append(part)
    if not parts:
        return []
    bodies = {part.body for part in parts}
    marks = {mark for mark in NUMBER_MARKS if any(mark in body for body in bodies)}
    prefix, unit = parts[0].affixes
    fitting: dict[tuple[str, str], NumberForm] = {}
    for decimal in (".", ","):
        for thousands in ("", *sorted(marks - {decimal})):
            form = NumberForm(decimal=decimal, thousands=thousands, prefix=prefix, unit=unit)
            if _is_allowed(form, settings) and all(map(_make_body_pattern(decimal, thousands).fullmatch, bodies)):
                fitting.setdefault((decimal if decimal in marks else "", thousands), form)
    return _select_likely(list(fitting.values()), marks, settings)


def make_parser(form: NumberForm) -> Callable[[str], float]:
    """Return the function from the text of a cell to its number, NaN if it is not of the form."""
    pattern = _make_body_pattern(form.decimal, form.thousands)

    def parse(text: str) -> float:
        parts = _split(text)
        if parts is None or parts.affixes != (form.prefix, form.unit) or not pattern.fullmatch(parts.body):
            return math.nan
        body = parts.body.replace(form.thousands, "") if form.thousands else parts.body
        number = float(body.replace(form.decimal, "."))
        return -number if parts.negative else number

    return parse


def find_affixes(text: str) -> tuple[str, str] | None:
    """Return the currency and the unit of a number, None for other texts and codes such as 3a.

    A number in brackets counts as one, though no form has them: accountants mean a negative number.
    """
    parts = _split(text.strip().removeprefix("(").removesuffix(")"))
    if parts is None or not parts.spaced:
        return None
    patterns = (
        _make_body_pattern(decimal, mark) for decimal in ".," for mark in ("", *NUMBER_MARKS) if mark != decimal
    )
    return parts.affixes if any(pattern.fullmatch(parts.body) for pattern in patterns) else None


def describe_form(form: NumberForm) -> str:
    """Return the form as words for a message."""
    words = ["decimal commas"] if form.decimal == "," else []
    if form.thousands:
        words.append(f"{form.thousands!r} between thousands")
    words += [f"the {name} {affix!r}" for name, affix in (("currency", form.prefix), ("unit", form.unit)) if affix]
    return " and ".join(words) or "other signs than those of ASCII"


def _split(text: str) -> _Parts | None:
    plain = unicodedata.normalize("NFKC", text.translate(TO_ASCII)).translate(TO_ASCII).strip()
    match = NUMBER.fullmatch(plain)
    if match is None or (match["sign"] and match["inner"]) or re.match(r"0\d", match["body"]):
        return None
    unit = match["unit"]
    spaced = not unit or not unit[0].isalpha()
    return _Parts("-" in match["sign"] + match["inner"], (match["prefix"] or "", unit.strip()), match["body"], spaced)


@cache
def _make_body_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    point, mark = re.escape(decimal), re.escape(thousands)
    whole = rf"(?:[1-9]\d{{0,2}}(?:{mark}\d{{3}})+|\d+)" if thousands else r"\d+"
    return re.compile(rf"(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def _is_allowed(form: NumberForm, settings: ReadParams) -> bool:
    if settings.decimal not in ("auto", form.decimal):
        return False
    return settings.thousands == "auto" or form.thousands in ("", settings.thousands)


def _select_likely(forms: list[NumberForm], marks: set[str], settings: ReadParams) -> list[NumberForm]:
    """Return the forms that fit the settings, the currency or the decimal point, else all forms."""
    if len(forms) < 2:
        return forms
    grouped = [form for form in forms if form.thousands]
    plain = [form for form in forms if not form.thousands]
    if settings.thousands != "auto" or (marks == {","} and forms[0].prefix.endswith(POINT_CURRENCIES)):
        return grouped
    if marks == {"."} and not forms[0].prefix and forms[0].unit not in ("€", "EUR"):
        return plain
    return forms
