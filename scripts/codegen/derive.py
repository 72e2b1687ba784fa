"""Wire document → derived document, the Python-facing one that the generator reads.

Here overrides act on operations: envelopes are unwrapped, responses other than success go (errors
become exceptions), and so do the PATCH and POST counterparts of other operations. The generator
reads the schemas alone, those that an operation reaches; operations are emitted here.
`parameters.py`, `bodies.py` and `payloads.py` act on the parts of an operation, `schemas.py` on
types.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmkit.core.errors import class_of

from .bodies import body_of
from .document import path_names
from .generator import classes_of
from .grouping import group
from .kinds import Kind, parts
from .parameters import parameters_of
from .payloads import payload_of
from .prose import doc
from .schemas import Schemas

if TYPE_CHECKING:
    from .bodies import Body
    from .document import Document, OperationSource
    from .generator import GeneratedClass
    from .parameters import Parameter
    from .payloads import Payload

__all__ = ["Derived", "OperationPlan", "derive"]

_STATUSES = (400, 401, 403, 404, 409, 422, 429)
_ERRORS = {str(status): class_of(status).__name__ for status in _STATUSES}


@dataclass(frozen=True)
class OperationPlan:
    """An operation, as far as the emitters need it.

    Args:
        source: The operation in the document.
        payload: What a success brings, or None.
        body: What a call sends, or None.
        paging: The paging extension; None for what is not a list of pages.
        parameters: Its parameters.
        settings: Names of the path parameters that are settings of the client.
        replaces: The operationId that reads what this update replaces; empty for none.
    """

    source: OperationSource
    payload: Payload | None
    body: Body | None
    paging: dict[str, Any] | None
    parameters: tuple[Parameter, ...]
    settings: tuple[str, ...]
    replaces: str

    @property
    def model(self) -> str:
        """Name of the input model; empty for none."""
        return self.body.model if self.body else ""

    @property
    def models(self) -> list[str]:
        """Names of the input models: one, or one without and one with files."""
        return self.body.models if self.body else []

    @property
    def paging_arguments(self) -> dict[str, str]:
        """The arguments of paging, with the names of the parameters that they become."""
        paging, keys = self.paging or {}, {"start": "number", "page_size": "size"}
        return {name: paging[key] for name, key in keys.items() if paging.get(key)}

    @property
    def changes(self) -> bool:
        """Whether the list can be sorted by time of change."""
        return "changes" in (self.paging or {})

    @property
    def constant(self) -> str:
        """Name of the operation in the emitted table."""
        return self.source.id.upper()

    @property
    def module(self) -> str:
        """Name of the module of its resource, and of its entry in the tables of operations."""
        return self.source.public[0] or "client_"

    @property
    def returned(self) -> str:
        """The type of a call's result, without a pager around it."""
        return self.payload.annotation if self.payload else "None"

    @property
    def reads(self) -> list[Kind]:
        """What it brings."""
        return [self.payload.kind] if self.payload else []

    @property
    def writes(self) -> list[Kind]:
        """What a call passes to it."""
        bodies = [Kind("model", ref=name) for name in self.models]
        return [*bodies, *(parameter.kind for parameter in self.parameters)]

    def decodes_as(self, payload: Payload) -> bool:
        """Return whether its payload has the form of another one."""
        own = self.payload
        return own is not None and (own.kind, own.nullable) == (payload.kind, payload.nullable)


@dataclass
class Derived:
    """What is made of a document, as the emitters read it.

    Args:
        document: The wire document.
        schemas: Its models, enums and other types.
        operations: The operations, without the counterparts of others.
        classes: The generated classes by name.
    """

    document: Document
    schemas: Schemas
    operations: list[OperationPlan]
    classes: dict[str, GeneratedClass]

    @property
    def title(self) -> str:
        """The document's title, escaped for a docstring."""
        return doc(self.document.tree["info"]["title"])

    def operation(self, name: str) -> OperationPlan:
        """Return the operation of an id."""
        return next(plan for plan in self.operations if plan.source.id == name)

    def operations_of(self, module: str) -> list[OperationPlan]:
        """Return the operations of a module."""
        return [plan for plan in self.operations if plan.module == module]

    @cached_property
    def encode_json(self) -> str:
        """What writes values of which the document says nothing, datetimes as its own are."""
        models = self.schemas.models.values()
        kinds = [field.kind for model in models for field in model.fields]
        espo = any(part.name == "espo_datetime" for kind in kinds for part in parts(kind))
        return "encode_espo_json" if espo else "encode_json"

    def held(self, name: str, what: str = "") -> str:
        """Return the expression of a class in a module of codecs, which loads it when needed.

        Args:
            name: Its name, or that of a type that needs no loading.
            what: `_values` for the members of an enum by value.
        """
        loaded = f"_{name}{what}"  # which may be an enum, whose truth takes long to find
        code = f"(load{what}({name!r}) if {loaded} is None else {loaded})"
        return code if name in self.classes else name

    def class_imports(self, above: str, *without: str) -> list[str]:
        """Return the imports of all generated classes but some.

        Args:
            above: The dots and names that lead to their package, with a dot at the end.
            without: Names that are not imported.
        """
        names = sorted(self.classes.keys() - {*without})
        return [f"from {above}{self.classes[name].module} import {name}" for name in names]

    def own_errors(self, plan: OperationPlan) -> list[tuple[str, str]]:
        """Return the errors that are peculiar to an operation: class and description.

        What every fourth operation answers is not.
        """
        most = max(len(self.operations) // 4, 1)
        return [
            (_ERRORS[status], text)
            for status, text in self._responses(plan)
            if status in _ERRORS and self._response_counts[status, text] <= most
        ]

    @cached_property
    def _response_counts(self) -> Counter[tuple[str, str]]:
        return Counter(response for plan in self.operations for response in self._responses(plan))

    def _responses(self, plan: OperationPlan) -> list[tuple[str, str]]:
        resolve = self.document.resolve
        return [
            (status, " ".join(resolve(node, plan.source.place)["description"].split()))
            for status, node in plan.source.node["responses"].items()
        ]

    @cached_property
    def profiles(self) -> set[str]:
        """The kinds of server that the document knows."""
        return {profile for plan in self.operations for profile in plan.source.profiles}


def derive(document: Document) -> Derived:
    """Return what the emitters read of a document.

    Raises:
        DocumentError: It holds a form that the emitters do not know.
    """
    schemas = Schemas(document)
    plans = [_plan(source, schemas) for source in document.operations if not source.counterpart]
    if "x-crmkit-side-elements" in document.tree:
        schemas.model(document.tree["x-crmkit-side-elements"], "read")
    classes = classes_of(document, schemas)
    group(classes, schemas, [(plan.source.tag, plan.reads, plan.writes) for plan in plans])
    return Derived(document, schemas, plans, classes)


def _plan(source: OperationSource, schemas: Schemas) -> OperationPlan:
    parameters, settings = parameters_of(source, schemas)
    plan = OperationPlan(
        source,
        payload_of(source, schemas),
        body_of(source, schemas),
        source.node.get("x-crmkit-paging"),
        tuple(parameters),
        settings,
        source.node.get("x-crmkit-replace", ""),
    )
    if plan.paging is not None:
        _check_paging(plan, plan.paging, schemas.document)
    if source.narrows:
        _check_narrowing(source, schemas.document)
    if plan.replaces:
        _check_replacing(plan, schemas.document)
    return plan


def _check_paging(plan: OperationPlan, paging: dict[str, Any], document: Document) -> None:
    place, payload = plan.source.place, plan.payload
    if payload is None or payload.kind.name != "list" or payload.nullable:
        problem = "has x-crmkit-paging, but its payload is not a list"
        document.refuse(place, problem, "correct x-crmkit-envelope, or remove it")
    names = {parameter.wire for parameter in plan.parameters if parameter.place == "query"}
    keys = ("number", "size", "after")
    named: dict[str, str] = {key: paging[key] for key in keys if key in paging}
    if plan.changes:
        if not document.changes:
            problem = "is sorted by time of change, and the document does not say how"
            document.refuse(place, problem, "add x-crmkit-changes at the top")
        named |= {f"changes: {name}": name for name in document.changes["query"]}
    for key, name in named.items():
        if name not in names:
            problem = f"x-crmkit-paging names no parameter by {key}: {name!r}"
            document.refuse(place, problem, "name a query parameter")


def _check_narrowing(source: OperationSource, document: Document) -> None:
    wide = document.operation(source.narrows, source, "x-crmkit-narrows")
    same = [other for other in document.operations if other.narrows == source.narrows]
    if not {"x-crmkit-paging"} <= source.node.keys() & wide.node.keys():
        document.refuse(source.place, "x-crmkit-narrows is for lists", "say how both continue")
    if wide.narrows or wide.tag != source.tag or len(same) > 1:
        remedy = "name a list of the same tag, and narrow it once"
        document.refuse(source.place, f"{wide.id} cannot be narrowed by it", remedy)


def _check_replacing(plan: OperationPlan, document: Document) -> None:
    source, body = plan.source, plan.body
    read = document.operation(plan.replaces, source, "x-crmkit-replace")
    if read.method != "get" or path_names(read.path) != path_names(source.path):
        remedy = "name a GET with the same path parameters"
        document.refuse(source.place, f"{read.id} cannot read what it replaces", remedy)
    if body is None or not body.model or body.upload:
        document.refuse(source.place, "replaces, but has no object as its body", "describe one")
