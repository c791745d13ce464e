"""What a file's bytes say of themselves: git's id, a fingerprint, a text."""

from __future__ import annotations

import hashlib

BOM = b"\xef\xbb\xbf"


def blob_id(data: bytes) -> str:
    """Give git's object id (SHA-1) of a content."""
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


def fingerprint(data: bytes) -> str:
    """Give the SHA-256 of a content with LF line endings and no byte order mark, as checkouts differ."""
    return hashlib.sha256(data.removeprefix(BOM).replace(b"\r\n", b"\n")).hexdigest()


def decode(data: bytes) -> str | tuple[int, str]:
    """Give a content as text without a byte order mark, or the line that is not UTF-8 and why."""
    try:
        return data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return line, f"it is not UTF-8 (byte {data[error.start]:#04x})"
