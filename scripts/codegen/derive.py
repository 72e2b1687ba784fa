"""Wire document → derived document, the Python-facing one that the generator reads.

Here overrides act on operations: envelopes are unwrapped, responses other than success go (errors
become exceptions), and so do the PATCH and POST counterparts of other operations. The generator
reads the schemas alone, those that an operation reaches; operations are emitted here.
`parameters.py`, `bodies.py` and `payloads.py` act on the parts of an operation, `schemas.py` on
types.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bodies import body_of
from .parameters import parameters_of
from .payloads import payload_of
from .schemas import Schemas

if TYPE_CHECKING:
    from .bodies import Body
    from .document import Document, OperationSource
    from .parameters import Parameter
    from .payloads import Payload
    from .schemas import Model

__all__ = ["Derived", "OperationPlan", "derive"]


@dataclass(frozen=True)
class OperationPlan:
    """An operation, as far as the emitters need it.

    Args:
        source: The operation in the document.
        payload: What a success brings, or None.
        body: What a call sends, or None.
        paging: The paging extension; None for what is not a list of pages.
        effect: `read` or `write`.
        parameters: Its parameters.
        settings: Names of the path parameters that are settings of the client.
        replaces: The operationId that reads what this update replaces; empty for none.
    """

    source: OperationSource
    payload: Payload | None
    body: Body | None
    paging: dict[str, Any] | None
    effect: str
    parameters: tuple[Parameter, ...]
    settings: tuple[str, ...]
    replaces: str

    @property
    def model(self) -> str:
        """Name of the input model; empty for none."""
        return self.body.model if self.body else ""

    @property
    def constant(self) -> str:
        """Name of the operation in the emitted table."""
        return self.source.id.upper()

    @property
    def module(self) -> str:
        """Name of the module of its resource, and of its entry in the tables of operations."""
        return self.source.public[0] or "client_"

    @property
    def public(self) -> str:
        """What callers know it by, such as `contacts.save`."""
        resource, method = self.source.public
        return f"{resource}.{method}" if resource else method


@dataclass
class Derived:
    """The derived document and what it no longer says.

    Args:
        document: The wire document.
        models: Models by name.
        enums: Names of the enum schemas.
        forms: Names of the classes of `crmkit.core.forms` that are used.
        aliases: Types that have a name in annotations, by that name.
        tree: The derived document.
        operations: The operations.
    """

    document: Document
    models: dict[str, Model]
    enums: set[str]
    forms: set[str]
    aliases: dict[str, str]
    tree: dict[str, Any] = field(default_factory=dict)
    operations: list[OperationPlan] = field(default_factory=list)

    def operation(self, name: str) -> OperationPlan:
        """Return the operation of an id."""
        return next(plan for plan in self.operations if plan.source.id == name)


def derive(document: Document) -> Derived:
    """Derive the Python-facing document.

    Raises:
        DocumentError: It holds a form that the emitters do not know.
    """
    return _Derivation(document).run()


class _Derivation:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.schemas = Schemas(document)
        made = self.schemas
        self.out = Derived(document, made.models, made.enums, made.forms, made.aliases)

    def run(self) -> Derived:
        for source in self.document.operations:
            if not source.twin:
                self.out.operations.append(self._operation(source))
        if "x-crmkit-side-elements" in self.document.tree:
            self.schemas.model(self.document.tree["x-crmkit-side-elements"], "read")
        for form in sorted(self.schemas.forms):
            # Only a name for the generator; the class is crmkit.core.forms' own.
            self.schemas.tree[form] = {"type": "object", "properties": {"text": {"type": "string"}}}
        info = self.document.tree["info"]
        self.out.tree = {
            "openapi": "3.1.0",
            "info": {"title": info["title"], "version": info["version"]},
            "tags": self.document.tree.get("tags", []),
            "paths": {},
            "components": {"schemas": dict(sorted(self.schemas.tree.items()))},
        }
        return self.out

    # -- operations --------------------------------------------------------------------------------

    def _operation(self, source: OperationSource) -> OperationPlan:
        parameters, settings = parameters_of(source, self.schemas)
        plan = OperationPlan(
            source,
            payload_of(source, self.schemas),
            body_of(source, self.schemas),
            source.node.get("x-crmkit-paging"),
            source.node.get("x-crmkit-effect", "read" if source.method == "get" else "write"),
            tuple(parameters),
            settings,
            source.node.get("x-crmkit-replace", ""),
        )
        self._check_paging(plan)
        self._check_narrowing(plan)
        self._check_replacing(plan)
        return plan

    def _check_paging(self, plan: OperationPlan) -> None:
        if plan.paging is None:
            return
        refuse, place = self.document.refuse, plan.source.place
        if plan.payload is None or plan.payload.kind.name != "list" or plan.payload.nullable:
            refuse(
                place,
                "has x-crmkit-paging, but its payload is not a list",
                "correct x-crmkit-envelope, or remove it",
            )
        names = {one.wire for one in plan.parameters if one.place == "query"}
        for key in ("number", "size"):
            if key in plan.paging and plan.paging[key] not in names:
                refuse(
                    place,
                    f"x-crmkit-paging names no parameter by {key}: {plan.paging[key]!r}",
                    "name a query parameter",
                )

    def _check_narrowing(self, plan: OperationPlan) -> None:
        source = plan.source
        if not source.narrows:
            return
        wide = self.document.operation(source.narrows, source, "x-crmkit-narrows")
        others = [one for one in self.document.operations if one.narrows == source.narrows]
        if plan.paging is None or "x-crmkit-paging" not in wide.node:
            self.document.refuse(
                source.place, "x-crmkit-narrows is for lists", "say how both continue"
            )
        if wide.narrows or wide.tag != source.tag or len(others) > 1:
            self.document.refuse(
                source.place,
                f"{wide.id} cannot be narrowed by it",
                "name a list of the same tag, and narrow it once",
            )

    def _check_replacing(self, plan: OperationPlan) -> None:
        if not plan.replaces:
            return
        source = plan.source
        read = self.document.operation(plan.replaces, source, "x-crmkit-replace")
        names = re.findall(r"\{([^}]*)\}", source.path)
        if read.method != "get" or re.findall(r"\{([^}]*)\}", read.path) != names:
            self.document.refuse(
                source.place,
                f"{read.id} cannot read what it replaces",
                "name a GET with the same path parameters",
            )
        if plan.body is None or not plan.body.model or plan.body.upload:
            self.document.refuse(
                source.place, "replaces, but has no object as its body", "describe one"
            )
