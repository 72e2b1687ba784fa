"""Credentials of EspoCRM and its relatives, their errors, and how they write conditions."""

from __future__ import annotations

import hmac
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmkit.core.errors import BadRequestError, ConflictError, PermissionDeniedError
from crmkit.core.vendor import ErrorInfo, Vendor

from .where import flatten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit.core.http import Request, Response

__all__ = ["Credentials", "EspoVendor"]

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
    """

    api_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)

    def header(self, method: str, path: str) -> tuple[str, str]:
        """Return name and value of the header that carries the credentials.

        Args:
            method: HTTP method.
            path: Path below the API's address, with a slash at its beginning, without the query.
        """
        if self.username:
            return "Authorization", f"Basic {_base64(f'{self.username}:{self.password}')}"
        if not self.secret_key:
            return "X-Api-Key", self.api_key
        digest = hmac.new(self.secret_key.encode(), f"{method} {path}".encode(), "sha256")
        return "X-Hmac-Authorization", _base64(f"{self.api_key}:{digest.hexdigest()}")


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
    largest_page = 200  # recorded: list-maxsize-201, 403

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

    def spread(self, argument: str, values: list[Any]) -> dict[str, Any]:
        """Spread conditions over query parameters.

        Raises:
            ArgumentError: A condition is malformed.
        """
        return flatten(values, argument)

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


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
