"""Exchanges between the mock and who checks it, as faults of the wire change them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class WireExchange:
    """A request and its reply, which a fault may change.

    Attributes:
        method: Method of the request.
        path: Decoded path of the request, with that of the API.
        query: Query string as it was sent.
        sent: The request's body.
        status: Status of the reply.
        headers: Headers of the reply by lower-case name.
        body: The reply's body.
        memory: Kept from one exchange to the next, for faults that need to know earlier ones.
    """

    method: str
    path: str
    query: str
    sent: bytes
    status: int
    headers: dict[str, str]
    body: bytes
    memory: dict[Any, Any]
    _tree: Any = field(default=None, init=False)

    @property
    def tree(self) -> Any:
        """The reply's body as a JSON tree, which may be changed in place; {} if it is not one."""
        if self._tree is None:
            try:
                self._tree = json.loads(self.body)
            except ValueError:
                return {}
        return self._tree

    def written(self) -> bytes:
        """Return the reply's body, with what was changed in its tree."""
        if self._tree is None or json.loads(self.body) == self._tree:
            return self.body
        return json.dumps(self._tree).encode()
