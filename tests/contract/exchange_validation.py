"""Validation of exchanges by a wire document, without any code of the mock or the generator."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crmkit.contract.schemas import Schemas, Tree
from tests.contract.account_documents import resolved
from tests.contract.exchanges import Exchange


@dataclass(frozen=True)
class ExchangeValidator:
    """Validates exchanges by a wire document."""

    tree: Tree

    def all_errors(self, exchanges: Iterable[Exchange]) -> list[str]:
        """Return the errors of exchanges, each with its operation."""
        return [
            f"{exchange.method} {exchange.path}: {error}"
            for exchange in exchanges
            for error in self.errors(exchange)
        ]

    def errors(self, exchange: Exchange) -> list[str]:
        """Return the errors of one exchange."""
        operation = self._operations.get((exchange.method, exchange.path))
        if operation is None:
            return ["unknown operation"]
        return [
            *self._credentials(exchange),
            *self._query(operation, exchange),
            *self._body(operation, exchange),
            *self._reply(operation, exchange),
        ]

    @cached_property
    def _operations(self) -> dict[tuple[str, str], Tree]:
        # Relenta has no paths with templates, which would have to be matched.
        assert not any("{" in path for path in self.tree["paths"])
        return {
            (method.upper(), path): operation
            for path, item in self.tree["paths"].items()
            for method, operation in item.items()
        }

    def _credentials(self, exchange: Exchange) -> Iterable[str]:
        for requirement in self.tree["security"]:
            for name in requirement:
                header = self.tree["components"]["securitySchemes"][name]["name"].lower()
                if not exchange.headers.get(header):
                    yield f"the request lacks {header}"

    def _query(self, operation: Tree, exchange: Exchange) -> Iterable[str]:
        known = {
            param["name"]: param
            for param in (resolved(self.tree, node) for node in operation.get("parameters", []))
            if param["in"] == "query"
        }
        names = [name for name, _ in exchange.query]
        yield from (
            f"the parameter {name} is repeated" for name in {*names} if names.count(name) > 1
        )
        for name, text in exchange.query:
            if name not in known:
                yield f"unknown parameter {name}"
                continue
            value: Any = text
            if known[name]["schema"].get("type") == "integer":
                value = int(text) if text.isascii() and text.isdigit() else text
            yield from self._errors(f"the parameter {name}", known[name]["schema"], value)
        required = {name for name, param in known.items() if param.get("required")}
        yield from (f"the parameter {name} is missing" for name in required - {*names})

    def _body(self, operation: Tree, exchange: Exchange) -> Iterable[str]:
        if "requestBody" not in operation:
            if exchange.body:
                yield "the operation takes no body"
            return
        content = resolved(self.tree, operation["requestBody"])["content"]
        media_type = exchange.headers.get("content-type", "").partition(";")[0]
        if media_type not in content:
            yield f"the body's media type is {media_type!r}"
            return
        schema = resolved(self.tree, content[media_type]["schema"])
        schema = schema.get("contentSchema", schema)
        yield from self._json("the body", schema, exchange.body)

    def _reply(self, operation: Tree, exchange: Exchange) -> Iterable[str]:
        responses = operation["responses"]
        if str(exchange.status) not in responses:
            yield f"the status {exchange.status} is not documented"
            return
        content = resolved(self.tree, responses[str(exchange.status)])["content"]
        media_type = exchange.response_headers.get("content-type", "").partition(";")[0]
        if media_type not in content:
            yield f"the reply's media type is {media_type!r}"
            return
        yield from self._json("the reply", content[media_type]["schema"], exchange.response_body)

    def _json(self, what: str, schema: Tree, text: bytes) -> Iterable[str]:
        try:
            tree = json.loads(text)
        except ValueError:
            yield f"{what} is not JSON"
            return
        yield from self._errors(what, schema, tree)

    def _errors(self, what: str, schema: Tree, value: Any) -> Iterable[str]:
        for error in self._schemas.validator(schema).iter_errors(value):
            place = ".".join(str(step) for step in error.instance_path)
            yield f"{what} at {place or 'the top'}: {error.message[:200]}"

    @cached_property
    def _schemas(self) -> Schemas:
        return Schemas(self.tree)
