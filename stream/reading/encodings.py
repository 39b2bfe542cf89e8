"""Records as UTF-8, whatever the encoding of their file.

Framing works on the bytes of a file in every encoding in which delimiters, quotes and line ends are those of ASCII:
UTF-8, Latin-1, cp1252. Only the records are converted, so offsets stay those of the file. UTF-16 is no such encoding; a
file of it is converted as a whole while it is read (`stream.reading.decoding`).
"""

from __future__ import annotations

from stream.reading.quoting import Dialect

_NAMES = {"utf-8": "UTF-8", "latin-1": "Latin-1", "cp1252": "cp1252"}


def is_utf16(encoding: str) -> bool:
    """Whether files of this encoding are converted while they are read."""
    return encoding.startswith("utf-16")


def to_utf8(text: bytes | memoryview, encoding: str) -> bytes | memoryview | None:
    """`text` in UTF-8, or None where it is not of this encoding.

    >>> to_utf8(b"caf\\xe9", "latin-1"), to_utf8(b"caf\\xe9", "utf-8")
    (b'caf\\xc3\\xa9', None)
    """
    try:
        decoded = str(text, _ascii_like(encoding))
        return text if _ascii_like(encoding) == "utf-8" else decoded.encode()
    except UnicodeDecodeError:
        return None


def record_to_utf8(record: bytes, dialect: Dialect) -> bytes:
    """One record in UTF-8, read with the dialect's encoding or, where it is not of that, with its fallback. Raises
    UnicodeDecodeError."""
    text = to_utf8(record, dialect.encoding)
    if text is not None:
        return bytes(text)
    return record.decode(dialect.fallback or _ascii_like(dialect.encoding)).encode()


def why_no_text(error: UnicodeDecodeError, dialect: Dialect, what: str = "the record") -> str:
    """What `record_to_utf8` raised for `what`, in words."""
    if is_utf16(dialect.encoding):
        return f"{what} holds half a character, which is no UTF-16"
    where = f"byte {error.start + 1} of {what} (0x{error.object[error.start]:02x})"
    if dialect.fallback:
        return f"{where} is neither UTF-8 nor {_NAMES[dialect.fallback]}"
    return f"{where} is not {_NAMES[dialect.encoding]}"


def encodings_of(dialect: Dialect) -> tuple[str, ...]:
    """The encodings in which bytes of a file may be written down as text, the likeliest first; one takes any bytes."""
    fallback = [dialect.fallback] if dialect.fallback else []
    return tuple(dict.fromkeys((_ascii_like(dialect.encoding), *fallback, "latin-1")))


def _ascii_like(encoding: str) -> str:
    """The encoding of the bytes that framing sees."""
    return "utf-8" if is_utf16(encoding) else encoding
