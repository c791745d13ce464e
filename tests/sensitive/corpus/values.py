"""Values that look like real ones, put together at run time: written out, they would stop every push."""

from __future__ import annotations

import base64
import string
from collections.abc import Callable
from random import Random

HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + "234567"
ALNUM = string.ascii_letters + string.digits
CRYPT = "./" + ALNUM
URLSAFE = ALNUM + "-_"


def digits(random: Random, length: int, alphabet: str = string.digits) -> str:
    """Give so many characters of an alphabet."""
    return "".join(random.choice(alphabet) for _ in range(length))


def shaped(*parts: str | tuple[int, str]) -> Callable[[Random], str]:
    """Give a maker of values of fixed parts and parts of (length, alphabet)."""
    return lambda random: "".join(part if isinstance(part, str) else digits(random, *part) for part in parts)


def coded(length: int) -> Callable[[Random], str]:
    """Give a maker of base64 of so many bytes."""
    return lambda random: base64.b64encode(random.randbytes(length)).decode()


def luhn(number: str) -> str:
    """Give a number its last digit, so that Luhn's sum fits."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return number + str(-total % 10)


def card(prefix: str, length: int = 16, gap: str = "") -> Callable[[Random], str]:
    """Give a maker of card numbers, in groups of four where there is a gap."""

    def make(random: Random) -> str:
        number = luhn(prefix + digits(random, length - len(prefix) - 1))
        return gap.join(number[at : at + 4] for at in range(0, length, 4)) if gap else number

    return make


def iban(country: str, length: int, bank: str = "", gap: bool = False) -> Callable[[Random], str]:
    """Give a maker of account numbers whose check digits fit."""

    def make(random: Random) -> str:
        account = bank + digits(random, length - 4 - len(bank))
        turned = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
        number = f"{country}{98 - int(turned) % 97:02}{account}"
        return " ".join(number[at : at + 4] for at in range(0, length, 4)) if gap else number

    return make


def jwt(random: Random) -> str:
    """Give a signed JSON web token."""
    subject = f'{{"sub":"{digits(random, 10)}","name":"svc","iat":1516239022}}'.encode()
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    body = base64.urlsafe_b64encode(subject).decode().rstrip("=")
    return f"{head}.{body}.{digits(random, 43, URLSAFE)}"


def scram(random: Random) -> str:
    """Give what PostgreSQL keeps of a role's password."""
    return "SCRAM-SHA-256$4096:" + ":".join(
        f"{coded(16)(random)}${coded(32)(random)}:{coded(32)(random)}".split(":")
    )


def ssn(random: Random) -> str:
    """Give a social security number that may have been given out."""
    return f"{random.randint(100, 660)}-{random.randint(10, 99)}-{random.randint(1000, 9998)}"


def uuid(random: Random) -> str:
    """Give a UUID."""
    return "-".join(digits(random, length, HEX) for length in (8, 4, 4, 4, 12))


def picture(random: Random) -> str:
    """Give a small picture as base64."""
    return "iVBORw0KGgoAAAANSUhEUgAA" + digits(random, 180, ALNUM) + "ElFTkSuQmCC"


VALUES: dict[str, Callable[[Random], str]] = {
    "aws": shaped("AK", "IA", (16, UPPER)),
    "awssecret": shaped((40, ALNUM + "+/")),
    "github": shaped("gh", "p_", (36, ALNUM)),
    "githubfine": shaped("github", "_pat_", (22, ALNUM), "_", (59, ALNUM)),
    "gitlab": shaped("gl", "pat-", (20, URLSAFE)),
    "slack": shaped("xo", "xb-", (12, "123456789"), "-", (13, "123456789"), "-", (24, ALNUM)),
    "slackhook": shaped(
        "https://hooks.", "slack.com/services/T", (8, UPPER), "/B", (10, UPPER), "/", (24, ALNUM)
    ),
    "stripe": shaped("sk_", "live_", (24, ALNUM)),
    "stripehook": shaped("wh", "sec_", (32, ALNUM)),
    "sendgrid": shaped("S", "G.", (22, URLSAFE), ".", (43, URLSAFE)),
    "google": shaped("AI", "za", (35, URLSAFE)),
    "openai": shaped("sk", "-proj-", (48, ALNUM)),
    "anthropic": shaped("sk", "-ant-api03-", (93, URLSAFE), "AA"),
    "npm": shaped("np", "m_", (36, ALNUM)),
    "pypi": shaped("py", "pi-AgEIcHlwaS5vcmc", (70, URLSAFE)),
    "digitalocean": shaped("do", "p_v1_", (64, HEX)),
    "huggingface": shaped("h", "f_", (34, string.ascii_letters)),
    "telegram": shaped((9, "123456789"), ":A", "A", (33, URLSAFE)),
    "twilio": shaped("S", "K", (32, HEX)),
    "mailgun": shaped("ke", "y-", (32, HEX)),
    "jwt": jwt,
    "hex32": shaped((32, HEX)),
    "hex40": shaped((40, HEX)),
    "hex64": shaped((64, HEX)),
    "hex12": shaped((12, HEX)),
    "alnum24": shaped((24, ALNUM)),
    "alnum40": shaped((40, ALNUM)),
    "base64": coded(32),
    "bcrypt": shaped("$2", "b$12$", (53, CRYPT)),
    "bcrypt_a": shaped("$2", "a$10$", (53, CRYPT)),
    "bcrypt_y": shaped("$2", "y$10$", (53, CRYPT)),
    "argon2": shaped("$argon2", "id$v=19$m=65536,t=3,p=4$", (22, ALNUM), "$", (43, ALNUM)),
    "djangoargon2": shaped("argon2$argon2", "id$v=19$m=102400,t=2,p=8$", (22, ALNUM), "$", (43, ALNUM)),
    "djangopbkdf2": shaped("pbkdf2", "_sha256$390000$", (22, ALNUM), "$", (43, ALNUM), "="),
    "werkzeugpbkdf2": shaped("pbkdf2", ":sha256:260000$", (16, ALNUM), "$", (64, HEX)),
    "werkzeugscrypt": shaped("scrypt", ":32768:8:1$", (16, ALNUM), "$", (128, HEX)),
    "sha512crypt": shaped("$", "6$", (16, CRYPT), "$", (86, CRYPT)),
    "sha256crypt": shaped("$", "5$rounds=535000$", (16, CRYPT), "$", (43, CRYPT)),
    "md5crypt": shaped("$", "1$", (8, CRYPT), "$", (22, CRYPT)),
    "phpass": shaped("$", "P$B", (30, CRYPT)),
    "djangosha1": shaped("sha1", "$", (12, ALNUM), "$", (40, HEX)),
    "scram": scram,
    "md5role": shaped("md", "5", (32, HEX)),
    "visa": card("4"),
    "visagaps": card("4", gap=" "),
    "mastercard": card("53"),
    "mastercarddashes": card("52", gap="-"),
    "amex": card("37", 15),
    "ibande": iban("DE", 22),
    "ibangaps": iban("DE", 22, gap=True),
    "ibangb": iban("GB", 22, "NWBK"),
    "ibanfr": iban("FR", 27),
    "ssn": ssn,
    "uuid": uuid,
    "picture": picture,
    "pem64": shaped((64, ALNUM + "+/")),
    "luhnid": card("60"),
    "beginkey": shaped("-----BEGIN ", "PRIVATE KEY-----"),
    "endkey": shaped("-----END ", "PRIVATE KEY-----"),
    "beginrsa": shaped("-----BEGIN RSA ", "PRIVATE KEY-----"),
    "endrsa": shaped("-----END RSA ", "PRIVATE KEY-----"),
    "beginssh": shaped("-----BEGIN OPENSSH ", "PRIVATE KEY-----"),
    "endssh": shaped("-----END OPENSSH ", "PRIVATE KEY-----"),
    "beginec": shaped("-----BEGIN EC ", "PRIVATE KEY-----"),
    "endec": shaped("-----END EC ", "PRIVATE KEY-----"),
}
