"""Relenta's key and its envelope `{status, code, data}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crmkit.core.codec.decode_errors import reject
from crmkit.core.errors import QuotaExceededError, StatusError, class_of
from crmkit.core.vendor import ErrorInfo, Vendor, body_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit.core.http import Request, Response

_HEADER = "X-Relenta-Department-Key"
_LIMIT = re.compile(r"\b(limit|limits|plan|quota)\b", re.IGNORECASE)


class RelentaVendor(Vendor):
    """What is peculiar to Relenta.

    Args:
        department_key: The department's API key.
    """

    name = "relenta"
    credential_headers = (_HEADER,)
    counts = False  # page: no list has a total

    def __init__(self, department_key: str) -> None:
        self._department_key = department_key

    def secrets(self) -> Iterable[str]:
        """Return the key."""
        return (self._department_key,)

    def authenticate(self, request: Request) -> None:
        """Put the key into its header (page: API Key)."""
        request.headers[_HEADER] = self._department_key

    def check_envelope(self, tree: Any) -> None:
        """Check that a success is an envelope, as every reply is (page: Response Format).

        One with data needs no status.

        Raises:
            TypeError: It is not.
        """
        status = tree.get("status") if isinstance(tree, dict) else None
        if not isinstance(tree, dict) or not (isinstance(status, bool) or "data" in tree):
            reject(tree, "an object with a boolean member 'status'")

    def error_info(self, response: Response, tree: Any) -> ErrorInfo | None:
        """Return what went wrong, by HTTP status or by the envelope's own."""
        envelope = tree if isinstance(tree, dict) else {}
        info = super().error_info(response, tree)
        code = envelope.get("code")
        code = code if isinstance(code, int) and not isinstance(code, bool) else None
        if info is None:
            if str(envelope.get("status")).lower() != "false":
                return None
            # assumption: a failure under HTTP 200 has its status in `code`
            error = class_of(code) if code is not None and code >= 400 else StatusError
            info = ErrorInfo(error, self.message(response, tree))
        info.code = code
        status = code if response.status_code < 300 else response.status_code
        # 401 stands for a wrong key as well as for a plan's limit (page: Status Codes); which of
        # them, only the body can tell. The page's words for 401 are another vendor's for 403, so
        # that may come, too (assumption).
        if status in {401, 403} and _LIMIT.search(body_text(response)[:2000]):
            info.error = QuotaExceededError
        return info
