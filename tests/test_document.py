from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from checks.document import (
    Fields,
    Items,
    Node,
    Scalar,
    Source,
    fields,
    is_null,
    nearest,
    optional_text,
    parse,
    text,
    text_fields,
    texts,
)
from checks.errors import CannotCheckError

SOURCE = Source("a.yaml", "mend it")
# Plain YAML makes numbers, dates, truth values and nulls of these; after "!" and "&" text begins a node.
TEXTS = ("001", "010", "1.10", "on", "no", "2026_01_15_001", "2026-01-15", "0x1f", "1e3", "null", "~", "1:30")


def root(content: str) -> Node:
    node = parse(content, SOURCE)
    assert node is not None
    return node


def trouble(content: str) -> CannotCheckError:
    with pytest.raises(CannotCheckError) as raised:
        parse(content, SOURCE)
    return raised.value


@pytest.mark.parametrize("written", TEXTS)
def test_a_scalar_is_the_text_as_written(written: str) -> None:
    for form in (written, f'"{written}"', f"'{written}'"):
        assert text(root(f"key: {form}").fields["key"], "key", SOURCE) == written  # type: ignore[union-attr]


def test_keys_are_texts_and_know_their_lines() -> None:
    node = root('010: a\n\n"on":\n  - b\n  - {c: d}\n')
    assert isinstance(node, Fields)
    assert node.lines == {"010": 1, "on": 3}
    items = node.fields["on"]
    assert isinstance(items, Items)
    assert [item.line for item in items.items] == [4, 5]


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n", "---\n# nothing\n"])
def test_an_empty_document_is_none_or_null(content: str) -> None:
    node = parse(content, SOURCE)
    assert node is None or is_null(node)


def test_only_a_plain_null_is_null() -> None:
    node = root("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n")
    assert isinstance(node, Fields)
    assert [is_null(value) for value in node.fields.values()] == [True, True, True, False, False]
    assert optional_text(node.fields["c"], "c", SOURCE) is None
    assert optional_text(node.fields["e"], "e", SOURCE) == "null"
    assert optional_text(None, "f", SOURCE) is None


def test_an_anchor_is_followed() -> None:
    node = root("a: &x {k: v}\nb: *x\n")
    assert isinstance(node, Fields)
    assert text_fields(node.fields["b"], "b", SOURCE) == {"k": "v"}


BROKEN = {
    "a: [1": "a.yaml:1: broken YAML",
    "a: b\nc: d: e\n": "a.yaml:2: broken YAML: mapping values are not allowed",
    "a: b\n\tc: d\n": "a.yaml:2: broken YAML",
    "a: 1\nb: 2\na: 3\n": 'a.yaml:3: "a" stands twice, first at line 1',
    '{"a": 1, a: 2}': 'a.yaml:1: "a" stands twice',
    "a: 1\nb: \x01\n": "a.yaml:2: broken YAML: control characters are not allowed",
    "ä: 1\nb: \x01\n": "a.yaml:2: broken YAML: control characters are not allowed",
    '"\\udcff"': "a.yaml:1: broken YAML: found invalid Unicode character escape",
    "a\n---\nb\n": "a.yaml:2: a second document begins here",
    "x: 1\na: *b\n": "a.yaml:2: broken YAML: *b stands for nothing before it",
    "&a [*a]": "a.yaml:1: broken YAML: *a stands for nothing before it",
    "a: 1\n? [b]\n: c\n": "a.yaml:2: a key must be a text",
    "a: {{url}}": "a.yaml:1: a key must be a text",
    "a: <<<<<<< HEAD\n=======\nb: 1\n": "a.yaml:3: broken YAML",
    "[" * 100_000: "a.yaml:1: broken YAML: it is nested too deeply",
    "- " * 100_000: "a.yaml:1: broken YAML: it is nested too deeply",
    "? " * 100_000: "a.yaml:1: broken YAML: it is nested too deeply",
    "{a: " * 100_000: "a.yaml:1: broken YAML: it is nested too deeply",
}


@pytest.mark.parametrize(("content", "message"), BROKEN.items(), ids=[repr(c[:20]) for c in BROKEN])
def test_what_is_broken_is_told_with_its_line(content: str, message: str) -> None:
    assert message in trouble(content).message


def test_many_anchors_of_anchors_cost_nothing() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    assert isinstance(root("\n".join(lines)), Fields)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(content: str) -> None:
    with suppress(CannotCheckError):
        assert isinstance(parse(content, SOURCE), Node | None)


Plain = str | list["Plain"] | dict[str, "Plain"]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.recursive(WORDS, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner), max_leaves=12))
def test_what_yaml_writes_is_read_as_it_was(value: Plain) -> None:
    written = yaml.safe_dump(value, default_style='"')
    node = parse(written, SOURCE)
    assert node is not None
    assert plain(node) == value


def plain(node: Node) -> Plain:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.fields.items()}


def test_an_unknown_key_is_told_with_its_line_and_the_nearest() -> None:
    with pytest.raises(CannotCheckError) as raised:
        fields(root("tool: a\nturl: b\n"), "the config", SOURCE, ("tool", "url"))
    assert raised.value.message == "a.yaml:2: the config has an unknown key: turl (did you mean url?)"
    assert raised.value.hint == "it may hold: tool, url"


def test_an_unquoted_placeholder_is_told() -> None:
    node = root("env:\n  DATABASE: {url}\n")
    assert isinstance(node, Fields)
    with pytest.raises(CannotCheckError) as raised:
        text_fields(node.fields["env"], "env", SOURCE)
    assert "a.yaml:2: env.DATABASE: an unquoted {url} is a mapping in YAML" in raised.value.message
    assert raised.value.hint == 'quote it: "{url}"'


@pytest.mark.parametrize("content", ["[a, b]", "text", "'null'"])
def test_what_is_no_mapping_is_told(content: str) -> None:
    with pytest.raises(CannotCheckError, match=r"a\.yaml:1: here must hold `key: value` lines"):
        fields(root(content), "here", SOURCE)


def test_what_is_no_list_and_no_text_is_told() -> None:
    with pytest.raises(CannotCheckError, match="here must be a list"):
        texts(root("a"), "here", SOURCE)
    with pytest.raises(CannotCheckError, match="here must be a text"):
        texts(root("[[a]]"), "here", SOURCE)


def test_nearest_names_only_what_is_near() -> None:
    assert (
        nearest("edited-migrations", ["edited-migration", "two-heads"]) == " (did you mean edited-migration?)"
    )
    assert nearest("xyz", ["edited-migration"]) == ""
