"""One exchange of the journal: a request and what became of it."""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what became of it, without credentials.

    Attributes:
        number: Number of the exchange, from 1; goes on over those that the journal dropped.
        method: Method of the request.
        path: Decoded path below the base URL.
        query: Query string as it was sent. Here, in headers and in bodies credentials are replaced
            by "[redacted]".
        headers: Request headers by lower-case name.
        body: Bytes of the request body, the first mebibyte.
        operation: operationId in the document, or None; of HEAD, that of GET.
        status: Status of the reply; None if the connection broke without one.
        response_headers: Headers of the reply.
        response_body: Bytes of the reply's body, the first mebibyte.
        processed: Whether the request reached the CRM: False if a fault struck before it.
        fault: What the fault did ("status 429", "reset", "delay 2.0"); None without one.
        time: Time of the mock's clock when it was answered.
    """

    number: int
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    operation: str | None
    status: int | None
    response_headers: Mapping[str, str]
    response_body: bytes
    processed: bool
    fault: str | None
    time: datetime

    @property
    def outcome(self) -> str:
        """What became of it in a word: the fault if there was one, else the status."""
        return self.fault or str(self.status)

    @property
    def json(self) -> Any:
        """The request's body as a JSON tree; None if it is empty.

        Raises:
            ValueError: the body is not JSON.
        """
        return json_text.loads(self.body) if self.body else None

    @property
    def response_json(self) -> Any:
        """The reply's body as a JSON tree; None if it is empty.

        Raises:
            ValueError: the body is not JSON.
        """
        return json_text.loads(self.response_body) if self.response_body else None
