"""Bodies of forms with files."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*(name|filename)="((?:[^"\\]|\\.)*)"', re.IGNORECASE)

#: Media types of pictures by their first bytes.
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": ("png", "image/png"),
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
    b"GIF87a": ("gif", "image/gif"),
    b"GIF89a": ("gif", "image/gif"),
    b"BM": ("bmp", "image/bmp"),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body.

    Attributes:
        name: Its name at the sender's.
        media_type: What the sender calls its type; empty if it says nothing.
        content: The bytes.
    """

    name: str
    media_type: str
    content: bytes

    @property
    def picture(self) -> tuple[str, str] | None:
        """Extension and media type of a picture, by its first bytes; None if it is none."""
        return picture(self.content)


def picture(content: bytes) -> tuple[str, str] | None:
    """Return extension and media type of a picture, by its first bytes; None if it is none."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp", "image/webp"
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return kind
    return None


def read_parts(content_type: str, body: bytes) -> list[tuple[str, str | Upload]]:
    """Return names and values of the parts, in order; nothing of a body that is broken."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        return []
    boundary = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    parts: list[tuple[str, str | Upload]] = []
    for part in (b"\r\n" + body).split(b"\r\n" + boundary)[1:]:
        head, separator, content = part.partition(b"\r\n\r\n")
        if not separator or part.startswith(b"--"):
            continue
        headers = _headers(head)
        named = dict(_PARAMETER.findall(headers.get("content-disposition", "")))
        name = named.get("name")
        if name is None:
            continue
        if "filename" in named:
            file = Upload(named["filename"], headers.get("content-type", ""), content)
            parts.append((name, file))
        else:
            parts.append((name, content.decode("utf-8", "replace")))
    return parts


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines}
