"""What a CRM's resources are and what can be done with them, read from its generated package.

Nothing is sent and no credential is needed for it.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import CommandError
from .field_types import FieldType, class_names, read_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["ACTIONS", "NOT_VALUES", "Field", "Method", "Resource", "find_field", "nearest"]

#: The actions on records, and the methods of a client that do them, the better one first.
ACTIONS = {
    "list": ("list",),
    "get": ("get",),
    "create": ("create", "save"),
    "update": ("update", "save"),
    "delete": ("delete",),
}
#: What is an argument of a write, but no value of a record.
NOT_VALUES = {"skip_duplicate_check", "version_number"}
_NOT_FIELDS = {"self", "input_", "extra", "options"}
#: Arguments of a list that say which part of it to read and how, not which records are in it.
_PAGING = {"start", "page_size", "select", "where", "no_total"}


@dataclass(frozen=True)
class Field:
    """A column of a resource's rows, or an argument of one of its methods.

    Args:
        name: Its name in Python.
        wire: Its name on the wire.
        type: Its type.
        is_required: Of an argument, whether the method cannot be called without it.
        title: What people call it, if not its name with spaces.
    """

    name: str
    wire: str
    type: FieldType
    is_required: bool = False
    title: str = ""

    @property
    def label(self) -> str:
        """What people call it: `first_name` is "First name"."""
        return self.title or self.name.strip("_").replace("_", " ").capitalize()


def find_field(name: str, fields: Iterable[Field]) -> Field | None:
    """Return the field of a name in Python or on the wire, with or without a final underscore."""
    fields = list(fields)
    for key in ("name", "wire"):
        for each in fields:
            if getattr(each, key) == name or getattr(each, key).rstrip("_") == name:
                return each
    return None


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the end of a message that names the nearest of several names, or all of them."""
    from difflib import get_close_matches

    names = list(names)
    for other in get_close_matches(name, names, 1, 0.7):
        return f"; did you mean {other}?"
    return f"; known are {', '.join(names)}" if names else ""


@dataclass(frozen=True)
class Method:
    """A method of a client that does an action.

    Args:
        name: Its name.
        id: The argument that takes the id of a record; None where there is none.
        fields: The other arguments: a list's filters, a write's values.
        row: Class of the rows that it returns; None if it returns none.
        returns_id: Whether it returns the id alone.
        takes_extra: Whether it takes values that the document does not name.
        takes_where: Whether it is a list that takes EspoCRM's conditions.
        takes_select: Whether it is a list that can leave out attributes.
    """

    name: str
    id: Field | None
    fields: list[Field]
    row: Any = None
    returns_id: bool = False
    takes_extra: bool = False
    takes_where: bool = False
    takes_select: bool = False

    @property
    def required(self) -> list[str]:
        """The names of the fields without which it cannot be called."""
        return [each.name for each in self.fields if each.is_required]


@dataclass
class Resource:
    """A resource of a CRM.

    Args:
        crm: Name of the CRM on the command line.
        name: Name of the resource, as the caller wrote it.
        entity_type: Of EspoCRM's resources, the entity type; empty else.
        instance: The resource of the client's class, whose methods can be looked at.
    """

    crm: str
    name: str
    entity_type: str
    instance: Any
    _methods: dict[str, Method | None] = field(default_factory=dict)

    def on(self, client: Any) -> Any:
        """Return the resource of a client that is connected."""
        name = self.name
        return getattr(client, name) if hasattr(type(client), name) else client.entity(name)

    def find(self, action: str) -> Method | None:
        """Return the method that does an action, or None."""
        if action not in self._methods:
            candidates = [name for name in ACTIONS[action] if hasattr(self.instance, name)]
            self._methods[action] = self._read(action, candidates[0]) if candidates else None
        return self._methods[action]

    def method(self, action: str) -> Method:
        """Return the method that does an action.

        Raises:
            CommandError: The API has none.
        """
        method = self.find(action)
        if method is None:
            can = [name for name in ACTIONS if self.find(name)]
            raise CommandError(
                f"{self.crm} cannot {action} {self.name}: its API has no such call; it can "
                f"{', '.join(can) or 'do nothing of the kind'}"
            )
        return method

    @cached_property
    def required_flags(self) -> list[Field]:
        """The booleans that the document requires of a new record, such as is_birthdate_known."""
        import json
        from importlib.resources import files

        create = self.method("create")
        package = "crmkit_generated." + ("autocrm" if self.crm == "espocrm" else self.crm)
        document = json.loads(files(package).joinpath("wire.json").read_bytes())

        def resolved(node: Any) -> Any:
            while "$ref" in node:
                place = document
                for part in node["$ref"].removeprefix("#/").split("/"):
                    place = place[part]
                node = place
            return node

        wanted: set[str] = set()
        for operations in document["paths"].values():
            post = operations.get("post", {})
            if post.get("operationId") == f"{self.name}_{create.name}":
                for media in resolved(post.get("requestBody", {})).get("content", {}).values():
                    wanted.update(resolved(media.get("schema", {})).get("required", ()))
        return [each for each in create.fields if each.wire in wanted and each.type.kind == "bool"]

    @cached_property
    def columns(self) -> list[Field]:
        """The columns of a list's rows, in the order of the document; the id is the first."""
        method = self.find("list") or self.find("get") or self.find("create")
        return self.columns_of(method.row) if method is not None and method.row else []

    def columns_of(self, model: Any) -> list[Field]:
        """Return the columns of a generated model."""
        wire = self._wire_names([model.__name__])
        return [
            Field(
                each.name,
                wire.get(each.name, each.name.rstrip("_")),
                read_type(str(each.type), self._model),
            )
            for each in model.__attrs_attrs__
            if each.name != "additional_properties"
        ]

    @cached_property
    def _package(self) -> str:
        """The generated package of the CRM."""
        for base in type(self.instance).__mro__:
            package, separator, _ = base.__module__.partition(".resources.")
            if separator and package.startswith("crmkit_generated."):
                return package
        raise LookupError(self.name)

    def _model(self, name: str) -> Any:
        models = import_module(f"{self._package}.models")
        return getattr(models, name, None)

    def _wire_names(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the wire name of each attribute of the first of several models."""
        for name in names:
            model = self._model(name)
            if hasattr(model, "__attrs_attrs__"):
                codec = import_module(f"{self._package}.codec")
                members: dict[str, str] = getattr(codec, model.__name__).MEMBERS
                return {attribute: wire for wire, attribute in members.items()}
        return {}

    def _read(self, action: str, name: str) -> Method | None:
        """Return the method of a name, or None if it does not do the action to records."""
        signature = inspect.signature(getattr(self.instance, name))
        params = {key: each for key, each in signature.parameters.items() if key != "self"}
        fields = list(self._fields(params))
        if "entity" in params and (action != "list" or "id" not in params):
            return None  # of any entity type, each of which is a resource of its own
        id = None
        if action in {"get", "update", "delete"}:
            if not fields or (name != "save" and not fields[0].is_required):
                return None
            id = fields.pop(0)
            if id.type.kind not in {"int", "str"} or (
                action != "update" and any(each.is_required for each in fields)
            ):
                return None
        elif action == "create":  # of one that updates as well, the id chooses which
            fields = [each for each in fields if each.name != "id"]
        returned = class_names(str(signature.return_annotation))
        rows = [model for model in map(self._model, returned) if hasattr(model, "__attrs_attrs__")]
        if action in {"list", "get"} and not rows:
            return None
        return Method(
            name,
            id,
            [each for each in fields if action != "list" or each.name not in _PAGING],
            rows[0] if rows else None,
            returned == ["int"],
            *(name in params for name in ("extra", "where", "select")),
        )

    def _fields(self, params: Mapping[str, inspect.Parameter]) -> Iterator[Field]:
        annotations = {name: str(each.annotation) for name, each in params.items()}
        inputs = re.findall(r"\w+Input\b", " ".join(annotations.values()))
        wire = self._wire_names(inputs)
        for name, each in params.items():
            if name not in _NOT_FIELDS:
                yield Field(
                    name,
                    wire.get(name, name.rstrip("_")),
                    read_type(annotations[name], self._model),
                    each.default is inspect.Parameter.empty,
                )
