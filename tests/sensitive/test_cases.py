"""The corpus itself: there is enough of everything, and its files are what they look like."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from sensitive.corpus.build import negatives, positives
from sensitive.corpus.ordinary import large, ordinary
from sensitive.corpus.values import luhn

if TYPE_CHECKING:
    from sensitive.corpus.case import Case

ALL = (
    "password",
    "password-hash",
    "token",
    "private-key",
    "connection-string",
    "role-password",
    "card",
    "iban",
    "ssn",
    "email",
    "phone",
)


def test_there_are_enough_cases_with_every_kind() -> None:
    kinds = [kind for case in positives() for one in case.wanted for kind in one.kinds]
    assert len(positives()) >= 80
    assert len(negatives()) >= 80
    assert all(kinds.count(kind) >= 5 for kind in ALL), {kind: kinds.count(kind) for kind in ALL}


def test_each_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in positives() + negatives()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", positives(), ids=lambda case: case.name)
def test_each_positive_case_has_something_to_tell(case: Case) -> None:
    assert case.wanted


@pytest.mark.parametrize("case", negatives(), ids=lambda case: case.name)
def test_no_negative_case_has_anything_to_tell(case: Case) -> None:
    assert not case.wanted


@pytest.mark.parametrize("case", positives() + negatives(), ids=lambda case: case.name)
def test_python_is_python_and_no_mark_is_left(case: Case) -> None:
    for path, text in case.files.items():
        assert "~~" not in text
        assert "<<" not in text
        if path.endswith(".py"):
            ast.parse(text)


def test_a_corpus_is_the_same_each_time() -> None:
    assert positives() == positives()
    assert list(ordinary(20)) == list(ordinary(20))


def test_ordinary_migrations_vary_and_python_is_python() -> None:
    texts = dict(ordinary(300))
    assert len(set(texts.values())) == 300
    for name, text in texts.items():
        if name.endswith(".py"):
            ast.parse(text)


def test_a_large_file_is_as_large_as_asked_for() -> None:
    assert 100_000 <= len(large(100_000)) < 200_000


def test_luhn_gives_the_digit_of_the_well_known_number() -> None:
    assert luhn("7992739871") == "79927398713"
