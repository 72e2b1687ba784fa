"""Signatures and docstrings of emitted methods.

Names are made as the generator makes them, or are told by the document; types come from the
document's kinds and from the attributes of the generated models.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field, replace
from functools import cached_property
from keyword import iskeyword
from typing import TYPE_CHECKING

from openapi_python_client.strings import PythonIdentifier

from .kinds import python_type
from .models import Argument, doc
from .payloads import returned_type

if TYPE_CHECKING:
    from .derive import Derived, OperationPlan
    from .models import EndpointSource, ModelSource
    from .parameters import Parameter
    from .schemas import Field

__all__ = ["Signature", "Sources", "argument_name", "returned", "safe"]

_ERRORS = {
    "400": "BadRequestError",
    "401": "AuthenticationError",
    "403": "PermissionDeniedError",
    "404": "NotFoundError",
    "409": "ConflictError",
    "422": "ValidationError",
    "429": "RateLimitError",
}
FILE = "File | BinaryIO | bytes | Path"
"""What methods take where a model has a `File`."""


@dataclass(frozen=True)
class Sources:
    """What the emitters of resources read.

    Args:
        derived: The derived document.
        endpoints: Signatures of the generated functions by operationId.
        models: The generated classes by name.
    """

    derived: Derived
    endpoints: dict[str, EndpointSource]
    models: dict[str, ModelSource]


def safe(annotation: str) -> str:
    """Return an annotation that a method called `list` does not shadow."""
    return re.sub(r"(?<!\.)\b(list|dict|set|type)\[", r"builtins.\1[", annotation)


def argument_name(one: Parameter) -> str:
    """Return the name of a method's argument."""
    if one.argument and not iskeyword(one.argument):
        return one.argument  # a builtin's name, too, if the document gives it
    return str(PythonIdentifier(one.argument or one.wire, "field_"))


def returned(plan: OperationPlan) -> str:
    """Return the type of what a call gives, without a pager around it."""
    if plan.payload is None:
        return "None"
    return returned_type(plan.payload.kind) + (" | None" if plan.payload.nullable else "")


def _annotation(one: Parameter) -> str:
    if one.kind.name == "list":
        return "Sequence[str]" if one.kind.items[0].name == "str" else "Sequence[Mapping[str, Any]]"
    return python_type(one.kind)


@dataclass
class Signature:
    """The arguments of an emitted method.

    Args:
        plan: The operation.
        sources: What the emitters read.
        narrow: The operation that lists a part of it; None for none.
    """

    plan: OperationPlan
    sources: Sources
    narrow: OperationPlan | None = None
    told: dict[str, str] = field(init=False, default_factory=dict)

    @cached_property
    def parameters(self) -> list[Parameter]:
        """The parameters that have arguments: neither those of paging nor deprecated ones."""
        paging = self.plan.paging or {}
        hidden = {("query", paging[key]) for key in ("number", "size") if key in paging}
        return [
            one
            for one in self.plan.parameters
            if (one.place, one.wire) not in hidden and not one.deprecated
        ]

    @cached_property
    def narrowing(self) -> list[Parameter]:
        """The parameters that only the narrower list has; its method is told by the first."""
        if self.narrow is None:
            return []
        known = {(one.place, one.wire) for one in self.plan.parameters}
        return [one for one in self.narrow.parameters if (one.place, one.wire) not in known]

    @cached_property
    def sole(self) -> Field | None:
        """The only member of a body that has no other, and needs it."""
        if not self.plan.model or self.plan.replaces or self.plan.body.upload:  # type: ignore[union-attr]  # a model has a body
            return None
        fields = self.sources.derived.models[self.plan.model].fields
        return fields[0] if len(fields) == 1 and fields[0].required else None

    @cached_property
    def members(self) -> list[Argument]:
        """The members of the body as arguments that need not be given."""
        found: dict[str, Argument] = {}
        for name in self.models:
            source = self.sources.models[name]
            python = {source.names[one.derived]: one for one in self._fields(name)}
            for one in source.attributes:
                if python[one.name].kind.name == "file":
                    one = replace(one, annotation=one.annotation.replace("File", FILE, 1))  # noqa: PLW2901  # the same argument
                found.setdefault(one.name, one)
                self.told.setdefault(
                    one.name, python[one.name].description or "See the vendor's page."
                )
        return list(found.values())

    @property
    def models(self) -> list[str]:
        """Names of the input models: one, or one without and one with files."""
        body = self.plan.body
        return [name for name in (body.model, body.upload) if name] if body else []

    def _fields(self, name: str) -> tuple[Field, ...]:
        return self.sources.derived.models[name].fields

    @cached_property
    def arguments(self) -> list[Argument]:
        """All arguments in order, after one without a name those that are keywords only."""
        positional: list[Argument] = []
        keyword: list[Argument] = []
        for one in self.parameters:
            name = argument_name(one)
            self.told.setdefault(name, one.description)
            if one.required:
                positional.append(Argument(name, _annotation(one), None))
            else:
                keyword.append(Argument(name, f"{_annotation(one)} | Unset", "UNSET"))
        positional.sort(key=lambda one: one.name not in self._in_path)
        if not positional and not self.plan.body and not self.plan.paging and len(keyword) == 1:
            positional, keyword = keyword, positional
        for one in self.narrowing:
            name = argument_name(one)
            self.told.setdefault(name, f"{one.description} Only what belongs to it is listed.")
            keyword.insert(0, Argument(name, f"{_annotation(one)} | Unset", "UNSET"))
        positional += self._input()
        paging = self.plan.paging or {}
        for name, key in (("start", "number"), ("page_size", "size")):
            if paging.get(key):
                keyword.append(Argument(name, "int | Unset", "UNSET"))
        if self.models:
            keyword += [] if self.sole else [_optional(one) for one in self.members]
            keyword.append(Argument("extra", "Mapping[str, Any] | None", "None"))
        keyword.append(Argument("options", "Options | None", "None"))
        self._check([*positional, *keyword])
        return [*positional, Argument("", "", None), *keyword]

    @property
    def _in_path(self) -> set[str]:
        return {argument_name(one) for one in self.parameters if one.place == "path"}

    def _input(self) -> list[Argument]:
        body = self.plan.body
        if body is None:
            return []
        if self.sole is not None:
            one = self.members[0]
            self.told[one.name] += f" Or the whole input as one {self.plan.model}."
            return [Argument(one.name, f"{one.annotation} | {self.plan.model}", None)]
        if self.models:
            names = " | ".join(self.models)
            self.told["input_"] = (
                f"The whole input as one {' or '.join(self.models)}, in place of the keywords."
            )
            return [Argument("input_", f"{names} | None", "None")]
        if body.media == "content":
            self.told["content"] = "What is sent, as it is."
            text = "str | " if body.content_type.startswith("text/") else ""
            return [Argument("content", f"{text}bytes | ByteStream", None)]
        self.told["input_"] = "What is sent."
        kind = body.kind
        python = python_type(kind) if kind else "Any"
        return [Argument("input_", re.sub("^dict", "Mapping", python), None)]

    def _check(self, arguments: list[Argument]) -> None:
        names = [one.name for one in arguments]
        twice = {name for name in names if names.count(name) > 1} | {"self", "model_"} & set(names)
        if not twice:
            return
        members = {one.derived for name in self.models for one in self._fields(name)}
        ours = min(twice).rstrip("_") in {name.rstrip("_") for name in members}
        self.sources.derived.document.refuse(
            f"components/schemas/{self.plan.model}" if ours else self.plan.source.place,
            f"two arguments would be called {min(twice)!r}",
            "call the parameter or the member differently by x-crmkit-name",
        )

    @property
    def names(self) -> list[str]:
        """The names of all arguments."""
        return [one.name for one in self.arguments if one.name]

    def lines(self, prefix: str) -> list[str]:
        """Return the lines of the method from `def` to its docstring.

        Args:
            prefix: `Async` for the async class, empty for the sync one.
        """
        texts = []
        for one in self.arguments:
            default = f" = {one.default}" if one.default is not None else ""
            texts.append(f"{one.name}: {safe(one.annotation)}{default}" if one.name else "*")
        paged = self.plan.paging is not None
        wait = "async " if prefix and not paged else ""
        back = returned(self.plan)
        if paged:
            back = f"{prefix}Pager[{safe(back.removeprefix('list[').removesuffix(']'))}]"
        return [
            f"{wait}def {self.plan.source.public[1]}(self, {', '.join(texts)},) -> {safe(back)}:",
            *(f"    {line}" if line else "" for line in self._docstring()),
        ]

    # -- docstrings --------------------------------------------------------------------------------

    def _docstring(self) -> list[str]:
        plan = self.plan
        node = plan.source.node
        told = {**self._usual(), **self.told}
        lines = [f'"""{doc(node["summary"])}', ""]
        if node.get("description"):
            lines += [*_paragraphs(node["description"]), ""]
        if plan.replaces:
            lines += [*_wrapped(_REPLACES, "", ""), ""]
        if self._some_servers:
            lines += [*_wrapped(f"Only servers of {self._some_servers} have it.", "", ""), ""]
        lines.append("Args:")
        for name in self.names:
            text = told[name] or "See the vendor's page."
            lines += _wrapped(f"{name}: {text}", "    ", "        ")
        if plan.payload is not None:
            lines += ["", "Returns:", *_wrapped(self._returned(), "    ", "    ")]
        lines += ["", "Raises:"]
        if plan.body or any(one.place == "path" for one in self.parameters):
            lines.append(
                "    ArgumentError: A value cannot be carried by the wire; nothing was sent."
            )
        for status in node.get("responses", {}):
            if status in _ERRORS:
                response = self.sources.derived.document.resolve(
                    node["responses"][status], plan.source.place
                )
                text = f"{_ERRORS[status]}: {response['description']}"
                lines += _wrapped(text, "    ", "        ")
        lines.append("    CRMError: The call failed in another way.")
        evidence = node.get("x-crmkit-evidence", [])
        if evidence:
            lines += ["", "Source:"]
            for one in evidence:
                lines += _wrapped(f"- {one}", "    ", "      ")
        return [*lines, '"""']

    @property
    def _some_servers(self) -> str:
        """The kinds of server that have the operation, if not all that the document knows have."""
        profiles = self.plan.source.node.get("x-crmkit-profile", [])
        known = {
            one
            for source in self.sources.derived.document.operations
            for one in source.node.get("x-crmkit-profile", [])
        }
        return ", ".join(profiles) if known - set(profiles) and profiles else ""

    def _usual(self) -> dict[str, str]:
        told = {
            "extra": "Members beside the documented ones, such as custom fields, by wire name.",
            "options": "What this call does differently: timeout, max_retries, headers, query.",
        }
        paging = self.plan.paging
        if paging:
            by_offset = paging["strategy"] == "offset"
            counted = "offset of the first item" if by_offset else "number of the first page"
            first = paging.get("first", 0 if by_offset else 1)
            told["start"] = f"The {counted} to read, {first} by default."
            told["page_size"] = "Items a page."
            if "default_size" in paging:
                told["page_size"] = f"Items a page, {paging['default_size']} by default."
        return told

    def _returned(self) -> str:
        payload = self.plan.payload
        if self.plan.paging is not None:
            return "A lazy pager; nothing is asked before it is iterated."
        if payload is not None and payload.kind.name == "model":
            return f"The {payload.kind.ref}."
        return f"The {payload.envelope[-1] if payload and payload.envelope else 'value'}."


_REPLACES = (
    "The server clears what is not sent. So the record is read first, and what is not given here "
    "is sent as it was: two calls, and a change that another client makes between them is lost."
)


def _optional(one: Argument) -> Argument:
    # Required members may come in the model instead; the model's own __init__ asks for them.
    annotation = one.annotation if "Unset" in one.annotation else f"{one.annotation} | Unset"
    return Argument(one.name, annotation, "UNSET")


def _paragraphs(text: str) -> list[str]:
    lines: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        lines += [*_wrapped(" ".join(paragraph.split()), "", ""), ""]
    return lines[:-1]


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    return textwrap.wrap(
        text, 88, initial_indent=first, subsequent_indent=rest, break_long_words=False
    )
