"""A scene: the records that a law's conversation creates, and how it reads and writes them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import parse_qsl, urlsplit

from .differences import differing
from .resources import ABSENT, value_at
from .values import draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmkit.contract.conversation import Step, Talk
    from crmkit.contract.exchange import Reply
    from crmkit.contract.names import Bound

    from .conditions import Condition
    from .resources import Listing, Member, Resource

__all__ = ["Query", "Record", "Scene"]

Query = Sequence[tuple[str, Any]]
T = TypeVar("T")

#: The most pages of a list that are read.
_MOST_PAGES = 40


@dataclass(frozen=True)
class Record:
    """A record that a conversation has created.

    Attributes:
        resource: Its resource.
        id: Its id, as a name.
        body: What was sent to create it.
        step: The step that created it.
    """

    resource: Resource
    id: Bound
    body: Mapping[str, Any] = field(repr=False)
    step: Step = field(repr=False)

    @property
    def path(self) -> str:
        """Its path."""
        return self.resource.record.replace("{id}", self.id)


class Scene:
    """Records of one conversation, by what stands for them in bodies and paths.

    Each CRM has a class of its own, which knows its resources and the ways of its replies.

    Args:
        talk: The conversation.
        seed: Decides the values that are drawn.
        alone: Whether nobody else uses the server, so that whole lists can be read and compared.
    """

    resources: ClassVar[Mapping[str, Resource]] = {}
    #: Headers of a creation.
    headers: ClassVar[Mapping[str, str]] = {}
    #: Member that says when a record was last changed; empty for none.
    changed_at: ClassVar[str] = ""
    #: Patterns of places that differ between two reads of one record.
    volatile: ClassVar[frozenset[str]] = frozenset()
    #: Patterns of places that say when a record was changed, and by whom.
    times: ClassVar[frozenset[str]] = frozenset()
    #: Patterns of places in which two records of the same values differ.
    own: ClassVar[frozenset[str]] = frozenset({"id"})
    #: Patterns of places in which the row of a list says less than the record.
    unlisted: ClassVar[frozenset[str]] = frozenset()
    #: Patterns of places in which the reply to a write is not what is read next, by resource; "*"
    #: for all.
    unanswered: ClassVar[Mapping[str, frozenset[str]]] = {}
    #: Whether the reply to a write may lack members that a read has.
    answers_less: ClassVar[bool] = False
    #: Whether a write answers the record.
    echoes: ClassVar[bool] = True
    #: Whether times are taken with offsets.
    offsets: ClassVar[bool] = False
    #: Whether lists take conditions.
    filters: ClassVar[bool] = False
    #: Kinds of members that lose whitespace around their values; None where that is not known.
    trimmed: ClassVar[frozenset[str] | None] = None
    #: Members of a resource that keep it all the same.
    untrimmed: ClassVar[frozenset[str]] = frozenset()
    #: Resources that are searched.
    searchable: ClassVar[frozenset[str]] = frozenset()
    #: A user of another tenant; empty where a run has none.
    stranger: ClassVar[str] = "other"
    #: Whether the letters of a key may be in any case.
    keys_in_any_case: ClassVar[bool] = False
    #: How many operations are asked with wrong credentials, before a server locks the address.
    most_refused: ClassVar[int | None] = None
    #: Parts of a request that its signature covers; empty where requests are not signed.
    signed: ClassVar[tuple[str, ...]] = ()
    #: Whether a signature holds for a time only.
    dated: ClassVar[bool] = False
    #: The user who signs requests.
    signer: ClassVar[str] = ""
    #: What owns records of a population: its resource, by what stands for its id.
    owners: ClassVar[Mapping[str, str]] = {}
    #: Lists below an owner that are there when it is deleted.
    outlives: ClassVar[frozenset[str]] = frozenset()
    #: Members, and members of a resource, that take or ignore what they cannot have.
    lenient: ClassVar[frozenset[str]] = frozenset()
    #: Resources whose records go with their owner.
    owned: ClassVar[frozenset[str]] = frozenset()
    #: What else a write to a resource may change: patterns of places by resource and list; "rows"
    #: for which rows there are.
    effects: ClassVar[Mapping[str, Mapping[str, frozenset[str]]]] = {}

    def __init__(self, talk: Talk, seed: int = 0, *, alone: bool = False) -> None:
        self.talk = talk
        self.alone = alone
        self.rng = random.Random(f"{seed} {talk.name}")  # noqa: S311 - values, no secrets
        self.known: dict[str, Any] = {}
        self._drawn = 0
        self._seed = seed

    # -- what each CRM says ------------------------------------------------------------------------

    def record_in(self, reply: Reply) -> Any:
        """Return the record that a reply carries; `None` if it carries none."""
        return reply.tree if reply.succeeded else None

    def succeeded(self, reply: Reply) -> Iterator[str]:
        """Yield why a reply is refused, if it is."""
        if not reply.succeeded:
            yield f"it is refused with {reply.outcome} {self.talk.crm.reason(reply)}".rstrip()

    def is_gone(self, resource: Resource, method: str, reply: Reply) -> bool:
        """Return whether the reply to a request for a record says that there is no such record."""
        return reply.is_gone

    def rows_in(self, reply: Reply) -> list[Any]:
        """Return the rows of a list."""
        path: str = self.talk.crm.rows_path
        rows = value_at(reply.tree, path) if reply.succeeded else None
        return rows if isinstance(rows, list) else []

    def answered(self, resource: Resource, written: Reply, read: Reply) -> Iterator[str]:
        """Yield the places in which the reply to a write is not what is read next."""
        one, other = self.record_in(written), self.record_in(read)
        if other is None:
            yield f"it is not read: {read.outcome}"
            return
        if not self.echoes or one is None:
            return
        if self.answers_less:
            one, other = ({key: tree[key] for key in tree if key in one and key in other}
                          for tree in (one, other))  # fmt: skip
        less = self.unanswered.get("*", frozenset()) | self.unanswered.get(
            resource.name, frozenset()
        )
        yield from differing(one, other, self.volatile | less)

    def normal(self, member: Member, value: Any) -> Any:
        """Return the value that a server makes of one that it takes."""
        return value

    def follows(self, resource: Resource, member: Member) -> Sequence[str]:
        """Return patterns of the places in a record that change with a member."""
        return ()

    def required(self, resource: Resource) -> Sequence[str]:
        """Return the members that every update has to send."""
        return [*resource.needs]

    def effects_on(self, resource: str, place: str) -> frozenset[str]:
        """Return what else a write to a resource may change in a list or read."""
        found = {**self.effects.get("*", {}), **self.effects.get(resource, {})}
        return frozenset(
            pattern
            for where, patterns in found.items()
            if re.fullmatch(where, place)
            for pattern in patterns
        )

    def mentions(self, tree: Any, resource: str, id: Any) -> bool:
        """Return whether a tree shows a record anywhere."""
        if isinstance(tree, dict):
            return any(self.mentions(item, resource, id) for item in (*tree, *tree.values()))
        if isinstance(tree, list):
            return any(self.mentions(item, resource, id) for item in tree)
        return isinstance(tree, str) and tree == id

    def make(self, name: str) -> Any:
        """Create or find what stands for an id, such as "{contact}"."""
        return self.create(self.resources[name.strip("{}")]).id

    def some(self, resource: Resource, things: Sequence[T], count: int) -> list[T]:
        """Return all things where a resource stands for its like, else some that are drawn.

        What every resource has from one hand, such as the pages of lists, is held in full for
        the first one and for another that the seed chooses.
        """
        names = [*self.resources]
        if resource.name in {names[0], names[self._seed % len(names)]} or len(things) <= count:
            return list(things)
        return self.rng.sample(things, count)

    # -- bodies ------------------------------------------------------------------------------------

    def fill(self, tree: Any) -> Any:
        """Return a tree with ids in place of what stands for them."""
        if isinstance(tree, dict):
            return {name: self.fill(value) for name, value in tree.items()}
        if isinstance(tree, list | tuple):
            return [self.fill(value) for value in tree]
        if isinstance(tree, str) and tree[:1] == "{" and tree[-1:] == "}":
            if tree not in self.known:
                self.known[tree] = self.make(tree)
            return self.known[tree]
        return tree

    def path(self, path: str) -> str:
        """Return a path with ids in place of what stands for them."""
        parts = path.split("/")
        return "/".join(str(self.fill(part)) for part in parts)

    def body(self, resource: Resource, **changes: Any) -> dict[str, Any]:
        """Return the body of a new record, named after the conversation."""
        body = {**self.fill(resource.needs), **changes}
        if resource.naming and resource.naming not in changes:
            self._drawn += 1
            body[resource.naming] = self.talk.unique(str(self._drawn))
        return body

    def full(self, resource: Resource) -> dict[str, Any]:
        """Return a body with a drawn value for each member that laws draw values of."""
        drawn = {
            member.name: draw(self.rng, member)
            for member in resource.plain_members()
            if member.name != resource.naming and not member.updated
        }
        return self.consistent(resource, self.body(resource, **drawn))

    def consistent(self, resource: Resource, body: dict[str, Any]) -> dict[str, Any]:
        """Return a body whose members agree with each other."""
        return body

    # -- records -----------------------------------------------------------------------------------

    def create(self, resource: Resource, body: Mapping[str, Any] | None = None) -> Record:
        """Create a record; without a body, one that has only what it needs."""
        sent = self.body(resource) if body is None else body
        step = self.talk.post(resource.collection, sent, headers=self.headers)
        self.talk.claim(step, "a complete record is created", self.succeeded, step)
        return Record(resource, step.id, sent, step)

    def read(self, record: Record, user: str = "") -> Step:
        """Read a record."""
        return self.talk.get(record.path, user=user)

    def update(self, record: Record, changes: Mapping[str, Any], method: str = "") -> Step:
        """Change members of a record, by the first method that updates it or another."""
        how = method or record.resource.updates[0]
        whole = {**record.resource.completes, **record.body} if record.resource.replaces else {}
        return self.talk.request(how, record.path, json={**whole, **changes}, keeps=True)

    def changed(self, record: Record, body: Mapping[str, Any]) -> Record:
        """Return a record whose body is another by now."""
        return replace(record, body=body)

    def delete(self, record: Record) -> Step:
        """Delete a record."""
        return self.talk.delete(record.path)

    # -- lists -------------------------------------------------------------------------------------

    def page(
        self, listing: Listing, page: int = 0, size: int = 0, query: Sequence[Any] = (), **more: Any
    ) -> Step:
        """Read one page of a list.

        Args:
            listing: The list.
            page: Number of the page, from 0.
            size: Rows on a page; 0: as many as are asked for at most.
            query: Further parameters.
            more: As `Talk.request` takes them.
        """
        size = size or listing.most
        pairs = [*listing.query, *query]
        if listing.number:
            number = page * size if listing.by_offset else page + listing.first
            pairs.append((listing.number, number))
        if listing.size:
            pairs.append((listing.size, size))
        return self.talk.get(self.path(listing.path), self.filled_query(pairs), **more)

    def filled_query(self, pairs: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """Return query parameters with ids and the marker in place of what stands for them."""
        return [
            (name, self.talk.marker if value == "{marker}" else self.fill(value))
            for name, value in pairs
        ]

    def pages(
        self, listing: Listing, size: int = 0, query: Sequence[Any] = (), **more: Any
    ) -> list[Step]:
        """Read all pages of a list, to the first that is empty or not full."""
        steps: list[Step] = []
        for page in range(_MOST_PAGES):
            step = self.page(listing, page, size, query, **more)
            steps.append(step)
            rows = [] if step.reply is None else self.rows_in(step.reply)
            if (
                not listing.number
                or not rows
                or (listing.size and len(rows) < (size or listing.most))
            ):
                break
        return steps

    def rows_of(self, replies: Sequence[Reply]) -> list[Any]:
        """Return the rows of several pages."""
        return [row for reply in replies for row in self.rows_in(reply)]

    def id_of(self, row: Any) -> Any:
        """Return the id of a row."""
        return row["id"]

    # -- others ------------------------------------------------------------------------------------

    def foreign_lists(self, resource: Resource) -> list[Listing]:
        """Return the lists of a resource that another tenant asks for."""
        return list(resource.lists)

    def documented_lists(self) -> Iterator[str]:
        """Yield the paths of all lists that need no argument."""
        for operation in self.talk.document.operations.values():
            path = operation.path.replace(".{format}", ".json")
            if operation.method == "GET" and operation.is_read and "{" not in path:
                yield path

    def attempts(self, record: Record, user: str) -> Iterator[Step]:
        """Try as another user to read, change and delete a record."""
        if record.resource.record:
            yield self.read(record, user)
        for method in record.resource.updates:
            yield self.talk.request(
                method, record.path, json={**record.resource.completes, **record.body},
                user=user, keeps=True,
            )  # fmt: skip
        if record.resource.deletes:
            yield self.talk.request("DELETE", record.path, user=user, keeps=True)

    def is_unauthorized(self, reply: Reply) -> bool:
        """Return whether a reply says that credentials are missing or wrong."""
        return reply.status == 401

    def wrong_path(self, path: str) -> str:
        """Return a path of the document with ids that nothing has."""
        return re.sub(r"\{[^}]*\}", "nope", path.replace("{format}", "json"))

    def lists_of(self, resource: Resource) -> list[Listing]:
        """Return the lists of a resource; on a server with others' records, its narrow ones."""
        return [listing for listing in resource.lists if self.alone or listing.is_own]

    def narrowings(
        self, resource: Resource, listing: Listing, records: Sequence[Record]
    ) -> Iterator[Query]:
        """Yield parameters that narrow a list, by which its totals are to hold as well."""
        return iter(())

    def total(self, listing: Listing, reply: Reply) -> Any:
        """Return how many rows a page says that the list has; None if it does not say."""
        total = value_at(reply.tree, listing.total) if listing.total else ABSENT
        return None if total is ABSENT else total

    def counted(self, listing: Listing, reply: Reply, count: int) -> Iterator[str]:
        """Yield what a page says of a number of rows other than the list has."""
        total = self.total(listing, reply)
        if total is not None and total != count:
            yield f"it counts {total} rows, and there are {count}"

    def query_of(self, reply: Reply) -> list[tuple[str, str]]:
        """Return the parameters of the request that a reply answers."""
        return parse_qsl(urlsplit(reply.url).query, keep_blank_values=True)

    def conditions(self, resource: Resource, rows: Sequence[Any]) -> Iterator[Condition]:
        """Yield conditions on rows of a resource.

        Args:
            resource: The resource.
            rows: The rows, from whose values the conditions are made.
        """
        return iter(())

    def joined(self, items: list[Any], *, is_or: bool) -> Any:
        """Return a condition that joins others."""
        raise NotImplementedError

    def filtered(self, item: Any) -> Query:
        """Return the parameters of a condition."""
        raise NotImplementedError

    @property
    def word(self) -> str:
        """A word that only the conversation's records have."""
        return self.talk.marker.rpartition("-")[2]

    def searched(self, resource: Resource) -> list[dict[str, Any]]:
        """Return the bodies of records that searches look for."""
        return []

    def searches(self, resource: Resource) -> Iterator[tuple[Listing, Query, Sequence[int]]]:
        """Yield searches: list, parameters, and the indexes of the records that they find."""
        return iter(())

    def has_order(self, listing: Listing) -> bool:
        """Return whether a list comes in the same order, however it is paged."""
        return True

    def orders(self, resource: Resource, listing: Listing) -> Iterator[tuple[Sequence[str], Query]]:
        """Yield the orders of a list: keys, those that go down with a minus, and the parameters."""
        return iter(())

    def sort_key(self, resource: Resource, key: str, value: Any) -> Any:
        """Return what a server sorts a value by; null comes first."""
        return (value is not None, value if value is not None else "")

    def twin(self, resource: Resource, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body of a record that is equal to another in what lists are sorted by."""
        return {**body, **({resource.naming: self.body(resource)[resource.naming]}
                           if resource.naming else {})}  # fmt: skip

    def pause(self) -> None:
        """Let a moment pass on servers whose times have seconds."""

    def population(self) -> Iterator[Record]:
        """Create a full record of each resource, one after another."""
        for resource in self.resources.values():
            yield self.create(resource, self.full(resource))
