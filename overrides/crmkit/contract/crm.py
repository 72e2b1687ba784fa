"""What the engine has to know of a kind of server; each CRM's module says it."""

from __future__ import annotations

import json
import os
import re
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from .document import Document, load_document
from .exchange import NO_BODY, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .entry import Conversation
    from .exchange import Sender
    from .http import HTTPRequest

__all__ = ["CRM", "Accepted", "ContractError", "Probe", "SlowError", "environment"]

_TIMESTAMP = re.compile(r"(?:.*\.)?(?:created|modified|updated|streamUpdated)_?[aA]t")


class ContractError(Exception):
    """A run that cannot begin or go on; the message is one line that says why.

    Args:
        message: The line.
        exit_code: Exit code of the command: 2 for usage and configuration, 3 for a server that
            refuses or cannot be reached.
    """

    def __init__(self, message: str, exit_code: int = 3) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class SlowError(ContractError):
    """There was no reply in time, from a server that is there."""


@dataclass(frozen=True)
class Accepted:
    """A difference between server and mock that is known and accepted.

    Attributes:
        reason: Why it is accepted, in a sentence.
        operation: Pattern of the operationId; None for all.
        kind: Kind of the difference; None for all.
        place: Pattern of the place in the body; None for all.
    """

    reason: str
    operation: str | None = None
    kind: str | None = None
    place: str | None = None

    def covers(self, operation: str, kind: str, place: str) -> bool:
        """Return whether it accepts a difference."""
        return (
            (self.operation is None or re.fullmatch(self.operation, operation) is not None)
            and self.kind in (None, kind)
            and (self.place is None or re.fullmatch(self.place, place) is not None)
        )


@dataclass(frozen=True)
class Probe:
    """What the first calls say of a server.

    Attributes:
        version: Its release; empty if the server does not say.
        user: Who the credentials belong to; empty if the server does not say.
        notes: What else a reader of the report should know, a sentence each.
        rate: Requests a second that its replies say it takes; None if they do not say.
        traits: What conversations may rely on beside what every server has.
    """

    version: str = ""
    user: str = ""
    notes: tuple[str, ...] = ()
    rate: float | None = None
    traits: frozenset[str] = frozenset()


class CRM:
    """A kind of server.

    Attributes:
        name: Name on the command line.
        document_name: Name of its generated package.
        client: Name of its client in `crmkit`; the environment's variables begin with it.
        rate: The most requests a second that the vendor takes; None for no known limit.
        slash: Whether a slash at the end of a path makes another path.
        id_path: Dotted path of the id in the reply to a creation.
        rows_path: Dotted path of the rows in the reply to a list; empty: the body is the rows.
        deletes: Whether what a conversation creates can be deleted.
        restores: OperationIds of what brings deleted records back.
        reply: Class of its replies, which knows where they say whether a request worked.
        accepted: Known differences between servers and the mock.
    """

    name: ClassVar[str]
    document_name: ClassVar[str]
    client: ClassVar[str]
    rate: ClassVar[float | None] = None
    slash: ClassVar[bool] = True
    id_path: ClassVar[str] = "id"
    rows_path: ClassVar[str] = "data"
    deletes: ClassVar[bool] = True
    restores: ClassVar[frozenset[str]] = frozenset()
    reply: ClassVar[type[Reply]] = Reply
    accepted: ClassVar[tuple[Accepted, ...]] = ()

    def document(self) -> Document:
        """Return the wire document."""
        return Document(load_document(self.document_name), slash=self.slash)

    # -- the server --------------------------------------------------------------------------------

    @property
    def prefix(self) -> str:
        """What the environment's variables of its credentials begin with."""
        return self.client.upper()

    @abstractmethod
    def base_url(self, given: str | None) -> str:
        """Return the address of the API.

        Args:
            given: What the user gave; None: the environment's, or the vendor's own.

        Raises:
            ConfigError: There is none.
        """

    @abstractmethod
    def authenticator(self, prefix: str, base_url: str) -> Callable[[HTTPRequest], None]:
        """Return what puts a user's credentials on a request.

        Args:
            prefix: Beginning of the environment's variables that hold them.
            base_url: Address of the API.

        Raises:
            ConfigError: A credential is missing.
        """

    @abstractmethod
    def mock_authenticators(
        self, mock: Any, base_url: str
    ) -> Mapping[str, Callable[[HTTPRequest], None]]:
        """Return what puts credentials on requests to the mock, by name of the user.

        Args:
            mock: The mock.
            base_url: Address of its API.
        """

    def mock_options(self, version: str) -> dict[str, Any]:
        """Return the keywords of a mock that imitates a release."""
        return {}

    @abstractmethod
    def probe(self, server: Sender) -> Probe:
        """Ask a server who it is.

        Raises:
            ContractError: It is not of this kind, or refuses the credentials.
        """

    @abstractmethod
    def conversations(self, probe: Probe) -> Iterable[Conversation]:
        """Return the conversations, those that matter most first.

        Args:
            probe: What is known of the server.
        """

    def law_traits(self, probe: Probe) -> Mapping[str, bool]:
        """Return what the laws are told of a server.

        Args:
            probe: What is known of it.
        """
        return {}

    def version_note(self, version: str) -> str:
        """Return a sentence if the mock cannot imitate a release; empty if it can.

        Args:
            version: Release of the server; empty if it does not say.
        """
        return ""

    def notes(self, server: Sender, *, writes: bool) -> Iterable[str]:
        """Ask a server what its kind of servers differs in; return a sentence for each answer.

        Args:
            server: The server; nothing is changed on it.
            writes: Whether requests may be sent that would change something if there were
                anything to change.
        """
        return ()

    # -- replies -----------------------------------------------------------------------------------

    def heard(self, reply: Reply, users: Mapping[str, object]) -> None:
        """Take from a reply what later requests need, such as the server's time.

        Args:
            reply: The reply.
            users: What puts the credentials of each user on a request.
        """

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers of a request, as this CRM's clients send them."""
        has_body = request.json is not NO_BODY
        return {
            "Accept": "application/json",
            **({"Content-Type": "application/json"} if has_body else {}),
            **request.headers,
        }

    def encode(self, tree: Any) -> bytes:
        """Return the body of a request."""
        text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")

    def id_space(self, place: str, value: Any, parent: Any) -> str | None:
        """Return the space of a value that each server gives its own, such as an id.

        Values of one space that appear in the same place are a pair; see `Pairs`.

        Args:
            place: Dotted path in the body, without indexes.
            value: The value.
            parent: The object that it is a member of; None in a list.

        Returns:
            The space; None for a value that servers have to give alike.
        """
        is_id = place.rpartition(".")[2] == "id" and isinstance(value, int | str)
        return "" if is_id and not isinstance(value, bool) else None

    def ids_in(self, text: str) -> Iterable[tuple[str, str, Any]]:
        """Yield the ids within a str, such as an address: as they stand there, space and value."""
        return ()

    def is_ignored(self, place: str) -> bool:
        """Return whether servers differ at a place by nature, such as in a random color."""
        return False

    def is_shared(self, place: str) -> bool:
        """Return whether only types are compared at a place, which shows the whole account."""
        return False

    def variant(self, tree: Mapping[str, Any]) -> str:
        """Return what kind of object one of a list of several kinds is; empty where all are alike.

        Of objects that are not the same, members are compared within a kind.
        """
        return ""

    def is_timestamp(self, place: str) -> bool:
        """Return whether a place says when a record was created or changed."""
        return _TIMESTAMP.fullmatch(place) is not None

    def reason(self, reply: Reply) -> str:
        """Return the sentence in which a server says why it refuses; empty if it says none."""
        tree = reply.tree
        return str(tree.get("message") or "") if isinstance(tree, dict) else ""

    def undo(self, request: Request, reply: Reply, id: Any) -> Request | None:
        """Return the request that removes what a request has created; None if there is none.

        Args:
            request: The request.
            reply: The reply, which says that it worked.
            id: The value at `id_path` of the reply; None if there is none.
        """
        return None if id is None else Request("DELETE", f"{request.path}/{id}", user=request.user)


def environment(prefix: str, name: str) -> str | None:
    """Return a variable of the environment; None if it is unset or empty."""
    return os.environ.get(f"{prefix}_{name}") or None
