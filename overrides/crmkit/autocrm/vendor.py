"""Credentials of EspoCRM and its relatives, their errors, and how they write conditions."""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmkit.core.call import items_of
from crmkit.core.errors import BadRequestError, ConflictError, PermissionDeniedError
from crmkit.core.types import UNSET
from crmkit.core.vendor import ErrorInfo, Vendor

from .names import renamer
from .where import conditions, flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crmkit.core.errors import StatusError
    from crmkit.core.http import Request, Response
    from crmkit.core.operation import Operation

_PAGE_LIMIT = re.compile(r"Max size should not exceed ([1-9][0-9]{0,8})\b")
_LOCKED_OUT = (
    "the server gives no reason. EspoCRM answers so to every request from an address, with a good "
    "key too, for a minute after more than ten log-ins from there have failed"
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API key, with a secret key for signatures; or a user's name and password.

    Args:
        api_key: The API user's key.
        secret_key: The API user's secret key, with which calls are signed.
        username: Name of a regular user.
        password: Password of that user.
        signature: `raw` to sign with the digest's bytes, which servers from 7.0 to 10.0 take, or
            `hex` to sign with its hexadecimal digits, which they take from 8.4.1 on.
    """

    api_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    signature: str = "raw"

    def header(self, method: str, path: str) -> tuple[str, str]:
        """Return name and value of the header that carries the credentials.

        Args:
            method: HTTP method.
            path: Path below the API's address, with a slash at its beginning, without the query.
        """
        if self.username:
            return "Authorization", f"Basic {_base64(f'{self.username}:{self.password}'.encode())}"
        if not self.secret_key:
            return "X-Api-Key", self.api_key
        digest = hmac.digest(self.secret_key.encode(), f"{method} {path}".encode(), "sha256")
        if self.signature == "hex":
            digest = digest.hex().encode()
        return "X-Hmac-Authorization", _base64(f"{self.api_key}:".encode() + digest)


class EspoVendor(Vendor):
    """What is peculiar to EspoCRM, and to AutoCRM where it is another server.

    Args:
        name: `autocrm` or `espocrm`: the routes that a client uses.
        credentials: The credentials.
        base_path: Path of the API's address, which is not signed.

    Attributes:
        missing: Names of the operations of AutoCRM's page that this server does not have.
    """

    credential_headers = ("X-Api-Key", "X-Hmac-Authorization", "Authorization")
    refused_in_path = "/"  # servers decode it before they route, and take another path

    usual_page = 200

    def __init__(self, name: str, credentials: Credentials, base_path: str) -> None:
        self.name = name
        self.missing: set[str] = set()
        self._credentials = credentials
        self._base_path = base_path

    def secrets(self) -> Iterable[str]:
        """Return the credentials; empty where they are not set."""
        own = self._credentials
        return own.api_key, own.secret_key, own.password

    def authenticate(self, request: Request) -> None:
        """Put the credentials into their header; a signature is made of method and path."""
        path = request.url.raw_path.decode("ascii").partition("?")[0]
        name, value = self._credentials.header(request.method, path.removeprefix(self._base_path))
        request.headers[name] = value

    def arguments(self, operation: Operation, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return arguments in which attributes have the wire's names.

        Raises:
            ArgumentError: There is no such attribute, or a condition is malformed.
        """
        passed = {name: arguments.get(name, UNSET) for name in ("select", "where", "order_by")}
        named = {name: value for name, value in passed.items() if value is not UNSET}
        if not named:
            return arguments
        entity_type = arguments.get("entity", operation.path.split("/")[1])
        rename = renamer("" if "link" in arguments else entity_type)
        if "where" in named:
            named["where"] = conditions(named["where"], "where", rename)
        if "order_by" in named:
            named["order_by"] = rename(named["order_by"], "order_by")
        if "select" in named:
            select = items_of(named["select"], "select")
            named["select"] = [rename(name, f"select[{at}]") for at, name in enumerate(select)]
        return {**arguments, **named}

    def spread(self, argument: str, values: list[Any]) -> dict[str, Any]:
        """Spread conditions over query parameters.

        Raises:
            ArgumentError: A condition is malformed.
        """
        return flatten(values, argument)

    def page_limit(self, error: StatusError) -> int | None:
        """Return the size to which the server's administrator limits pages, 200 by default."""
        limit = _PAGE_LIMIT.search(error.message)  # recorded: list-maxsize-201, 403
        return int(limit[1]) if limit else None

    def error_info(self, response: Response, tree: Any) -> ErrorInfo | None:
        """Return what went wrong; `false` means that nothing was done."""
        info = super().error_info(response, tree)
        if info is None:
            if tree is not False or response.request.method == "GET":
                return None
            # recorded: rel-link-empty, rel-unlink-query-id
            return ErrorInfo(BadRequestError, hint="the server answers false: it has done nothing")
        if info.error is ConflictError:
            info.current = tree
        unexplained = not response.content and "X-Status-Reason" not in response.headers
        if info.error is PermissionDeniedError and unexplained:
            info.hint = _LOCKED_OUT
        data = _translation(tree).get("data")
        if isinstance(data, dict) and isinstance(data.get("field"), str):
            info.fields = {data["field"]: [str(data.get("type", info.message))]}
        return info

    def message(self, response: Response, tree: Any) -> str:
        """Return the reason of the header; else what the body says."""
        reason = response.headers.get("X-Status-Reason", "").strip()
        half = len(reason) // 2
        if half and reason[:half] == reason[half + 1 :]:
            reason = reason[:half]  # 9.x says many of them twice
        message = super().message(response, tree) or str(_translation(tree).get("label", ""))
        if reason and isinstance(tree, dict) and isinstance(tree.get("message"), str):
            return f"{reason}: {message}"  # recorded: email-sending-smtp-reject~3, `sendingFail`
        return reason or message


def _translation(tree: Any) -> dict[str, Any]:
    translation = tree.get("messageTranslation") if isinstance(tree, dict) else None
    return translation if isinstance(translation, dict) else {}


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
