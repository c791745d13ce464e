"""What is an allow in a migration's text, and what only looks like one."""

from __future__ import annotations

import pytest

from checks.content import blob_id
from checks.migration import Allow, Migration, Project
from checks.tools import alembic, sql

REVISION = 'revision = "2b"\ndown_revision = None\n'


class Files:
    """A tree of a few files."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def blob(self, path: str) -> str:
        return blob_id(self.files[path])

    def read(self, path: str) -> bytes:
        return self.files[path]


def of_python(text: str | bytes) -> list[tuple[str, str, int]]:
    data = text if isinstance(text, bytes) else text.encode()
    files = {"m/env.py": b"", "m/versions/2b.py": data}
    (migration,) = alembic.read(Project("m", "m", "alembic"), Files(files), {}).migrations
    return told(migration)


def of_sql(*texts: str | bytes) -> list[tuple[str, str, int]]:
    return told(read_sql(*texts))


def read_sql(*texts: str | bytes) -> Migration:
    contents = [text if isinstance(text, bytes) else text.encode() for text in texts]
    names = ("m/2.up.sql", "m/2.down.sql") if len(texts) > 1 else ("m/2.sql",)
    (migration,) = sql.read(
        Project("m", "m", "sql"), Files(dict(zip(names, contents, strict=True))), {}
    ).migrations
    return migration


def told(migration: Migration) -> list[tuple[str, str, int]]:
    return [(allow.rule, allow.reason, allow.line) for allow in migration.allows]


@pytest.mark.parametrize(
    ("comment", "rule", "reason"),
    [
        ("migseal: allow two-heads: so it is", "two-heads", "so it is"),
        ("migseal:allow two-heads:so it is", "two-heads", "so it is"),
        ("  migseal:  allow  two-heads :  so  it is  ", "two-heads", "so it is"),
        ("migseal: allow: two-heads: so it is", "two-heads", "so it is"),
        (
            "migseal: allow two-heads: see https://x.example/1: done",
            "two-heads",
            "see https://x.example/1: done",
        ),
        ("migseal: allow two-heads:", "two-heads", ""),
        ("migseal: allow two-heads", "two-heads", ""),
        ("migseal: allow two-heads as it is: fine", "two-heads", ""),
        ("migseal: allow", "", ""),
        ("migseal: allow Two_Heads, x: y", "Two_Heads,", ""),
    ],
)
def test_the_form_of_a_comment(comment: str, rule: str, reason: str) -> None:
    assert of_sql(f"SELECT 1; --{comment}\n") == [(rule, reason, 1)]
    assert of_python(f"{REVISION}#{comment}\n") == [(rule, reason, 3)]


@pytest.mark.parametrize(
    "comment",
    [
        "migseal: allowed x: y",
        "migseal: allow-list x: y",
        "migseal allow x: y",
        "see migseal: allow x: y",
        "allow x: y",
    ],
)
def test_what_is_no_allow(comment: str) -> None:
    assert of_sql(f"SELECT 1; -- {comment}\n") == []
    assert of_python(f"{REVISION}# {comment}\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT '\n-- migseal: allow a: b\n';",
        'SELECT 1 AS "\n-- migseal: allow a: b\n";',
        "DO $$\n-- migseal: allow a: b\nBEGIN END $$;",
        "DO $x$\n-- migseal: allow a: b\n$x$;",
        "/*\n-- migseal: allow a: b\n*/ SELECT 1;",
        "/* migseal: allow a: b */ SELECT 1;",
        "# migseal: allow a: b\n",
        "COPY t FROM stdin;\n-- migseal: allow a: b\n\\.\n",
        "\\echo -- migseal: allow a: b\n",
    ],
)
def test_what_is_no_comment_in_sql(text: str) -> None:
    assert of_sql(text) == []
    assert of_sql(f"{text}\n-- migseal: allow c: d\n")[-1:] == [("c", "d", text.count("\n") + 2)]


@pytest.mark.parametrize(
    "text",
    [
        '"""# migseal: allow a: b"""\n',
        "'''\n# migseal: allow a: b\n'''\n",
        "def upgrade():\n    '''\n    # migseal: allow a: b\n    '''\n",
        "x = 'y'  '# migseal: allow a: b'\n",
        'x = f"""\n# migseal: allow a: b {1}\n"""\n',
        "x = '\\\n# migseal: allow a: b'\n",
        "-1  -- migseal.allow\n",
    ],
)
def test_what_is_no_comment_in_python(text: str) -> None:
    head = "migseal = type('', (), {'allow': 1})\n"
    assert of_python(head + text + REVISION) == []
    line = text.count("\n") + 4
    assert of_python(head + text + REVISION + "# migseal: allow c: d\n") == [("c", "d", line)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_line_endings_and_marks(end: bytes, bom: bytes) -> None:
    lines = [b"-- first", b"SELECT 1; -- migseal: allow a: b", b"-- migseal: allow c: d", b""]
    assert of_sql(bom + end.join(lines)) == [("a", "b", 2), ("c", "d", 3)]
    python = [*REVISION.encode().splitlines(), b"x = 1 # migseal: allow a: b", b"# migseal: allow c: d", b""]
    assert of_python(bom + end.join(python)) == [("a", "b", 3), ("c", "d", 4)]


def test_both_files_of_a_pair_are_read() -> None:
    migration = read_sql("-- migseal: allow a: b\nSELECT 1;", "SELECT 2;\n-- migseal: allow c: d")
    assert migration.allows == (Allow("a", "b", 1, 0), Allow("c", "d", 2, 1))


def test_a_text_without_one_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    import tokenize  # noqa: PLC0415

    monkeypatch.delattr(tokenize, "generate_tokens")
    assert of_python(f"{REVISION}# migseal, a guard\n") == []
    with pytest.raises(AttributeError):
        of_python(f"{REVISION}# migseal: allow a: b\n")
