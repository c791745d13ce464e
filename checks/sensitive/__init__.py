"""Sensitive data in migrations: literals bound to their columns, and judged. Files are data: nothing runs."""
