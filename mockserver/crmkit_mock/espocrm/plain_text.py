"""HTML as the server turns it into plain text: Markdown of its structure, without other tags."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SPACE = re.compile(r"[ \t\r\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`"}


class _Converter(HTMLParser):
    """Collects the text of a document as Markdown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._blocks: list[int] = []
        self._lists: list[int | None] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag in _BLOCKS:
            self._break()
            self._blocks.append(len(self.parts))
        if tag == "br":
            self.parts.append("  \n")
        elif tag == "hr":
            self.parts.append("---\n\n")
        elif tag in {"ul", "ol"}:
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.parts.append(self._bullet())
        elif tag in {"h3", "h4", "h5", "h6"}:
            self.parts.append("#" * int(tag[1]) + " ")
        elif tag == "a":
            self._links.append(dict(attrs).get("href") or "")
            self.parts.append("[")
        elif tag in _MARKS:
            self.parts.append(_MARKS[tag])

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in _MARKS:
            self.parts.append(_MARKS[tag])
        elif tag == "a" and self._links:
            self.parts.append(f"]({self._links.pop()})")
        elif tag == "li":
            self.parts.append("\n")
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        if tag in _BLOCKS and self._blocks:
            text = "".join(self.parts[self._blocks[-1] :])
            del self.parts[self._blocks.pop() :]
            text = text.strip("\n ")
            if tag in {"h1", "h2"}:
                text += "\n" + ("=" if tag == "h1" else "-") * max(len(text), 1)
            if tag == "blockquote":
                text = "> " + text.replace("\n", "\n> ")
            self.parts.append(text)
            self._break()

    def handle_data(self, data: str) -> None:
        """Take a text, in which all whitespace is alike."""
        text = _SPACE.sub(" ", data)
        if text != " " or (self.parts and not self.parts[-1].endswith(("\n", " "))):
            self.parts.append(text)

    def set_cdata_mode(self, elem: str, **_: object) -> None:
        """Take the content of scripts and styles as text like any other."""

    def _break(self) -> None:
        if "".join(self.parts).strip():
            self.parts.append("\n\n")

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number + 1}. "


def to_plain_text(html: str) -> str | None:
    """Return HTML as plain text with the line ends of e-mails, None if nothing remains."""
    converter = _Converter()
    converter.feed(html)
    converter.close()
    text = _BLANK_LINES.sub("\n\n", "".join(converter.parts)).strip("\n").rstrip()
    return text.replace("\xa0", " ").replace("\n", "\r\n") or None
