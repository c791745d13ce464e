"""Which names say what of the texts that they are called with."""

from __future__ import annotations

import re

# Their texts are names of tables, columns and constraints, or text that is shown; what is a default is not.
NAMES = {
    *(
        "create_table",
        "drop_table",
        "add_column",
        "drop_column",
        "alter_column",
        "rename_table",
        "create_index",
    ),
    *(
        "drop_index",
        "create_unique_constraint",
        "create_foreign_key",
        "create_primary_key",
        "drop_constraint",
    ),
    *("create_check_constraint", "Column", "column", "table", "Table", "ForeignKey", "ForeignKeyConstraint"),
    *(
        "PrimaryKeyConstraint",
        "UniqueConstraint",
        "CheckConstraint",
        "Index",
        "Enum",
        "ENUM",
        "mapped_column",
    ),
    *(
        "batch_alter_table",
        "f",
        "get_model",
        "AddField",
        "AlterField",
        "RemoveField",
        "RenameField",
        "String",
    ),
    *("CreateModel", "DeleteModel", "AlterModelTable", "get_columns", "has_table", "get_table_names"),
    *("create_table_comment", "relationship", "backref", "swappable_dependency", "getattr", "hasattr"),
    *("import_module", "get_indexes", "get_unique_constraints", "VARCHAR", "CHAR", "Identity", "Sequence"),
}
SHOWN = {"print", "info", "debug", "warning", "getLogger", "isinstance", "startswith", "endswith"}
PAIRS = {"auth", "choices"}  # of these, the first of two does not name the other
WORD = re.compile(r"[A-Za-z][\w.-]*")
FIELDS = {"AddField", "AlterField"}
DEFAULTS = {"server_default", "default", "db_default"}
FORMATS = {"format", "join", "format_map", "replace", "strip", "dedent"}
