"""What a value says by itself: the shapes that providers and standards give to secrets and to numbers."""

from __future__ import annotations

import re
from urllib.parse import unquote

TOKENS = re.compile(
    r"""(?<![A-Za-z0-9_/+-])(?:
      (?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])
    | gh[pousr]_[A-Za-z0-9]{36,255} | github_pat_[A-Za-z0-9_]{40,255}
    | gl(?:pat|dt|rt|ptt|ft|soat|cbt|agent|imt|ffct)-[A-Za-z0-9_-]{20,}
    | xox[abeprs]-[A-Za-z0-9-]{10,} | xapp-[0-9]-[A-Za-z0-9-]{10,}
    | (?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,} | whsec_[A-Za-z0-9+/=]{24,}
    | SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}
    | AIza[A-Za-z0-9_-]{35} | GOCSPX-[A-Za-z0-9_-]{20,} | ya29\.[A-Za-z0-9_-]{20,}
    | sk-(?:proj-|svcacct-|admin-|ant-[a-z0-9]+-|or-v1-)?[A-Za-z0-9_-]{20,}
    | npm_[A-Za-z0-9]{36} | pypi-[A-Za-z0-9_-]{40,} | rubygems_[a-f0-9]{48} | dckr_pat_[A-Za-z0-9_-]{20,}
    | do[op]_v1_[a-f0-9]{64} | hf_[A-Za-z]{30,} | shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}
    | sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,} | EAAA[A-Za-z0-9_-]{56,} | key-[a-f0-9]{32}
    | SK[a-f0-9]{32} | xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16} | lin_api_[A-Za-z0-9]{40}
    | ATATT3[A-Za-z0-9_=-]{50,} | glsa_[A-Za-z0-9]{32}_[a-f0-9]{8} | hv[sbr]\.[A-Za-z0-9_-]{24,}
    | NRAK-[A-Z0-9]{27} | dapi[a-f0-9]{32} | PMAK-[a-f0-9]{24}-[a-f0-9]{34} | figd_[A-Za-z0-9_-]{40,}
    | [0-9]{8,10}:AA[A-Za-z0-9_-]{33} | [MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}
    | sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,} | ops_eyJ[A-Za-z0-9_-]{50,}
    | https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9+/]{30,}
    | https://(?:canary\.|ptb\.)?discord(?:app)?\.com/api/webhooks/[0-9]{15,}/[A-Za-z0-9_-]{50,}
    | AGE-SECRET-KEY-1[A-Z0-9]{50,}
    )""",
    re.VERBOSE,
)
JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")
AUTHORIZATION = re.compile(
    r"(?i:(?:authorization\s*:\s*)?(?:bearer|basic|token))\s+(?=\S*[0-9])(?=\S*[A-Z])[A-Za-z0-9._~+/-]{20,}=*\Z"
)
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[23]:")
HASH = re.compile(
    r"""(?:
      (?:bcrypt(?:_sha256)?\$+)?\$?2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{40,}
    | (?:argon2)?\$argon2(?:id|i|d)\$.{10,} | \$scrypt\$.{16,} | scrypt:[0-9]+:[0-9]+:[0-9]+\$.{10,}
    | scrypt\$[^$]+\$.{16,} | pbkdf2_sha(?:1|256|512)\$[0-9]+\$.{10,} | pbkdf2:sha[0-9]+(?::[0-9]+)?\$.{10,}
    | \$pbkdf2(?:-sha[0-9]+)?\$[0-9]+\$.{10,}
    | \$(?:1|5|6|y|gy|7|apr1|sha1|md5)\$[^\s$]{1,64}\$?[^\s]{16,} | SCRAM-SHA-(?:1|256|512)\$[0-9]+:.{16,}
    | (?:un?salted_)?(?:sha1|md5|sha256)\$[A-Za-z0-9./+=]*\$[a-f0-9]{32,64}
    | \{(?i:SSHA|SHA|SMD5|MD5|SSHA256|SSHA512|CRYPT|BCRYPT|SCRYPT|PBKDF2|ARGON2)[^}]*\}.{8,}
    | \$[PHS]\$[./A-Za-z0-9]{20,} | \*[A-F0-9]{40} | sha(?:256|512):[0-9]+:[A-Za-z0-9+/=:]{20,}
    )\Z""",
    re.VERBOSE | re.DOTALL,
)
ROLE_HASH = re.compile(r"md5[a-f0-9]{32}\Z|SCRAM-SHA-256\$.*", re.DOTALL)
HEX_HASH = re.compile(
    r"(?:[a-fA-F0-9]{32}|[a-fA-F0-9]{40}|[a-fA-F0-9]{56}|[a-fA-F0-9]{64}|[a-fA-F0-9]{96}|[a-fA-F0-9]{128})\Z"
)
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.:-]{1,30}://([^\s:/?#@\[\]'\"<>]*):([^\s/?#'\"<>]+?)@[^\s@'\"<>]")
CONNINFO = re.compile(
    r"(?:^|[\s;?&,'\"])(?:password|passwd|pwd|accountkey|sharedaccesskey|sharedaccesssignature)\s*=\s*"
    r"('(?:[^'\\]|\\.)+'|[^\s;&'\",]+)",
    re.IGNORECASE,
)
CONNECTS = re.compile(
    r"(?:^|[\s;?&,'\"])(?:host|hostaddr|server|data source|dbname|database|port|user|uid|user id|username"
    r"|endpoint|accountname|initial catalog)\s*=|jdbc:|://",
    re.IGNORECASE,
)
EMAIL = re.compile(
    r"(?:[^<>@]{0,60}<)?([A-Za-z0-9._%+'-]{1,64})@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24})>?\Z"
)
SSN = re.compile(r"(?!000|666|9)([0-9]{3})-(?!00)([0-9]{2})-(?!0000)([0-9]{4})\Z")
PHONE = re.compile(r"\+?[0-9(][0-9 ().\-/]{5,22}[0-9](?:\s?(?:x|ext\.?)\s?[0-9]{1,6})?\Z")
INTERNATIONAL = re.compile(r"(?:\+|00)[1-9][0-9 ().\-/]{7,20}[0-9]\Z")
_SPACED = re.compile(r"[ -]")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\Z")
# Of an IBAN, by country.
_LENGTHS = {
    country: length
    for length, countries in (
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FO GL NL"),
        (19, "MK SI"),
        (20, "AT BA EE KZ LT LU XK"),
        (21, "CH HR LI LV"),
        (22, "BG BH CR DE GB GE IE ME RS VA"),
        (23, "AE GI IL IQ TL"),
        (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
        (25, "LY PT ST"),
        (26, "IS TR"),
        (27, "FR GR IT MC MR SM"),
        (28, "AL AZ BY CY DO GT HU LB PL SV"),
        (29, "BR EG PS QA UA"),
        (30, "JO KW MU"),
        (31, "MT SC"),
        (32, "LC"),
    )
    for country in countries.split()
}
_IIN = re.compile(
    r"(?:4[0-9]{12}(?:[0-9]{3}){0,2}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|35(?:2[89]|[3-8][0-9])[0-9]{12}"
    r"|(?:5018|5020|5038|6304|6759|676[1-3])[0-9]{8,15}|62[0-9]{14,17})\Z"
)
_GROUPED = re.compile(r"[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{1,7}\Z|3[0-9]{3}([ -])[0-9]{6}\2[0-9]{4,5}\Z")


def is_iban(text: str) -> bool:
    """Tell whether it is an IBAN, by its country's length and its check digits (ISO 13616)."""
    plain = _SPACED.sub("", text.strip()).upper()
    if not _IBAN.match(plain) or _LENGTHS.get(plain[:2]) != len(plain):
        return False
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def is_card(text: str, *, named: bool) -> bool:
    """Tell whether it is a card's number (ISO 7812: a known beginning, the length for it, Luhn's digit).

    Args:
        text: The value.
        named: Whether its column says so: if not, it must stand in the groups that only cards have, or be of
            fifteen digits or more.
    """
    text = text.strip()
    plain = _SPACED.sub("", text)
    if not (plain.isascii() and plain.isdigit()) or len(set(plain)) == 1 or not _IIN.match(plain):
        return False
    if not named and not _GROUPED.match(text) and not (text == plain and len(plain) in (15, 16)):
        return False
    return _luhn(plain)


def is_grouped(text: str) -> bool:
    """Tell whether digits stand in the groups of a card's number."""
    return bool(_GROUPED.match(text.strip()))


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(sum(divmod(number, 10)) for number in doubled) % 10 == 0


def url_password(text: str) -> str | None:
    """Give the password that a connection string holds, None if it holds none."""
    found = URL.search(text)
    if found:
        return unquote(found[2])
    pair = CONNINFO.search(text)
    if pair and CONNECTS.search(text):
        return pair[1].strip("'")
    return None


# What documentation writes: nobody's.
_SAMPLE = re.compile(
    r"://(?:user|username|usr|login|name|admin|default)?:(?:pass|password|passwd|pwd|secret)@"
    r"(?:host|hostname|server|localhost|127\.0\.0\.1|example\.\w+|db\.example\.\w+)\b",
    re.IGNORECASE,
)


def is_sample(text: str) -> bool:
    """Tell whether a connection string is the one of every documentation: `user:password@host`."""
    return bool(_SAMPLE.search(text))
