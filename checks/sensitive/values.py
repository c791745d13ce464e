"""What a value is where its name says that it is a secret: one, or a word that stands there."""

from __future__ import annotations

import re
from itertools import pairwise

from checks.sensitive import vocabulary as known
from checks.sensitive.names import Meaning, meaning, speaks_of_secret, words

# What is put in when the migration runs, or by whoever installs it.
TEMPLATE = re.compile(
    r"(?:[$#%~@]\{[^}]*\}|\$\([^()]*\)|\[\[.*\]\]|\(\([\w./:-]+\)\)|`[^`]*`|=?\{\{.*\}\}|\{%.*%\}|\{\w*(?:![rsa])?\}|%\(\w+\)s|%s|:\w+|\$\w+\$?|<[^<>]*>"
    r"|\[[A-Za-z _-]+\]|@{1,2}\w+@{1,2}|%\w+%|__[A-Z][A-Z0-9_]*__)\Z",
    re.DOTALL,
)
HOLED = re.compile(r"\$\{[^}]*\}|\{\{.*?\}\}|%\(\w+\)s|(?<![\w%])%s(?!\w)")
# Where a secret is kept: the place, and not the secret.
REFERENCE = re.compile(
    r"arn:aws[a-z-]*:(?:secretsmanager|ssm|kms):|projects/[^/\s]+/secrets/|@Microsoft\.KeyVault\(|/run/secrets/"
    r"|os\.environ\b|process\.env\b|!ENV\b|ENV\[\w+\]\Z|(?:ENV|env)[:.][A-Z][A-Z0-9_]*\Z"
    r"|(?:op|(?:aws|gcp|azure)-?sm|ssm|vault|secrets?|secretsmanager|keyvault|keyring|sops|ref\+\w+)://\S+"
    r"|(?:vault|ssm|secretsmanager|keyvault):[\w.-]*/[\w./#:-]+\Z"
)
# How a password is marked as one that nobody can use.
UNUSABLE = re.compile(
    r"![A-Za-z0-9]{40}|[!*]+(?:lk|np|lock(?:ed)?|disabled?|invalid|unusable|none|unset|no[ _-]?\w+)?[!*]*"
    r"|x+|\.+|-+|_+|\?+",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(
    r"(?:change|replace|insert|enter|add|put|fill|set)[ _-](?:me|this|it|in|here|your|the|an?|my|new)\b.*\Z"
    r"|your[ _-]?\w+(?:[ _-].*)?\Z|.*[ _-](?:here|goes[ _-]here|placeholder)\Z"
    r"|(?:todo|tbd|fixme|placeholder|redacted|removed|masked|hidden|unset|not[ _-]?set|empty|unknown|dummy"
    r"|example|sample)\Z|.*EXAMPLE.*|<.*|x{4,}.*",
    re.IGNORECASE | re.DOTALL,
)
# Words that people write where a secret belongs, as secrets.
WEAK = re.compile(
    r"(?:change[_-]?me|changeit|let[_-]?me[_-]?in|hunter[0-9]*|s3cr[e3]t|sup[e3]r[_-]?s[e3]cr[e3]t|top[_-]?secret"
    r"|not[_-]?(?:so|very|a)?[_-]?secret|insecure|p[a4@][s5$]{2}w[o0]rd(?<!password)|password(?=[0-9!@#$])"
    r"|qwert[yz]|abc123|admin123|secret[0-9!]"
    r"|(?:my|dev|test|demo|prod|super|local|default|the|very|some)[_-](?:[a-z]+[_-])*(?:secret|key|token|password)"
    r"|(?:my|dev|test|demo|super|very)(?:secret|token|key)|[a-z0-9]+[_-]insecure|dev[_-]only)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"\S\s+\S.*\s\S", re.DOTALL)
_ENDED = (".", "!", "?", ":", "…")
_BYTES = re.compile(r"\\x(?=(?:[0-9a-f]{2})+\Z)", re.IGNORECASE)
_WORDY = re.compile(r"[A-Za-z]+(?:[ _.:/-][A-Za-z]+)*\Z")
_WORDS_OF_ANY = re.compile(r"[A-Za-z\u00a1-\U0010ffff]+(?:[ '-][A-Za-z\u00a1-\U0010ffff]+)*\Z")
_NEARLY_WORDY = re.compile(
    r"[A-Za-z]+[0-9]{0,4}(?:[ _.:/-](?:[A-Za-z]+[0-9]{0,4}|v?[0-9]{1,3}|(?:19|20)[0-9]{2}))*\Z"
)
_OPAQUE = re.compile(r"[A-Za-z0-9+/=_.~:@!#$%^&*()?<>,;|-]{6,}\Z")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_NO_TOKEN = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://|/|\./|~/|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]+(?:\.[0-9]+)*\Z|#[0-9a-fA-F]{3,8}\Z|[^@]+@[^@]+\.[a-z]{2,}\Z"
    r"|iVBORw0KGgo|R0lGOD|/9j/|PHN2Zy|PD94bW|UklGR|d09GM|d09GRg|JVBERi0|AAABAA"  # pictures, fonts in base64
    r"|arn:|projects/|data:|\w+\(|(?:[\w-]+/)+[\w.-]+\.[a-z][a-z0-9]{1,4}\Z|[\w.-]+\.(?:com|org|net|io|dev|local|py|json|ya?ml|pem|key|crt|txt|env)\Z"
)
LEAST_AROUND = 6  # characters around what is not known
LONG = 20  # letters without a space: longer than words are


def is_template(text: str) -> bool:
    """Tell whether nothing of a value is known before it runs."""
    return not text.strip() or bool(TEMPLATE.match(text.strip()))


def is_password(text: str, *, plainly: bool) -> bool:
    """Tell whether a value is a password.

    Args:
        text: The value.
        plainly: Whether it stands in a column of that name. There any word is one; in settings, texts of JSON
            and variables also the names of things stand that are called so.
    """
    text = text.strip()
    low = text.lower()
    if is_template(text) or low in known.EMPTY or UNUSABLE.fullmatch(text) or REFERENCE.match(text):
        return False
    if HOLED.search(text):
        return plainly and _is_known_enough(text)
    if plainly or WEAK.match(text):
        return True
    if not text.isascii() and _WORDS_OF_ANY.match(text):
        return False
    if low in known.KINDS or _is_sentence(text) or PLACEHOLDER.match(text) or _NO_TOKEN.match(text):
        return False
    return not _names_a_secret(text)


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID."""
    return bool(_UUID.match(text.strip()))


def _is_sentence(text: str) -> bool:
    """Tell whether a text is several words, or ends as a sentence does, without a digit."""
    plain = " " in text or not any(letter.isdigit() for letter in text)
    return bool(_SENTENCE.search(text)) or (text.endswith(_ENDED) and plain)


def _is_known_enough(text: str) -> bool:
    """Tell whether what stands around a text's holes is most of a password, and no form of a hash."""
    rest = HOLED.sub("", text)
    mixed = any(not letter.isalpha() for letter in rest) and any(letter.isalpha() for letter in rest)
    return (
        len(rest) >= LEAST_AROUND
        and mixed
        and not re.match(r"[$*{]|md5|sha|pbkdf2|bcrypt|scrypt|argon|\w+[:$]\Z", rest)
    )


def _names_a_secret(text: str) -> bool:
    """Tell whether a text is a secret's name, in any language: "Password", "users.password_hash"."""
    found = words(text)
    if not _WORDY.match(text) and text.isascii():
        return False
    return speaks_of_secret(found) or meaning(text) in (Meaning.PASSWORD, Meaning.HASH, Meaning.TOKEN)


def is_token(text: str, *, plainly: bool) -> bool:
    """Tell whether a value in a place for tokens, secrets and keys is one, and no word of what there is.

    Args:
        text: The value.
        plainly: Whether it stands in a column of that name.
    """
    text = _BYTES.sub("", text.strip())
    if is_template(text) or text.lower() in known.EMPTY or UNUSABLE.fullmatch(text) or HOLED.search(text):
        return False
    if REFERENCE.match(text):
        return False
    if WEAK.match(text):
        return True
    none = PLACEHOLDER.match(text) or _NO_TOKEN.match(text) or not _OPAQUE.match(text)
    return not none and (plainly if _UUID.match(text) else _is_opaque(text, 6 if plainly else 12))


def _is_opaque(text: str, least: int) -> bool:
    """Tell whether a text is not made of words, and long enough for a secret."""
    text = text.strip("_")
    if _WORDY.match(text):
        return _is_long_letters(text)
    if _NEARLY_WORDY.match(text):
        return len(text) >= LONG and not re.search(r"[_.:/ -]", text)
    return len(text) >= least


def _is_long_letters(text: str) -> bool:
    """Tell whether letters alone are too long, and too wild, for a word."""
    if len(text) < LONG or not text.isalpha():
        return False
    changes = sum(one.islower() != other.islower() for one, other in pairwise(text))
    return changes == 0 or changes > len(text) / 4
