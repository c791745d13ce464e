from __future__ import annotations

import os
import textwrap
import warnings
from dataclasses import dataclass

import pytest

from checks import tools
from checks.content import blob_id, fingerprint
from checks.errors import CannotCheckError
from checks.migration import Downgrade, History, Migration, Project, Refusal, heads
from checks.tools.alembic.files import find, read

BODY = "def upgrade():\n    op.a()\n\ndef downgrade():\n    op.b()\n"
INI = "[alembic]\nscript_location = migrations\n"


@dataclass(frozen=True)
class Files:
    """A tree of files in memory."""

    files: dict[str, bytes]
    unread: tuple[str, ...] = ()

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({*self.files, *self.unread}))

    def blob(self, path: str) -> str:
        return "0" * 40 if path in self.unread else blob_id(self.files[path])

    def read(self, path: str) -> bytes:
        return self.files[path]


def tree(files: dict[str, str | bytes], *unread: str) -> Files:
    made = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return Files(made, unread)


def revision(version: str, after: object = None, more: str = "") -> str:
    return f"revision = {version!r}\ndown_revision = {after!r}\n{more}\n{BODY}"


def history(files: dict[str, str | bytes], **options: str) -> History:
    """Read a project in `migrations`, of files in its `versions`, or of whole paths."""
    whole = {path if "/" in path else f"migrations/versions/{path}": text for path, text in files.items()}
    return read(Project("app", "migrations", "alembic", **options), tree(whole), {})  # type: ignore[arg-type]


def one(text: str | bytes) -> Migration:
    read_history = history({"a.py": text})
    assert read_history.problems == ()
    (migration,) = read_history.migrations
    return migration


FORMS = {
    'revision = "b"\ndown_revision = "a"\n': ("a",),
    "revision = 'b'\ndown_revision = None\n": (),
    'revision = "b"\n': (),
    'revision: str = "b"\ndown_revision: Union[str, None] = "a"\n': ("a",),
    'revision: str = "b"\ndown_revision: str\n': (),
    'revision = "b"\ndown_revision = ("a", "c")\n': ("a", "c"),
    'revision = "b"\ndown_revision = ["a", "c"]\n': ("a", "c"),
    'revision = "b"\ndown_revision = ()\n': (),
    'revision = "b"\ndown_revision = (\n    "a"\n    "a",\n)\n': ("aa",),
    'PARENT = "a"\nrevision = "b"\ndown_revision = PARENT\n': ("a",),
    'ONE, TWO = 1, 2\nA = "a"\nrevision = "b"\ndown_revision = (A, "c")\n': ("a", "c"),
    'A = "a"\nB = A\nrevision = "b"\ndown_revision = B\n': ("a",),
    'revision = "x"\nrevision = "b"\ndown_revision = "a"\n': ("a",),
    'x = revision = "b"\ndown_revision = "a"\n': ("a",),
    'revision = "b"\ndown_revision = "a"\ndepends_on = "c"\n': ("a", "c"),
    'revision = "b"\ndown_revision = "a"\ndepends_on = ("c", "a")\n': ("a", "c"),
    '"""Doc."""\nfrom __future__ import annotations\nrevision = "b"\ndown_revision = "a"  # why\n': ("a",),
}


@pytest.mark.parametrize(("head", "after"), FORMS.items(), ids=[str(n) for n in range(len(FORMS))])
def test_every_form_of_a_revision_is_read(head: str, after: tuple[str, ...]) -> None:
    migration = one(head + BODY)
    assert (migration.version, migration.after) == ("b", after)


def test_a_dependency_is_no_parent() -> None:
    read_history = history(
        {"a.py": revision("a"), "b.py": revision("b", "a"), "c.py": revision("c", "a", 'depends_on = "b"')}
    )
    last = read_history.migrations[-1]
    assert (last.after, last.depends) == (("a", "b"), ("b",))
    assert [m.version for m in heads(read_history)] == ["b", "c"]


def test_facts_of_a_file() -> None:
    text = '"""Doc."""\n\nrevision = "b"\n\n' + BODY
    migration = one(text)
    assert (migration.line, migration.down_line) == (3, 8)
    assert migration.file.path == "versions/a.py"
    assert migration.file.sha256 == fingerprint(text.encode())
    assert migration.file.blob == blob_id(text.encode())


def test_line_endings_and_a_byte_order_mark_are_read_through() -> None:
    text = revision("b", "a").encode()
    odd = one(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert odd.version == "b"
    assert odd.file.sha256 == one(text).file.sha256
    assert odd.file.blob != one(text).file.blob


def test_another_encoding_may_be_declared() -> None:
    assert (
        one("# -*- coding: latin-1 -*-\n# Größe\n".encode("latin-1") + revision("b").encode()).version == "b"
    )


def test_what_python_would_warn_of_is_read_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert one(revision("b", more='PATTERN = "\\d"')).version == "b"


PROBLEMS = {
    "def upgrade(:\n": (1, "it is not Python: invalid syntax"),
    'revision = "a"\nx = (\n': (2, "it is not Python: '(' was never closed"),
    b'revision = "a"\n# \xff\n': (2, "it is not UTF-8 (byte 0xff)"),
    b'# -*- coding: nonsense -*-\nrevision = "a"\n# \xff\n': (3, "it is not UTF-8 (byte 0xff)"),
    b'# -*- coding: ascii -*-\nrevision = "a"\n# \xff\n': (3, "it is not UTF-8 (byte 0xff)"),
    b'revision = "a"\n\x00\n': (1, "it is not Python: "),
    "(" * 300: (1, "it is not Python: "),
    "-" * 100_000 + "1": (1, "it is not Python: "),
    "": (1, "it declares no `revision`"),
    "def help_out(): ...\n": (1, "it declares no `revision`"),
    "revision = None\n": (1, "it declares no `revision`"),
    'revision = ("a", "b")\n': (1, "it declares no `revision`"),
    "\nrevision = 12\n": (2, "`revision` is not a plain text"),
    'revision = f"{1}"\n': (1, "`revision` is not a plain text"),
    'revision = make("a")\n': (1, "`revision` is not a plain text"),
    'revision = "a"\ndown_revision = "b" if x else "c"\n': (2, "`down_revision` is not a plain text"),
    'revision = "a"\ndown_revision = down_revision\n': (2, "`down_revision` is not a plain text"),
}


@pytest.mark.parametrize(("text", "problem"), PROBLEMS.items(), ids=[str(n) for n in range(len(PROBLEMS))])
def test_what_cannot_be_read_is_a_problem_with_its_line(text: str | bytes, problem: tuple[int, str]) -> None:
    read_history = history({"a.py": text, "b.py": revision("b")})
    assert [m.version for m in read_history.migrations] == ["b"]
    (found,) = read_history.problems
    assert (found.path, found.line) == ("versions/a.py", problem[0])
    assert found.reason.startswith(problem[1])


def test_a_file_whose_content_is_not_there_is_a_problem() -> None:
    files = tree({"migrations/versions/b.py": revision("b")}, "migrations/versions/a.py")
    read_history = read(Project("app", "migrations", "alembic"), files, {})
    assert [(p.path, p.line) for p in read_history.problems] == [("versions/a.py", 1)]


def test_a_location_that_leads_elsewhere_is_a_problem() -> None:
    files = tree({"migrations/env.py": ""}, "migrations/versions")
    read_history = read(Project("app", "migrations", "alembic"), files, {})
    assert [p.path for p in read_history.problems] == ["versions"]


def test_only_revision_files_count() -> None:
    names = ("__init__.py", ".#a.py", "a.pyc", "a.py~", "README", "a.sql", "__pycache__/a.py", "deep/a.py")
    files: dict[str, str | bytes] = {f"migrations/versions/{name}": revision("x") for name in names}
    files |= {"migrations/env.py": revision("y"), "migrations/versions/ok.py": revision("ok")}
    assert [m.version for m in history(files).migrations] == ["ok"]


DOWNGRADES = {
    "def upgrade():\n    op.a()\ndef downgrade():\n    op.b()\n": Downgrade.PRESENT,
    "def upgrade():\n    op.a()\ndef downgrade():\n    pass\n": Downgrade.EMPTY,
    'def upgrade():\n    op.a()\ndef downgrade():\n    """Doc."""\n': Downgrade.EMPTY,
    "def upgrade():\n    op.a()\ndef downgrade():\n    ...\n    return\n": Downgrade.EMPTY,
    "def upgrade():\n    pass\ndef downgrade():\n    pass\n": Downgrade.NEEDLESS,
    'def upgrade():\n    op.a()\ndef downgrade():\n    raise NotImplementedError("no")\n': Downgrade.REFUSED,
    'def upgrade():\n    op.a()\ndef downgrade():\n    """Doc."""\n    raise Exception\n': Downgrade.REFUSED,
    "def upgrade():\n    op.a()\ndef downgrade():\n    op.b()\n    raise Exception\n": Downgrade.REFUSED,
    "def upgrade():\n    op.a()\ndef downgrade():\n    if x:\n        raise Exception\n": Downgrade.PRESENT,
    "def upgrade():\n    op.a()\ndef downgrade():\n    if x:\n        return\n    raise\n": Downgrade.PRESENT,
    "# migseal: irreversible\ndef upgrade():\n    op.a()\ndef downgrade():\n    op.b()\n": Downgrade.REFUSED,
    "# migseal: irreversible\ndef upgrade():\n    op.a()\n": Downgrade.REFUSED,
    "def upgrade():\n    op.a()\ndef downgrade():\n    op.b('# migseal: irreversible')\n": Downgrade.PRESENT,
    "def upgrade():\n    op.a()\n": Downgrade.ABSENT,
    "def upgrade():\n    op.a()\nif True:\n    def downgrade():\n        pass\n": Downgrade.PRESENT,
    "def upgrade():\n    op.a()\ndowngrade = upgrade\n": Downgrade.PRESENT,
    "from x import upgrade, downgrade\n": Downgrade.PRESENT,
    "from x import *\n": Downgrade.PRESENT,
    "try:\n    from x import downgrade\nexcept E:\n    pass\ndef upgrade():\n    op.a()\n": Downgrade.PRESENT,
}


@pytest.mark.parametrize(("body", "kind"), DOWNGRADES.items(), ids=[str(n) for n in range(len(DOWNGRADES))])
def test_the_kind_of_a_downgrade(body: str, kind: Downgrade) -> None:
    assert one(f'revision = "b"\n{body}').downgrade is kind


ADDS = "op.execute(\"ALTER TYPE public.mood ADD VALUE IF NOT EXISTS 'sad'\")"
ENUM_VALUES = {
    ADDS: Downgrade.NEEDLESS,
    f"with op.get_context().autocommit_block():\n        {ADDS}": Downgrade.NEEDLESS,
    "op.execute('COMMIT')\n    " + ADDS: Downgrade.NEEDLESS,
    "op.execute(\"COMMIT; ALTER TYPE mood ADD VALUE 'sad';\")": Downgrade.NEEDLESS,
    "op.execute(sa.text(\"ALTER TYPE mood ADD VALUE 'sad'\"))": Downgrade.NEEDLESS,
    "for m in MOODS:\n        op.execute(f\"ALTER TYPE mood ADD VALUE '{m}'\")": Downgrade.NEEDLESS,
    f"if x:\n        {ADDS}\n    else:\n        op.b()": Downgrade.EMPTY,
    f"{ADDS}\n    op.add_column()": Downgrade.EMPTY,
    "op.execute(\"ALTER TYPE mood ADD VALUE 'sad'; CREATE TABLE t ()\")": Downgrade.EMPTY,
    "op.execute(\"ALTER TYPE mood RENAME VALUE 'sad' TO 'low'\")": Downgrade.EMPTY,
    "op.execute(SQL)": Downgrade.EMPTY,
}


@pytest.mark.parametrize(("up", "kind"), ENUM_VALUES.items(), ids=[str(n) for n in range(len(ENUM_VALUES))])
def test_nothing_undoes_a_value_of_an_enum_type(up: str, kind: Downgrade) -> None:
    body = f"def upgrade():\n    {up}\ndef downgrade():\n    pass\n"
    assert one(f'revision = "b"\n{body}').downgrade is kind


REFUSALS = {
    'raise NotImplementedError("the rows are gone")': Refusal("the rows are gone", 5),
    'x()\n    raise Irreversible(f"{revision}: the\\n rows  are gone", 1)': Refusal(": the rows are gone", 6),
    "raise NotImplementedError": Refusal("", 5),
    "raise NotImplementedError()": Refusal("", 5),
    'raise RuntimeError("Downgrade of 3f2a is not supported.")': Refusal("", 5),
    'raise Exception("irreversible")': Refusal("", 5),
    "# migseal: irreversible: the rows are gone\n    raise Exception('irreversible')": Refusal(
        "the rows are gone", 5
    ),
    "pass  # migseal:irreversible": Refusal("", 5),
    "pass  # migseal: irreversible: cannot be undone": Refusal("", 5),
    "pass": None,
}


@pytest.mark.parametrize(("down", "refusal"), REFUSALS.items(), ids=[str(n) for n in range(len(REFUSALS))])
def test_why_a_migration_cannot_be_undone(down: str, refusal: Refusal | None) -> None:
    body = f"def upgrade():\n    op.a()\ndef downgrade():\n    {down}\n"
    assert one(f'revision = "b"\n{body}').refusal == refusal


def test_parents_come_before_children() -> None:
    files: dict[str, str | bytes] = {
        "a.py": revision("join", ("left", "right")),
        "b.py": revision("right", "root"),
        "c.py": revision("left", "root"),
        "d.py": revision("root"),
        "e.py": revision("other root"),
    }
    read_history = history(files)
    versions = [m.version for m in read_history.migrations]
    assert sorted(versions) == ["join", "left", "other root", "right", "root"]
    assert versions.index("root") < min(versions.index("left"), versions.index("right"))
    assert max(versions.index("left"), versions.index("right")) < versions.index("join")
    assert {m.version for m in heads(read_history)} == {"join", "other root"}
    assert not read_history.linear


def test_a_circle_is_read_too() -> None:
    read_history = history({"a.py": revision("a", "b"), "b.py": revision("b", "a"), "c.py": revision("c")})
    assert [m.version for m in read_history.migrations] == ["c", "a", "b"]


def test_a_dependency_on_a_branch_label_is_one_on_its_revision() -> None:
    files: dict[str, str | bytes] = {
        "a.py": revision("a", more='branch_labels = ("billing",)'),
        "b.py": revision("b", more='depends_on = "billing"'),
    }
    read_history = history(files)
    assert [(m.version, m.after, m.depends) for m in read_history.migrations] == [
        ("a", (), ()),
        ("b", ("a",), ("a",)),
    ]


def test_a_label_is_found_in_a_file_that_was_not_read_again() -> None:
    files: dict[str, str | bytes] = {
        "a.py": revision("a", more='branch_labels = "billing"'),
        "b.py": revision("b", more='depends_on = ("billing",)'),
    }
    first = history({"a.py": files["a.py"]}).migrations[0]
    project = Project("app", "migrations", "alembic")
    whole = tree({f"migrations/versions/{name}": text for name, text in files.items()})
    known = {(first.file.path, first.file.blob): first}
    assert [m.after for m in read(project, whole, known).migrations] == [(), ("a",)]


def test_what_is_known_is_not_read_again() -> None:
    text = revision("a").encode()
    known = Migration("from the lock", one(text).file)

    class Sealed(Files):
        def read(self, path: str) -> bytes:
            raise AssertionError(path)

    sealed = Sealed({"migrations/versions/a.py": text})
    found = read(Project("app", "migrations", "alembic"), sealed, {(known.file.path, known.file.blob): known})
    assert found.migrations == (known,)


def located(ini: str, files: tuple[str, ...], path: str = "alembic.ini") -> tuple[str, list[str]]:
    """Give the directory that a configuration leads to, and the files that are read there."""
    made: dict[str, str | bytes] = {name: revision(name) for name in files}
    made[path] = textwrap.dedent(ini)
    found = [project for project in find(tree(made)) if project.ini_file == path]
    assert len(found) == 1
    return found[0].directory, sorted(m.version for m in read(found[0], tree(made), {}).migrations)


BOTH = ("one/x.py", "two/x.py", "migrations/versions/x.py")
LOCATIONS = {
    "nothing": ("", ["migrations/versions/x.py"]),
    "spaces": ("version_locations = one two", ["one/x.py", "two/x.py"]),
    "commas": ("version_locations = one, two", ["one/x.py", "two/x.py"]),
    "here": (
        "version_locations = %(here)s/one %(here)s/migrations/versions",
        ["migrations/versions/x.py", "one/x.py"],
    ),
    "the system's separator": (
        f"version_locations = one{os.pathsep}two\nversion_path_separator = os",
        ["one/x.py", "two/x.py"],
    ),
    "a colon": ("version_locations = one:two\npath_separator = :", ["one/x.py", "two/x.py"]),
    "a semicolon": ("version_locations = one;two\npath_separator = ;", ["one/x.py", "two/x.py"]),
    "a space": ("version_locations = one two\npath_separator = space", ["one/x.py", "two/x.py"]),
    "lines": ("version_locations =\n    one\n    two\npath_separator = newline", ["one/x.py", "two/x.py"]),
}


@pytest.mark.parametrize(("lines", "versions"), LOCATIONS.values(), ids=LOCATIONS)
def test_version_locations_are_found(lines: str, versions: list[str]) -> None:
    assert located(f"[alembic]\nscript_location = migrations\n{lines}\n", BOTH) == ("migrations", versions)


@pytest.mark.parametrize(
    ("ini", "path", "directory"),
    [
        (INI, "alembic.ini", "migrations"),
        ("[alembic]\nscript_location = %(here)s/migrations\n", "backend/alembic.ini", "backend/migrations"),
        ("[alembic]\nscript_location = migrations\n", "backend/alembic.ini", "backend/migrations"),
        ("[alembic]\nscript_location = ./db/../migrations/\n", "alembic.ini", "migrations"),
        ("[alembic]\nscript_location = shop.db:migrations\n", "alembic.ini", "src/shop/db/migrations"),
        (
            "[alembic]\nscript_location = shop:db:migrations\n",
            "src/shop/db/alembic.ini",
            "src/shop/db/migrations",
        ),
        ("[alembic]\nscript_location = backend/migrations\n", "config/alembic.ini", "backend/migrations"),
        ('[tool.alembic]\nscript_location = "migrations"\n', "pyproject.toml", "migrations"),
        (
            '[tool.alembic]\nscript_location = "%(here)s/migrations"\n',
            "backend/pyproject.toml",
            "backend/migrations",
        ),
    ],
)
def test_a_project_is_found_by_its_configuration(ini: str, path: str, directory: str) -> None:
    files = (f"{directory}/env.py", f"{directory}/versions/x.py")
    assert located(ini, files, path) == (directory, [f"{directory}/versions/x.py"])


def test_a_pyproject_may_list_its_locations() -> None:
    toml = '[tool.alembic]\nscript_location = "migrations"\nversion_locations = ["one", "%(here)s/two"]\n'
    assert located(toml, BOTH, "pyproject.toml") == ("migrations", ["one/x.py", "two/x.py"])


@pytest.mark.parametrize("word", ["true", "True", "1", "yes", "false", "0"])
def test_folders_inside_count_where_it_is_said(word: str) -> None:
    ini = f"{INI}recursive_version_locations = {word}\n"
    files = ("migrations/versions/2026/01/x.py", "migrations/versions/x.py", "migrations/versions2/x.py")
    _, versions = located(ini, files)
    assert len(versions) == (2 if word.lower() in ("true", "1", "yes") else 1)


def test_without_a_configuration_the_folder_is_known_by_its_looks() -> None:
    files = tree({f"db/{name}": "" for name in ("env.py", "script.py.mako", "versions/a.py")})
    (project,) = find(files)
    assert (project.directory, project.ini_file) == ("db", None)


def test_two_projects_have_two_names() -> None:
    made: dict[str, str | bytes] = {}
    for service in ("billing", "orders"):
        made[f"services/{service}/alembic.ini"] = INI
        made[f"services/{service}/migrations/env.py"] = ""
        made[f"services/{service}/migrations/versions/a.py"] = revision(service)
    found = tools.find(tree(made))
    assert {name: project.directory for name, project in found.items()} == {
        "billing": "services/billing/migrations",
        "orders": "services/orders/migrations",
    }
    for name, project in found.items():
        assert [m.version for m in read(project, tree(made), {}).migrations] == [name]


@pytest.mark.parametrize(
    "files",
    [
        {"alembic.ini": "no section\n"},
        {"alembic.ini": "[alembic]\nsqlalchemy.url = x\n"},
        {"alembic.ini": b"\xff\xfe"},
        {"pyproject.toml": "[tool.alembic\n"},
        {"pyproject.toml": "[project]\ndependencies = ['alembic']\n"},
        {"pyproject.toml": "[tool]\nalembic = 1\n"},
        {"pyproject.toml": "tool = 'alembic'\n"},
        {"pyproject.toml": "[tool.alembic]\nscript_location = ['x']\n"},
        {"pyproject.toml": "[[tool.alembic]]\nscript_location = 'x'\n"},
        {"env.py": ""},
    ],
)
def test_what_is_no_configuration_is_no_project(files: dict[str, str | bytes]) -> None:
    assert find(tree(files)) == ()


def test_a_configuration_whose_content_is_not_there_is_none() -> None:
    assert find(tree({}, "alembic.ini", "pyproject.toml")) == ()


SECTIONS = """\
[DEFAULT]
sqlalchemy.url = postgresql://db.invalid/app

[one]
script_location = db/one

[two]
script_location = db/two
version_locations = db/two/a db/two/b
path_separator = space

[loggers]
keys = root
"""


def test_each_section_of_a_file_is_a_project() -> None:
    files = {
        "alembic.ini": SECTIONS,
        "db/one/env.py": "",
        "db/two/env.py": "",
        "db/one/versions/a.py": revision("a"),
        "db/two/a/b.py": revision("b"),
        "db/two/b/c.py": revision("c", "b"),
    }
    projects = find(tree(files))
    assert [(project.directory, project.ini_file) for project in projects] == [
        ("db/one", "alembic.ini"),
        ("db/two", "alembic.ini"),
    ]
    versions = [[m.version for m in read(project, tree(files), {}).migrations] for project in projects]
    assert versions == [["a"], ["b", "c"]]


def test_the_main_section_goes_before_others_of_its_directory() -> None:
    places = "version_locations = migrations/{0}\n"
    other = "[other]\nscript_location = migrations\n" + places.format("other")
    ini = other + INI + places.format("main")
    files = {
        "alembic.ini": ini,
        "migrations/main/a.py": revision("a"),
        "migrations/other/b.py": revision("b"),
    }
    found = read(Project("app", "migrations", "alembic"), tree(files), {})
    assert [migration.version for migration in found.migrations] == ["a"]


def test_a_file_none_of_whose_sections_leads_to_the_directory() -> None:
    with pytest.raises(CannotCheckError) as caught:
        read(Project("app", "migrations", "alembic", "alembic.ini"), tree({"alembic.ini": SECTIONS}), {})
    assert "leads to the script location db/one, db/two, and project app" in caught.value.message
