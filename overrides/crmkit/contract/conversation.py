"""Conversations: what is said to a server, step by step, with names for what it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .entry import Conversation
from .exchange import NO_BODY, Reply, Request, Violation
from .judge import Difference
from .names import MISSING, Bound, readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .crm import CRM
    from .document import Document, Operation
    from .judge import Judge
    from .names import Names, Pairs
    from .server import Server

__all__ = ["Conversation", "RefusedError", "Step", "Talk"]

_ECHO = "the server answers a value as it was sent, of a type that it does not have itself"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

#: The most sentences against one law that a step shows.
_MOST_WRONG = 5


class RefusedError(Exception):
    """The server refuses, for want of rights, what a conversation begins with."""


@dataclass
class Step:
    """A step of a conversation: one request and the reply of each server.

    Attributes:
        number: Its place in the conversation, from 1.
        request: The request, with names in it.
        operation: The operation that it asks; None if the document has none.
        replies: The reply of each server, in their order; None where it could not be sent.
        differences: What was found.
    """

    talk: Talk = field(repr=False)
    number: int
    request: Request
    operation: Operation | None
    replies: list[Reply | None]
    differences: list[Difference] = field(default_factory=list[Difference])

    @property
    def reply(self) -> Reply | None:
        """The first server's reply."""
        return self.replies[0]

    @property
    def succeeded(self) -> bool:
        """Whether it worked on the first server."""
        return self.reply is not None and self.reply.succeeded

    @property
    def tree(self) -> Any:
        """The body of the first server's reply; None if it is not JSON."""
        return self.reply.tree if self.reply is not None else None

    @property
    def id(self) -> Bound:
        """Name of the id of what the step has created."""
        return self.bind(self.talk.crm.id_path)

    def bind(self, path: str) -> Bound:
        """Return a name for a value of the replies.

        Args:
            path: Dotted path of the value in the body; a part that is a number is an index.
        """
        bound = Bound(f"{self.talk.name} {self.number} {path}")
        values = [
            MISSING if reply is None or not reply.succeeded else _value(reply.tree, path)
            for reply in self.replies
        ]
        for server, value in zip(self.talk.servers, values, strict=True):
            server.names.bind(bound.name, value)
        return bound


class Talk:
    """One conversation as it is held.

    Args:
        conversation: The conversation.
        servers: The servers, the live one first.
        crm: Kind of server.
        document: Its wire document.
        judge: Compares the replies of two servers; None for one.
        pairs: What stands for what on the two servers.
        marker: A word that makes what the run creates recognisable.
        shape_only: Whether values are left aside when replies are compared.
        on_step: Called after each step.
        undo: Requests that remove what was created, for each server; steps add to them and take
            from them.
        stays: What was created and cannot be removed; steps add to it.
        skips_refused: Whether the conversation ends when the server refuses, for want of rights,
            what it begins with.

    Attributes:
        pending: A request that changes something, while its reply is waited for.
        claims: How many comparisons laws over several replies have made on the first server.
    """

    def __init__(
        self,
        conversation: Conversation,
        *,
        servers: Sequence[Server],
        crm: CRM,
        document: Document,
        judge: Judge | None,
        pairs: Pairs,
        marker: str,
        shape_only: bool,
        on_step: Callable[[Step], object],
        undo: Sequence[dict[str, Request]],
        stays: set[str],
        skips_refused: bool = False,
    ) -> None:
        self.name = conversation.name
        self.servers = servers
        self.crm = crm
        self.document = document
        self.pairs = pairs
        self.marker = marker
        self._judge = judge
        self._shape_only = shape_only
        self._on_step = on_step
        self._undo = undo
        self._stays = stays
        self._steps = 0
        self._invalid: list[Any] = []
        self._digits: set[str] = set()  # numbers that were sent as strings
        self._worked = {True: 0, False: 0}  # reads, and others
        self._skips_refused = skips_refused and not conversation.users
        self._deleted: list[dict[str, Request]] = [{} for _ in servers]
        self.pending: Request | None = None
        self.claims = 0

    def has_user(self, name: str) -> bool:
        """Return whether every server has a user of that name."""
        return all(name in server.users for server in self.servers)

    def knows(self, *values: Bound) -> bool:
        """Return whether every server has given a value to these names.

        Where a conversation reads what is there already, one of them may have nothing.
        """
        return not any(server.names.missing(values) for server in self.servers)

    def unique(self, text: str = "") -> str:
        """Return a name that only this run uses, the same on each server.

        Args:
            text: What else it says.
        """
        return f"{self.marker} {text}".rstrip()

    def get(self, path: str, query: Any = (), **more: Any) -> Step:
        """Take a step by GET; see `request`."""
        return self.request("GET", path, query=query, **more)

    def post(self, path: str, json: Any = NO_BODY, **more: Any) -> Step:
        """Take a step by POST; see `request`."""
        return self.request("POST", path, json=json, **more)

    def put(self, path: str, json: Any = NO_BODY, **more: Any) -> Step:
        """Take a step by PUT; see `request`."""
        return self.request("PUT", path, json=json, **more)

    def patch(self, path: str, json: Any = NO_BODY, **more: Any) -> Step:
        """Take a step by PATCH; see `request`."""
        return self.request("PATCH", path, json=json, **more)

    def delete(self, path: str, json: Any = NO_BODY, **more: Any) -> Step:
        """Take a step by DELETE; see `request`."""
        return self.request("DELETE", path, json=json, **more)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Any = (),
        json: Any = NO_BODY,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        user: str = "",
        keeps: bool = False,
        any_order: bool = False,
        shared: bool = False,
    ) -> Step:
        """Send a request to each server, and judge the replies.

        Args:
            method: HTTP method.
            path: Path below the base URL; may hold names.
            query: Query, a mapping or pairs of names and values; values may be names.
            json: The body as a tree; may hold names.
            content: The body as bytes, in place of `json`.
            headers: Further headers.
            user: Name of the user who sends it.
            keeps: Whether the request creates nothing that would have to be removed.
            any_order: Whether the server promises no order, so that none is compared.
            shared: Whether the reply shows the whole account's records, of which only types are
                compared.

        Returns:
            The step, with the replies.

        Raises:
            ContractError: A server does not answer.
        """
        pairs: Iterable[tuple[str, Any]] = query
        if isinstance(query, Mapping):
            pairs = query.items()
        request = Request(method, path, tuple(pairs), json, content, headers or {}, user)
        self._steps += 1
        plain = path.partition("?")[0]
        operation = self.document.operation(method, plain)
        step = Step(self, self._steps, request, operation, [])
        for server in self.servers:
            filled = self._filled(request, server)
            if filled is None:
                step.replies.append(None)
                continue
            is_first = server is self.servers[0]
            if is_first and operation is not None:
                self._invalid += self.document.invalid_values(operation, filled)
                self._digits.update(_digits(filled.json))
            self.pending = filled if is_first and not _is_read(step) else None
            server.writing = self.pending is not None
            try:
                reply = server.send(filled)
                step.replies.append(reply)
                self._note(len(step.replies) - 1, filled, reply, operation, keeps=keeps)
            finally:
                server.writing = False
            self.pending = None
        if self._is_refused(step):
            self._on_step(step)
            raise RefusedError(f"{method} {readable(plain)}: {self._refusal(step)}")
        step.differences = self._judged(step, any_order=any_order, shared=shared)
        self._on_step(step)
        return step

    def expect(self, step: Step, condition: str, holds: Callable[[Any], bool]) -> None:
        """State a law: something that each server's reply to a step has to fulfil.

        Args:
            step: The step.
            condition: The law, as a sentence.
            holds: Returns whether the body of a reply fulfils it.
        """
        for side, reply in enumerate(step.replies):
            if reply is None or not reply.succeeded:
                continue
            try:
                is_true = holds(reply.tree)
            except (KeyError, IndexError, TypeError, AttributeError):
                is_true = False
            if not is_true:
                texts = ("", condition) if side else (condition, "")
                step.differences.append(Difference("law", "", *texts))

    def claim(
        self, step: Step, law: str, check: Callable[..., Iterable[str]], *things: Any
    ) -> None:
        """State a law over several replies, of each server.

        Args:
            step: The step that shows whether it is true.
            law: The law, as a sentence.
            check: Takes what the things are on a server, and yields what is against the law. A
                generator may return how many comparisons it has made, 0 if nothing was there to
                be compared; else it has made one.
            things: What it takes: a `Step` becomes its `Reply`, names become their values; of
                trees, all within them. Where a server lacks one of them, nothing is stated.
        """
        for side, server in enumerate(self.servers):
            values = _of_side(side, server.names, list(things))
            if values is MISSING:
                continue
            wrong: list[str] = []
            made = None
            try:
                made = _run(check(*values), wrong)
            except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
                wrong = [f"cannot be checked: {type(error).__name__}: {error}"]
            if not side:
                self.claims += 1 if made is None else made
            for text in wrong[:_MOST_WRONG]:
                texts = ("", f"{law}: {text}") if side else (f"{law}: {text}", "")
                step.differences.append(Difference("law", "", *texts))

    def _is_refused(self, step: Step) -> bool:
        """Return whether the user lacks the rights for what the conversation begins with.

        Without the mock's reply beside it, a refused read may be what the conversation is about.
        """
        reply, *others = step.replies
        is_read = _is_read(step)
        if reply is None or step.request.user or not self._skips_refused:
            return False
        if reply.succeeded:
            self._worked[is_read] += 1
        is_expected = any(other is None or not other.succeeded for other in others)
        return (
            reply.is_denied
            and not is_expected
            and (bool(others) or not is_read)
            and not self._worked[False]
            and not (is_read and self._worked[True])
        )

    def _refusal(self, step: Step) -> str:
        reply = step.replies[0]
        assert reply is not None  # noqa: S101 - it was refused
        return f"{reply.outcome} {self.crm.reason(reply)}".strip()

    def _filled(self, request: Request, server: Server) -> Request | None:
        names = server.names
        parts = [request.path, request.query, request.json, dict(request.headers)]
        if any(names.missing(part) for part in parts):
            return None
        return Request(
            request.method,
            names.fill(request.path),
            tuple((name, names.fill(value)) for name, value in request.query),
            names.fill(request.json),
            request.content,
            names.fill(dict(request.headers)),
            request.user,
        )

    def _note(
        self, side: int, request: Request, reply: Reply, operation: Operation | None, *, keeps: bool
    ) -> None:
        """Keep in mind how to remove what a request has created on a server."""
        if not reply.succeeded:
            return
        undos, deleted = self._undo[side], self._deleted[side]
        if request.method == "DELETE":
            if request.path in undos:
                deleted[request.path] = undos.pop(request.path)
        elif operation is not None and operation.id in self.crm.restores:
            undos |= deleted  # one of them; to delete the others again does no harm
        elif request.method == "POST" and not keeps and operation and not operation.is_read:
            id = _value(reply.tree, self.crm.id_path)
            id = None if id is MISSING else id
            undo = self.crm.undo(request, reply, id)
            if undo is not None and self.document.operation("DELETE", undo.path) is not None:
                undos[undo.path] = undo
            elif not side and not self.crm.deletes and id is not None:
                self._stays.add(f"{request.path}: {id}")

    def _judged(self, step: Step, *, any_order: bool, shared: bool) -> list[Difference]:
        found: list[Difference] = []
        for side, reply in enumerate(step.replies):
            if reply is not None:
                for error in self._document_errors(step, reply):
                    texts = ("", error.text) if side else (error.text, "")
                    reason = _ECHO if self._is_echo(step, error.value) else ""
                    found.append(Difference("document", "", *texts, reason))
        if self._judge is not None and len(step.replies) == 2:
            server, mock = step.replies
            if server is not None and mock is not None:
                shape_only = self._shape_only or shared
                found += self._judge.differences(server, mock, shape_only=shape_only)
            elif server is not mock:
                held, not_held = ("could be sent", "could not: an earlier step gave no value")
                texts = (held, not_held) if mock is None else (not_held, held)
                found.append(Difference("missing", "", *texts))
        if any_order:
            found = [difference for difference in found if difference.kind != "order"]
        return [self._accept(step, difference) for difference in found]

    def _is_echo(self, step: Step, value: Any) -> bool:
        """Return whether the server answers what it was sent, and not what it made of it."""
        if isinstance(value, str) and value in self._digits and not _is_read(step):
            return True
        return value is not None and any(
            value == sent and isinstance(value, type(sent)) for sent in self._invalid
        )

    def _document_errors(self, step: Step, reply: Reply) -> list[Violation]:
        if step.operation is None:
            is_refused = reply.status in {400, 401, 403, 404, 405, 406, 501}
            is_of_http = step.request.method in {"HEAD", "OPTIONS"}
            is_known = is_refused or is_of_http
            return [] if is_known else [Violation("the document has no such operation")]
        return self.document.reply_errors(step.operation, reply)

    def _accept(self, step: Step, difference: Difference) -> Difference:
        operation = step.operation.id if step.operation is not None else ""
        for accepted in () if difference.accepted else self.crm.accepted:
            if accepted.covers(operation, difference.kind, difference.place):
                return Difference(
                    difference.kind,
                    difference.place,
                    difference.server,
                    difference.mock,
                    accepted.reason,
                )
        return difference


def _run(check: Iterable[str], wrong: list[str]) -> int | None:
    """Collect what a check yields; return what it returns, `None` unless it is a generator."""
    steps = iter(check)
    while True:
        try:
            wrong.append(next(steps))
        except StopIteration as end:
            made: int | None = end.value
            return made


def _is_read(step: Step) -> bool:
    if step.operation is not None:
        return step.operation.is_read
    return step.request.method in {"GET", "HEAD", "OPTIONS"}


def _digits(tree: Any) -> Iterator[str]:
    """Yield the numbers that a body has as strings."""
    if isinstance(tree, dict | list):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from _digits(item)
    elif isinstance(tree, str) and _NUMBER.fullmatch(tree):
        yield tree


def _value(tree: Any, path: str) -> Any:
    for part in path.split(".") if path else ():
        if isinstance(tree, dict) and part in tree:
            tree = tree[part]
        elif isinstance(tree, list) and part.isdecimal() and int(part) < len(tree):
            tree = tree[int(part)]
        else:
            return MISSING
    return MISSING if tree is None else tree


def _of_side(side: int, names: Names, tree: Any) -> Any:
    """Return a tree with what a server has in place of its names; `MISSING` if it lacks one."""
    if isinstance(tree, Step):
        reply = tree.replies[side]
        return MISSING if reply is None else reply
    if isinstance(tree, str):
        return MISSING if names.missing(tree) else names.fill(tree)
    if isinstance(tree, dict):
        keys, values = (_of_side(side, names, list(part)) for part in (tree.keys(), tree.values()))
        return MISSING if MISSING in (keys, values) else dict(zip(keys, values, strict=True))
    if isinstance(tree, list | tuple):
        items = [_of_side(side, names, item) for item in tree]
        return MISSING if any(item is MISSING for item in items) else items
    return tree
