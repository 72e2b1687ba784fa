"""Every public method of every client, called with arguments that its signature allows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crmkit.core.client import SyncClient
from tests.clients.harness import public_methods

OWN = {name for name in dir(SyncClient) if name[0] != "_"} | {"entity"}
"""Methods that are no operation of an API; `request` is called by a case of its own."""

_NAMED = {inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
_PLAIN: dict[str, Any] = {
    "str": "a1",
    "int": 1,
    "bool": True,
    "float": 1.5,
    "datetime.datetime": datetime(2024, 5, 6, tzinfo=UTC),
    "datetime.date": datetime(2024, 5, 6, tzinfo=UTC).date(),
    "File": b"abc",
    "bytes": b"abc",
    "Sequence[str]": ["a1"],
    "builtins.list[str]": ["a1"],
    "builtins.list[int]": [1],
    "Mapping[str, float]": {"USD": 1.0},
    "Mapping[str, Any]": {"name": "a1"},
    "dict[str, Any]": {"name": "a1"},
}
_BY_NAME = {"link": "contacts", "to": "a@b.example", "entity": "Contact"}
_OPTIONAL: dict[str, dict[str, Any]] = {
    "link": {"ids": ["a1", "a2"]},
    "mass_update": {"ids": ["a1"]},
    "mass_delete": {"ids": ["a1"]},
    "attachments.upload": {"file": b"abc", "name": "a.txt"},
    "convert": {"records": {"Account": {"name": "a1"}}},
}


@dataclass(frozen=True)
class Method:
    """A method of a client, with arguments that its signature allows.

    Args:
        name: As users write it, such as `contacts.save`.
        keywords: The arguments.
    """

    name: str
    keywords: dict[str, Any]

    def of(self, crm: Any) -> Callable[..., Any]:
        """Return the method of a client."""
        resource, _, method = self.name.rpartition(".")
        if resource.startswith("entity"):
            crm = crm.entity("CGadget")
        elif resource:
            crm = getattr(crm, resource)
        function: Callable[..., Any] = getattr(crm, method)
        return function

    def call(self, crm: Any, **others: Any) -> Any:
        """Call it, with other values of some arguments; of a list, read the first items."""
        result = self.of(crm)(**{**self.keywords, **others})
        return result.take(4).collect() if hasattr(result, "take") else result


def methods_of(crm: Any) -> list[Method]:
    """Return all methods of a client; each takes the client that it is called on."""
    found = [Method("request", {"method": "POST", "path": "/x", "json": {"a": "b"}})]
    for name, function in public_methods(crm):
        resource, _, method = name.rpartition(".")
        if resource in {"generated", "view"} or (not resource and method in OWN):
            continue
        keywords = _arguments(name, function)
        if resource.startswith("entity"):
            keywords.pop("entity", None)
        found.append(Method(name, keywords))
    return found


def arguments_of(crm: Any, method: Method) -> list[str]:
    """Return the names of all arguments that a method takes, but its options."""
    parameters = inspect.signature(method.of(crm)).parameters.values()
    names = {each.name for each in parameters if each.kind in _NAMED} - {"options"}
    # Some signatures of `crm.entity(…)` show an argument that is given already.
    return sorted(names if "entity" in method.keywords else names - {"entity"})


def _arguments(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    """Return the keywords of a call: those that are required, and of a write one more."""
    keywords: dict[str, Any] = dict(_OPTIONAL.get(name, _OPTIONAL.get(name.rpartition(".")[2], {})))
    parameters = inspect.signature(function).parameters
    for argument, parameter in parameters.items():
        value = _value(str(parameter.annotation))
        if parameter.default is parameter.empty and parameter.kind in _NAMED:
            keywords.setdefault(argument, _BY_NAME.get(argument, value) if value == "a1" else value)
        elif "extra" in parameters and argument[0] not in "_eio" and value is not None:
            keywords.setdefault(argument, value)
            break
    return keywords


def _value(annotation: str) -> Any:
    return next((_PLAIN[part] for part in annotation.split(" | ") if part in _PLAIN), None)
