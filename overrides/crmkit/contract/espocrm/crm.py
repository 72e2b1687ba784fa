"""EspoCRM and AutoCRM as the engine sees them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from crmkit.autocrm.login import address, credentials
from crmkit.autocrm.vendor import EspoVendor
from crmkit.contract.crm import CRM, Accepted, ContractError, Probe
from crmkit.contract.exchange import Reply, Request
from crmkit.contract.reads import read_conversations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crmkit.contract.entry import Conversation
    from crmkit.contract.exchange import Sender
    from crmkit.contract.http import HTTPRequest

__all__ = ["AutoCRM", "EspoCRM"]

#: Trait of servers that have the custom types and fields of the mock's demo.
_CUSTOM = "custom"
_ID = re.compile(r"[0-9a-f]{17}")
#: Members that servers fill at random or by their own address.
_IGNORED = re.compile(
    r"(.*\.)?(avatarColor|uid|messageId|messageIdInternal|ipAddress|token|authTokenId)"
)


class EspoCRM(CRM):
    """EspoCRM from 9.2 on."""

    name: ClassVar[str] = "espocrm"
    document_name: ClassVar[str] = "autocrm"
    client: ClassVar[str] = "EspoCRM"
    rows_path: ClassVar[str] = "list"
    restores: ClassVar[frozenset[str]] = frozenset({"records_restore"})
    accepted: ClassVar[tuple[Accepted, ...]] = (
        Accepted(
            "the server's own configuration",
            operation="me",
            place=r"(settings|appParams|preferences|language)\b.*",
        ),
        Accepted(
            "the mock has that part of the metadata which integrations read",
            operation="metadata_get",
            kind="members",
        ),
        Accepted(
            "the server's own users",
            operation="me",
            place=r"user\.(createdAt|modifiedAt|emailAddressList|userEmailAddressList|name|\w+Name)",
        ),
        Accepted(
            "counters go on from the server's other records",
            kind="values",
            place=r"((list)?\[\d+\]\.)?(number|cNo|cSerial)",
        ),
    )

    def base_url(self, given: str | None) -> str:
        """Return the address of the API.

        Raises:
            ConfigError: There is none.
        """
        return address(given, self.prefix)

    def authenticator(self, prefix: str, base_url: str) -> Callable[[HTTPRequest], None]:
        """Return what puts the credentials of PREFIX_API_KEY and the like on a request.

        Raises:
            ConfigError: A credential is missing.
        """
        known = credentials(prefix, None, None, None, None, "raw")
        return EspoVendor(self.name, known, urlsplit(base_url).path).authenticate

    def mock_authenticators(
        self, mock: Any, base_url: str
    ) -> Mapping[str, Callable[[HTTPRequest], None]]:
        """Return the credentials of the mock's users; the run's own is the one with most rights."""
        users: Mapping[str, Mapping[str, str]] = mock.users
        path = urlsplit(base_url).path

        def authenticator(keywords: Mapping[str, str]) -> Callable[[HTTPRequest], None]:
            names = ("api_key", "secret_key", "username", "password")
            key, secret, user, password = (keywords.get(name) for name in names)
            known = credentials("", key, secret, user, password, "raw")
            return EspoVendor(self.name, known, path).authenticate

        return {
            "": authenticator(mock.credentials),
            **{name: authenticator(keywords) for name, keywords in users.items()},
        }

    def mock_options(self, version: str) -> dict[str, Any]:
        """Return the newest release that the mock imitates and that is not newer than a server."""
        from crmkit_mock.behavior import ESPOCRM_VERSIONS

        release = _numbers(version)
        older = [known for known in ESPOCRM_VERSIONS if _numbers(known) <= release]
        known = older[-1] if older else ESPOCRM_VERSIONS[0]
        return {"espocrm_version": known if release else ESPOCRM_VERSIONS[-1]}

    def version_note(self, version: str) -> str:
        """Return a sentence if the mock imitates another release than the server's."""
        release, mock = _numbers(version), self.mock_options(version)["espocrm_version"]
        if not release:
            return f"the server does not say its release; the mock imitates {mock}"
        if release == _numbers(mock):
            return ""
        return f"the mock does not know release {version} and imitates {mock}"

    def notes(self, server: Sender, *, writes: bool) -> Iterable[str]:
        """Ask which of the routes of AutoCRM's page the server has."""
        from .routes import route_notes

        return route_notes(self.document(), server, writes=writes)

    def probe(self, server: Sender) -> Probe:
        """Ask who the user is, and for the release, which only some users may see.

        Raises:
            ContractError: It is no EspoCRM, or it refuses the credentials.
        """
        reply = server.send(Request("GET", "/App/user"))
        if reply.status in {401, 403}:
            raise ContractError(
                f"{server.base_url} refuses the credentials ({reply.status}): are those of "
                f"{self.prefix}_API_KEY, or _USERNAME and _PASSWORD, right?"
            )
        user = reply.tree.get("user") if isinstance(reply.tree, dict) else None
        if not reply.succeeded or not isinstance(user, dict):
            raise ContractError(
                f"{server.base_url} is no {self.client}: /App/user answered {reply.status} "
                f"{reply.media_type or 'without a body'}"
            )
        parameters = reply.tree.get("appParams") or {}
        settings = reply.tree.get("settings") or {}
        version = settings.get("version") or parameters.get("version") or ""
        custom = server.send(Request("GET", "/Metadata", (("key", "entityDefs.CGadget.fields"),)))
        traits = frozenset({_CUSTOM} if isinstance(custom.tree, dict) else ())
        return Probe(str(version), str(user.get("userName") or ""), traits=traits)

    def conversations(self, probe: Probe) -> Iterable[Conversation]:
        """Return the conversations, about the mock's custom fields if a server has them."""
        from .library import conversations

        yield from conversations(custom=_CUSTOM in probe.traits)
        yield from read_conversations(self.document())

    def law_traits(self, probe: Probe) -> Mapping[str, bool]:
        """Return whether a server has the mock's custom fields."""
        return {"custom": _CUSTOM in probe.traits}

    def id_space(self, place: str, value: Any, parent: Any) -> str | None:
        """Return a space for ids, which are 17 hexadecimal digits whatever they are of."""
        return "" if isinstance(value, str) and _ID.fullmatch(value) else None

    def ids_in(self, text: str) -> Iterable[tuple[str, str, Any]]:
        """Yield the ids within a str."""
        return [(match[0], "", match[0]) for match in _ID.finditer(text)]

    def is_ignored(self, place: str) -> bool:
        """Return whether a server fills a member at random."""
        return _IGNORED.fullmatch(place) is not None

    def variant(self, tree: Mapping[str, Any]) -> str:
        """Return the type of a note, or of a record in a list of several entity types."""
        name = "type" if "parentType" in tree and "post" in tree else "_scope"
        return str(tree.get(name) or tree.get("scope") or "")

    def reason(self, reply: Reply) -> str:
        """Return the reason: the header X-Status-Reason, and what a body says."""
        tree = reply.tree
        message = str(tree.get("message") or "") if isinstance(tree, dict) else ""
        return reply.headers.get("x-status-reason", "") or message


class AutoCRM(EspoCRM):
    """AutoCRM, which is EspoCRM with routes of its own."""

    name: ClassVar[str] = "autocrm"
    client: ClassVar[str] = "AutoCRM"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
