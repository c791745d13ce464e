"""Numbers: small ones that look like ids where they may be, large ones with all decimals elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.roundtrip.populate.subject import Subject

WHOLE = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}
PLAIN = {"int2": 32_001, "int4": 70_001, "int8": 3_000_000_001}  # none fits the next smaller type
SOME = 8
DIGITS = "12345678901234567890"
HEADER = 4
MANTISSA = 0x7FF


def whole(subject: Subject, short: str) -> Iterator[str]:
    """Give whole numbers."""
    first = subject.first if subject.counted else PLAIN[short]
    yield from (str(first + step) for step in range(SOME))
    if subject.checked:
        hinted = (int(number) for number in subject.hints.numbers if number == int(number))
        more = (*hinted, 0, *range(1, SOME), -1, 10, 100)
        yield from (str(number) for number in more if abs(number) <= WHOLE[short])


def decimals(subject: Subject, modifier: int) -> Iterator[str]:
    """Give numbers of a numeric type with as many digits as it keeps, but for one."""
    precision, scale = limits(modifier)
    if subject.counted and scale <= 0 and subject.first + SOME <= 10 ** (precision + scale):
        yield from (str(subject.first + step) for step in range(SOME))
    start = int(DIGITS[: max(precision - 1, 1)])
    for step in range(SOME):
        yield f"{Decimal(start + step).scaleb(-scale):f}"
    if subject.checked:
        more = (*subject.hints.numbers, Decimal("0.5"), *map(Decimal, range(SOME)), Decimal(-1))
        yield from (f"{number:f}" for number in more if abs(number) < Decimal(10) ** (precision - scale))


def limits(modifier: int) -> tuple[int, int]:
    """Read a numeric's precision and scale; without a limit take both as a person would."""
    if modifier < HEADER:
        return 17, 8
    packed = modifier - HEADER
    scale = packed & MANTISSA
    return (packed >> 16) & 0xFFFF, scale - 2 * (MANTISSA + 1 >> 1) if scale > MANTISSA >> 1 else scale


def floats(subject: Subject, short: str) -> Iterator[str]:
    """Give floating numbers, exact in binary."""
    first = Decimal("70001.125") if short == "float4" else Decimal("3000000001.0625")
    yield from (str(first + step) for step in range(SOME))
    if subject.checked:
        yield from (f"{number:f}" for number in subject.hints.numbers)
        yield from ("0.5", "0", "1", "2", "3", "-1")
