"""HTML as the server turns it into plain text: Markdown of its structure, without other tags."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SPACE = re.compile(r"[ \t\r\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre"}
)
_EMPTY = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr"})
_SPECIAL = re.compile(r"([*_\[\]\\])")
_UNFINISHED = re.compile(r"<(?:/?[a-z]|!--)[^>]*\Z", re.IGNORECASE)
#: What a line of a paragraph would be read as at its beginning, and is marked to be text.
_BEGINNINGS = ("- ", "+ ", "--", "~~~")
_NUMBER = re.compile(r"^(\d+)(?=[.)] )")
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`"}


class _Converter(HTMLParser):
    """Collects the text of a document as Markdown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._blocks: list[int] = []
        self._open: list[str] = []
        self._marks: list[tuple[str, int]] = []
        self._lists: list[int | None] = []
        self._links: list[tuple[str | None, int]] = []
        # Text at the very beginning is put into a paragraph; later one is not.
        self._is_bare = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag == "li" and self._open[-1:] == ["li"]:
            self.handle_endtag(tag)
        if tag in _BLOCKS or tag == "hr":
            self._end_bare()
            self._break()
        if tag not in _EMPTY:
            self._open.append(tag)
            # An element before any text is not put into a paragraph.
            self._is_bare = self._is_bare and bool(self.parts)
        if tag in _BLOCKS:
            self._blocks.append(len(self.parts))
        self._begin(tag, attrs)

    def _begin(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append("  \n")
        elif tag == "hr":
            self.parts.append("---\n\n")
        elif tag == "pre":
            self.parts.append("```\n")
        elif tag in {"ul", "ol"}:
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.parts.append(self._bullet())
        elif tag in {"h3", "h4", "h5", "h6"}:
            self.parts.append("#" * int(tag[1]) + " ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href"), len(self.parts)))
        elif tag in _MARKS:
            self._marks.append((tag, len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if self._marks and self._marks[-1][0] == tag:
            self._mark(_MARKS[tag], self._marks.pop()[1])
        elif tag == "a" and self._links:
            self._link(*self._links.pop())
        elif tag == "li":
            self.parts.append("\n")
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        if tag in _BLOCKS and self._blocks:
            self._end_block(tag, self._blocks.pop())

    def handle_data(self, data: str) -> None:
        """Take a text, in which all whitespace is alike except where it is preformatted."""
        if "pre" in self._open:
            self.parts.append(data)
            return
        text = _SPACE.sub(" ", data)
        parent = self._open[-1] if self._open else ""
        if parent not in {"div", "code", "script", "style"}:
            text = _SPECIAL.sub(r"\\\1", text)
        if parent != "code" and text.startswith("#"):
            text = "\\" + text
        if self._is_bare and not self.parts:
            text = text.lstrip(" ")
        if text and (text != " " or (self.parts and not self.parts[-1].endswith(("\n", " ")))):
            self.parts.append(text)

    def set_cdata_mode(self, elem: str, **_: object) -> None:
        """Take the content of scripts and styles as text like any other."""

    def close(self) -> None:
        """End the document."""
        super().close()
        while self._open:
            self.handle_endtag(self._open[-1])
        self._end_bare()

    def _break(self) -> None:
        if "".join(self.parts).strip():
            self.parts.append("\n\n")

    def _end_bare(self) -> None:
        if self._is_bare and self.parts:
            self.parts = [_paragraph("".join(self.parts))]
        self._is_bare = False

    def _end_block(self, tag: str, start: int) -> None:
        text = "".join(self.parts[start:])
        del self.parts[start:]
        if tag == "pre":
            self.parts.append(f"{text}\n```")
            self._break()
            return
        text = text.strip("\n").rstrip(" ")
        if tag == "p":
            text = _paragraph(text)
        elif tag in {"h1", "h2"}:
            text += "\n" + ("=" if tag == "h1" else "-") * max(len(text), 1)
        elif tag == "blockquote":
            text = "> " + text.replace("\n", "\n> ")
        self.parts.append(text)
        self._break()

    def _mark(self, mark: str, start: int) -> None:
        """Put marks around a text, not around the spaces at its ends."""
        text = "".join(self.parts[start:])
        inner = text.strip(" ")
        if inner:
            before, _, after = text.partition(inner)
            text = f"{before}{mark}{inner}{mark}{after}"
        self.parts[start:] = [text]

    def _link(self, target: str | None, start: int) -> None:
        text = "".join(self.parts[start:])
        # A link that leads nowhere stays as it is.
        link = f"[{text}]({target})" if target else f'<a href="">{text}</a>'
        self.parts[start:] = [text if target is None else link]

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number + 1}. "


def _paragraph(text: str) -> str:
    """Return a paragraph whose lines do not begin like lists or quotations."""
    return "\n".join(_text_line(line) for line in text.split("\n"))


def _text_line(line: str) -> str:
    text = line.lstrip()
    if text.startswith(_BEGINNINGS):
        return "\\" + text
    return _NUMBER.sub(r"\1\\", line)


def to_plain_text(html: str) -> str | None:
    """Return HTML as plain text with the line ends of e-mails, None if nothing remains."""
    converter = _Converter()
    # A tag without an end takes all that follows with it.
    converter.feed(_UNFINISHED.sub("", html))
    converter.close()
    text = _BLANK_LINES.sub("\n\n", "".join(converter.parts)).strip("\n").rstrip()
    text = text.replace("\xa0", " ").replace("\n", "\r\n")
    # PHP takes the digit zero for nothing.
    return None if text in {"", "0"} else text
