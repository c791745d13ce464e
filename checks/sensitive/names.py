"""What a column's name says of its values.

A name is read as words: `userPassword`, `smtp_password` and `SMTP-PASSWORD` say the same. The last words say
what it is, and a few words after that say that it is only about it: `password_reset_url`, `token_type`.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from functools import cache

from checks.sensitive import vocabulary as known


class Meaning(enum.StrEnum):
    """What a name says of a value."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    HASH = "password-hash"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    CARD = "card"
    IBAN = "iban"
    PERSON = "ssn"
    EMAIL = "email"
    PHONE = "phone"
    IDENTITY = "identity"  # of the row itself, or of another: numbers there are no card and no phone
    KEY = "key"  # of a row of settings
    VALUE = "value"  # of a row of settings
    NOTHING = ""


_SPLIT = re.compile(r"(?:[^\W_]|[\u0900-\u0e7f])+")  # there, vowels are marks
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SECRETS = (
    "password|passwort|passwd|(?:api|secret|access|private)key|clientsecret|(?:api|auth|access|refresh)token"
)
# Where names that are written together, as unquoted ones in SQL are, come apart: PasswordHash, SmtpPassword.
_JOINED = re.compile(rf"(?<=[a-z])(?=(?:{_SECRETS})\b)|(?<=password)(?=(?:hash|digest|value|encrypted)\b)")
_ABOUT = re.compile(r"must|force|forgot|reset|change|require|need|allow|enable|disable|show|hide|with")
_DIGITS = re.compile(r"\d+$")


# Letters that are not made of a plain one and a mark.
_PLAIN = str.maketrans(
    {"\u0142": "l", "\u0141": "L", "\u0131": "i", "\u00f8": "o", "\u00d8": "O", "\u00df": "ss", "\u00f0": "d"}
)
_LATIN_END, _MORE_LATIN, _MORE_LATIN_END = "\u0250", "\u1e00", "\u1f00"
_NUMBER = ("number", "no", "num", "nr", "nummer", "numero", "address")


@cache
def words(name: str) -> tuple[str, ...]:
    """Read a name as words: lower case, without accents."""
    whole = name if name.isascii() else unicodedata.normalize("NFC", name)
    plain = whole if whole.isascii() else "".join(map(_bare, whole)).translate(_PLAIN)
    return tuple(word for part in _SPLIT.findall(plain) for word in _apart(part))


def _apart(part: str) -> list[str]:
    whole = _CAMEL.sub(" ", part).lower().split()
    return [word for one in whole for word in (one if _ABOUT.match(one) else _JOINED.sub(" ", one)).split()]


def _bare(letter: str) -> str:
    """Take the marks from a Latin letter; those of other alphabets are letters of their own."""
    latin = letter < _LATIN_END or _MORE_LATIN <= letter < _MORE_LATIN_END
    return unicodedata.normalize("NFD", letter)[0] if latin else letter


@cache
def meaning(name: str) -> Meaning:
    """Say what a column's name says of its values."""
    found = words(name)
    if not found:
        return Meaning.NOTHING
    secret = _secret(found)
    if secret is not Meaning.NOTHING or speaks_of_secret(found):
        return secret
    return _personal(found)


def speaks_of_secret(found: tuple[str, ...]) -> bool:
    """Tell whether words speak of a secret, be it of the secret itself or about it: `password_reset_url`."""
    return any(_is_password((word,)) or word in known.TOKENS for word in found)


def _secret(found: tuple[str, ...]) -> Meaning:
    if found[0] in known.BEFORE and len(found) > 1:
        return Meaning.NOTHING
    for end in range(len(found), 0, -1):
        head, tail = found[:end], found[end:]
        if not known.SAME.issuperset(tail):
            break
        if _is_password(head):
            return Meaning.HASH if known.HASHES & {*tail, *head[:-1]} else Meaning.PASSWORD
        if _is_token(head):
            return Meaning.TOKEN
    return Meaning.NOTHING


def _is_password(found: tuple[str, ...]) -> bool:
    last = _DIGITS.sub("", found[-1])
    if last in ("pass", "pw"):
        return len(found) == 1 or found[-2] in known.PASS_OF
    if last in known.PASSWORDS or "".join(found[-2:]) in known.PASSWORDS:
        return True
    return any(" ".join(found[-size:]) in known.PASSWORD_PHRASES for size in (2, 3))


def _is_token(found: tuple[str, ...]) -> bool:
    last, before = found[-1], found[-2] if len(found) > 1 else ""
    if last in ("key", "keys"):
        return before in known.KEYS and not known.NOT_KEYS & {*found}
    if last in ("code", "codes"):
        return before in ("recovery", "backup", "auth", "pairing")
    return last in known.TOKENS or before + last in known.TOKENS


def _personal(found: tuple[str, ...]) -> Meaning:
    last, before = found[-1], found[-2] if len(found) > 1 else ""
    tails = {last, before + last, "".join(found[-3:]), before if last in _NUMBER else last}
    if "iban" in found:
        return Meaning.IBAN
    for words_of, means in (
        (known.CARDS, Meaning.CARD),
        (known.PERSONS, Meaning.PERSON),
        (known.EMAILS, Meaning.EMAIL),
        (known.PHONES, Meaning.PHONE),
    ):
        if tails & words_of:
            return means
    return Meaning.PERSON if " ".join(found) in known.PERSON_PHRASES else _setting(found)


def _setting(found: tuple[str, ...]) -> Meaning:
    joined = "".join(found)
    if joined in known.SETTING_VALUES:
        return Meaning.VALUE
    if joined in known.SETTING_KEYS:
        return Meaning.KEY
    return Meaning.IDENTITY if found[-1] in known.IDENTITIES else Meaning.NOTHING
