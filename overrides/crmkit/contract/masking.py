"""Masking of what a run has seen, so that its report can be given to strangers.

Kept are structure, types and lengths, members' names, ids, times, the document's enumerated values,
and what the run itself has sent. Everything else that a server says is somebody's data: each
letter becomes an x, each digit a 0. Credentials become `***`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from .address import is_loopback
from .exchange import NO_BODY
from .names import bound_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .conversation import Step
    from .exchange import Reply
    from .judge import Difference
    from .runner import Summary

__all__ = ["MASKED", "Masker", "mask_text"]

MASKED = "***"

_SECRET_NAMES = re.compile(r".*(password|secret|token|key|signature|cookie).*", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_@$][\w@$-]*", re.ASCII)
_ID = re.compile(r"\d+|[0-9A-Fa-f]{12,40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|h:\w+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4}")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
#: Dates of these are a person's own, even where they come as datetimes.
_PERSONAL = re.compile(r".*(birth|deceas|special|anniversar|first_?met).*", re.IGNORECASE)
_QUOTED = re.compile(r"(?<!\w)(['\"])((?:\\.|(?!\1).)*)(\1|$)", re.DOTALL)
_MAIL = re.compile(r"[^\s<>'\"(),;:]+@[^\s<>'\"(),;:]+")
_LONG_NUMBER = re.compile(r"\+?\d[\d /()-]{5,}\d")
_NUMBER = re.compile(r"(?<![\w#.-])-?\d+(?:\.\d+)?")
_WORDS = re.compile(r"\S+")
#: Parts of an address that are the API's own, not those of the account or installation.
_API_PART = re.compile(r"|api|v\d+")
#: Members whose numbers are no person's data.
_PLAIN_NUMBERS = re.compile(
    r".*(^|_)(id|count|total|page|size|limit|offset|status|code|timestamp|version|per_page|to|from)"
    r"|.*(Id|Count|Total|Version|Number)|list\[\]",
    re.ASCII,
)
_KEPT_HEADERS = frozenset(
    {
        *("accept", "allow", "cache-control", "content-encoding", "content-length"),
        *("content-type", "date", "retry-after", "transfer-encoding", "vary"),
        *("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
    }
)


class Masker:
    """Masks what one run has seen.

    Args:
        summary: The run. All of its steps are looked at once, to tell what it has sent itself from
            what the server has said first.
        secrets: The credentials, in all forms in which they could appear.
    """

    def __init__(self, summary: Summary, secrets: Iterable[str] = ()) -> None:
        self._crm = summary.crm
        self._marker = summary.marker
        self._base_url = summary.base_url
        self._secrets = sorted({form for secret in secrets for form in _forms(secret)}, key=len)
        tree = self._crm.document().tree
        self._enumerated = frozenset(_enumerated(tree))
        self._own: set[Any] = set()
        self._foreign: set[str] = set()
        for held in summary.held:
            for step in held.steps:
                self._learn(step)
        self._words = {
            word for text in self._foreign for word in _WORDS.findall(text) if len(word) >= 4
        } - {word for text in self._own for word in str(text).split()}

    def _learn(self, step: Step) -> None:
        reply = step.replies[0] if step.replies else None
        parts = [dict(step.request.query), step.request.json, dict(step.request.headers)]
        for value in _leaves(parts):
            if value not in self._foreign and not bound_names(value):
                self._own.add(value)
        if reply is not None:
            reason = "" if reply.succeeded else self._crm.reason(reply)
            self._foreign |= {
                value
                for value in _leaves(reply.tree)
                if isinstance(value, str) and not self._is_kept(value) and value not in reason
            }

    def _is_kept(self, text: str) -> bool:
        is_own = text in self._own or bool(self._marker and self._marker in text)
        return len(text) < 2 or is_own or text in self._enumerated

    # -- what a report is made of ------------------------------------------------------------------

    def url(self, step: Step) -> str:
        """Return the address of a step without query, its host and values masked."""
        return self.base_url() + self._path(step)

    def base_url(self) -> str:
        """Return the address of the API, its host masked unless it is this machine."""
        if is_loopback(self._base_url):
            return self._base_url
        parts = urlsplit(self._base_url).path.split("/")
        return "https://server.invalid" + "/".join(
            part if _API_PART.fullmatch(part) else mask_text(part) for part in parts
        )

    def query(self, step: Step) -> list[tuple[str, str]]:
        """Return the query of a step."""
        names = step.talk.servers[0].names
        masked: list[tuple[str, str]] = []
        for name, value in step.request.query:
            if names.missing(value):
                masked.append((name, MASKED))
                continue
            filled = names.fill(value)
            keep = not isinstance(filled, str) or self._is_plain(filled, value)
            masked.append((name, str(filled) if keep else mask_text(filled)))
        return masked

    def request_body(self, step: Step) -> str | None:
        """Return the body of a step's request; None if it has none."""
        names, request = step.talk.servers[0].names, step.request
        if request.json is not NO_BODY:
            missing = names.missing(request.json)
            tree = None if missing else self.tree(names.fill(request.json))
            return MASKED if missing else json.dumps(tree, ensure_ascii=False)
        if request.content is not None:
            return mask_text(request.content.decode("utf-8", "replace"))
        return None

    def reply_body(self, reply: Reply) -> str | None:
        """Return the body of a reply; None where it is not JSON, of which only the size is said."""
        if not reply.is_json:
            return None
        reason = "" if reply.succeeded else self._crm.reason(reply)
        return json.dumps(self.tree(reply.tree, reason=reason), ensure_ascii=False)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return headers; those that nobody needs keep their names only."""
        return {
            name: value
            if name.lower() in _KEPT_HEADERS
            else (self.sentence(value) if name.lower() == "x-status-reason" else MASKED)
            for name, value in headers.items()
        }

    def request_line(self, step: Step) -> str:
        """Return method, path and query of a step in one line."""
        query = "&".join(f"{name}={value}" for name, value in self.query(step))
        user = f" as {step.request.user}" if step.request.user else ""
        path = self._path(step)
        return f"{step.request.method} {path}{'?' if query else ''}{query}{user}"

    def difference(self, difference: Difference) -> str:
        """Return a difference in one line."""
        if difference.kind in {"values", "types"}:
            server, mock = map(self._shown, (difference.server, difference.mock))
            difference = replace(difference, server=server, mock=mock)
        return self.sentence(str(difference))

    def _shown(self, text: str) -> str:
        """Return a value as a difference shows it, its numbers masked where it is one."""
        return text if "'" in text or '"' in text else _NUMBER.sub(self._shown_number, text)

    def _shown_number(self, match: re.Match[str]) -> str:
        is_own = any(str(value) == match[0] for value in self._own)
        return match[0] if is_own or len(match[0]) == 1 else re.sub(r"\d", "1", match[0])

    def scrub(self, text: str) -> str:
        """Return a text without any credential, the last step before it is written."""
        for secret in reversed(self._secrets):
            text = text.replace(secret, MASKED)
        return text

    # -- values ------------------------------------------------------------------------------------

    def tree(self, value: Any, place: str = "", parent: Any = None, reason: str = "") -> Any:
        """Return a JSON tree with its values masked.

        Args:
            value: The tree.
            place: Where it stands, without indexes.
            parent: The object that it is a member of.
            reason: The sentence in which a server says why it refuses; it is kept, save for the
                values in it.
        """
        if isinstance(value, dict):
            return self._object(value, place, reason)
        if isinstance(value, list):
            return [self.tree(item, place, None, reason) for item in value]
        if isinstance(value, str):
            if reason and value and value in reason:
                return self.sentence(value)
            return self._string(value, place, parent)
        if value is None or isinstance(value, bool) or value in self._own or abs(value) < 10:
            return value
        member = place.rpartition(".")[2]
        keep = _PLAIN_NUMBERS.fullmatch(member) or self._space(place, value, parent)
        return value if keep else _number(value)

    def _object(self, tree: Mapping[str, Any], place: str, reason: str) -> dict[str, Any]:
        masked: dict[str, Any] = {}
        for name, value in tree.items():
            inner = f"{place}.{name}" if place else name
            key = name if _NAME.fullmatch(name) or _ID.fullmatch(name) else mask_text(name)
            while key in masked:
                key += "~"
            is_secret = _SECRET_NAMES.fullmatch(name) and isinstance(value, str) and value
            masked[key] = MASKED if is_secret else self.tree(value, inner, tree, reason)
        return masked

    def _string(self, text: str, place: str, parent: Any) -> str:
        is_personal = _PERSONAL.fullmatch(place) is not None
        if self._is_kept(text) or (_DATETIME.fullmatch(text) and not is_personal):
            return text
        if self._space(place, text, parent) and _ID.fullmatch(text):
            return text
        if _DATETIME.fullmatch(text):
            return f"2001-01-01{text[10]}00:00:00{text[19:]}"
        if _DATE.fullmatch(text):
            return "2001-01-01" if text[4] == "-" else "01.01.2001"
        return mask_text(text)

    def _space(self, place: str, value: Any, parent: Any) -> bool:
        return self._crm.id_space(place, value, parent) is not None

    def sentence(self, text: str) -> str:
        """Return a sentence whose words are kept, and the values in it masked."""
        text = _QUOTED.sub(self._quoted, text)
        text = _MAIL.sub(lambda match: mask_text(match[0]), text)
        text = _LONG_NUMBER.sub(
            lambda match: match[0] if _DATE.match(match[0]) else mask_text(match[0]), text
        )
        return _WORDS.sub(
            lambda match: (
                mask_text(match[0]) if match[0].strip(".,:;") in self._words else match[0]
            ),
            text,
        )

    def _quoted(self, match: re.Match[str]) -> str:
        text = match[2]
        is_name = _NAME.fullmatch(text) is not None and text not in self._foreign
        is_plain = any(form.fullmatch(text) for form in (_ID, _DATETIME))
        keep = is_name or is_plain or self._is_kept(text)
        return f"{match[1]}{text if keep else mask_text(text)}{match[3]}"

    def _path(self, step: Step) -> str:
        names, path = step.talk.servers[0].names, step.request.path
        if names.missing(path):
            return "/".join(MASKED if bound_names(part) else part for part in path.split("/"))
        filled, parts = names.fill(path).split("/"), path.split("/")
        if len(filled) != len(parts):
            return mask_text(names.fill(path))
        return "/".join(
            value if self._is_plain(value, part) else mask_text(value)
            for value, part in zip(filled, parts, strict=True)
        )

    def _is_plain(self, value: str, written: Any) -> bool:
        """Return whether a value of a path or query is an id, or what a conversation wrote."""
        if bound_names(written):
            return _ID.fullmatch(value.partition(".")[0]) is not None or self._is_kept(value)
        return value not in self._foreign


def mask_text(text: str) -> str:
    """Return a text of the same length and form: letters are x or X, digits 0."""
    return "".join(map(_mask_character, text))


def _mask_character(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Lu":
        return "X"
    if kind[0] in "LM":
        return "x"
    return "0" if kind[0] == "N" else character


def _number(value: float) -> float:
    text = re.sub(r"\d", "1", str(value))
    try:
        return int(text) if isinstance(value, int) else float(text)
    except ValueError:
        return 1.1


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1]


def _leaves(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        for value in tree.values():
            yield from _leaves(value)
    elif isinstance(tree, list | tuple):
        for item in tree:
            yield from _leaves(item)
    elif isinstance(tree, str | int | float) and not isinstance(tree, bool):
        yield tree


def _enumerated(node: Any) -> Iterator[str]:
    """Yield the strings that a document enumerates."""
    if isinstance(node, dict):
        values = [*node.get("enum", ()), node.get("const")] if "$ref" not in node else []
        yield from (value for value in values if isinstance(value, str))
        for value in node.values():
            yield from _enumerated(value)
    elif isinstance(node, list):
        for item in node:
            yield from _enumerated(item)
