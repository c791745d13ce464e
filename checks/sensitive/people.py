"""Values that belong to a person: addresses and numbers."""

from __future__ import annotations

import re

from checks.sensitive import shapes
from checks.sensitive import vocabulary as known

# RFC 2606 and RFC 6761: nobody has an address there.
_NOBODYS = re.compile(
    r"(?:.*\.)?(?:example\.(?:com|net|org|edu)"
    r"|(?:example|test|invalid|localhost|local|lan|internal|dev\.null)"
    r"|iam\.gserviceaccount\.com|users\.noreply\.github\.com)\Z",
    re.IGNORECASE,
)
_LIKE_EXAMPLE = re.compile(
    r"(?:your|my|some|the)?-?(?:company|domain|organi[sz]ation|org|email|mail|site|host|foo|bar|baz|test|example)"
    r"\.(?:com|org|net|io|tld|co)\Z",
    re.IGNORECASE,
)
_FICTION = re.compile(r"(?:\+?1)?[2-9]\d{2}55501\d{2}\Z|(?:\+?1)?55501\d{2}\Z")  # of North America, for films
_ID_NUMBER = re.compile(r"[A-Za-z]{0,6}[0-9][0-9A-Za-z ./-]{5,16}[0-9A-Za-z]\Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{2,4}\Z")
_DIFFERENT = 4  # characters of a number that is not made up
_FEWEST, _MOST = 7, 15  # digits of a telephone number (E.164 has fifteen)


def is_email(text: str) -> bool:
    """Tell whether it is a person's e-mail address: not a role's, nor at a domain that is nobody's."""
    found = shapes.EMAIL.match(text.strip())
    if not found:
        return False
    box, domain = found[1].lower(), found[2]
    base = re.split(r"[+]", box)[0]
    if (
        base in known.MAILBOXES
        or re.sub(r"[0-9_.-]+\Z", "", base) in known.MAILBOXES
        or re.split(r"[._-]", base)[-1] in known.MAILBOX_ENDS
        or base.startswith(("noreply", "no-reply", "no_reply", "donotreply"))
    ):
        return False
    return not (_NOBODYS.match(domain) or _LIKE_EXAMPLE.match(domain))


def is_phone(text: str, *, named: bool) -> bool:
    """Tell whether it is a telephone number.

    Args:
        text: The value.
        named: Whether its column says so; else only the international form with spaces or a plus is one.
    """
    text = text.strip()
    if _DATE.match(text) or not (shapes.PHONE if named else shapes.INTERNATIONAL).match(text):
        return False
    if not named and not text.startswith("+"):
        return False
    digits = re.sub(r"(?:x|ext).*|[^0-9]", "", text, flags=re.IGNORECASE)
    fiction = (
        _FICTION.match(digits)
        or len(set(digits[-7:])) == 1
        or digits.endswith(("1234567", "1234567890", "0000000"))
    )
    return _FEWEST <= len(digits) <= _MOST and not fiction


def is_person(text: str, *, named: bool) -> bool:
    """Tell whether it is a number that a state gives to a person.

    Args:
        text: The value.
        named: Whether its column says so; else only the form of the United States is one.
    """
    text = text.strip()
    if shapes.SSN.match(text):
        return True
    digits = sum(character.isdigit() for character in text)
    return named and bool(_ID_NUMBER.match(text)) and digits >= _FEWEST and len(set(text)) >= _DIFFERENT
