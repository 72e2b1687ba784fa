"""Signatures and docstrings of emitted methods.

Names are made as the generator makes them, or given by the document; types come from the
document's kinds and from the attributes of the generated models.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from .kinds import python_type
from .models import Argument, doc
from .payloads import returned_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from .bodies import Body
    from .derive import Derived, OperationPlan
    from .models import ModelSource
    from .parameters import Parameter
    from .payloads import Payload
    from .schemas import Field

__all__ = ["FILE", "Signature", "Sources", "plain_body_type", "returned", "safe", "summary"]
__all__ += ["wrapped"]

_ERRORS = {
    "400": "BadRequestError",
    "401": "AuthenticationError",
    "403": "PermissionDeniedError",
    "404": "NotFoundError",
    "409": "ConflictError",
    "422": "ValidationError",
    "429": "RateLimitError",
}
_TAKEN = {"self", "body_", "upload_", "codec", "models", "operations"}
"""Names that emitted methods use, which no argument may have."""

FILE = "File | BinaryIO | bytes | Path"
"""What methods take where a model has a `File`."""


@dataclass(frozen=True)
class Sources:
    """What the emitters of resources read.

    Args:
        derived: The derived document.
        models: The generated classes by name.
    """

    derived: Derived
    models: dict[str, ModelSource]

    def own_errors(self, plan: OperationPlan) -> list[tuple[str, str]]:
        """Return the errors that are peculiar to an operation: class and description.

        What every fourth operation answers is not.
        """
        most = len(self.derived.operations) // 4
        return [
            (_ERRORS[status], text)
            for status, text in self._responses(plan)
            if status in _ERRORS and self._response_counts[status, text] <= max(most, 1)
        ]

    @cached_property
    def _response_counts(self) -> Counter[tuple[str, str]]:
        return Counter(
            response for plan in self.derived.operations for response in self._responses(plan)
        )

    def _responses(self, plan: OperationPlan) -> list[tuple[str, str]]:
        resolve = self.derived.document.resolve
        return [
            (status, " ".join(resolve(node, plan.source.place)["description"].split()))
            for status, node in plan.source.node.get("responses", {}).items()
        ]

    @cached_property
    def profiles(self) -> set[str]:
        """The kinds of server that the document knows."""
        return {
            profile
            for plan in self.derived.operations
            for profile in plan.source.node.get("x-crmkit-profile", [])
        }


def safe(annotation: str) -> str:
    """Return an annotation that a method called `list` does not shadow."""
    return re.sub(r"(?<!\.)\b(list|dict|set|type)\[", r"builtins.\1[", annotation)


def returned(plan: OperationPlan) -> str:
    """Return the type of a call's result, without a pager around it."""
    if plan.payload is None:
        return "None"
    return returned_type(plan.payload.kind) + (" | None" if plan.payload.nullable else "")


@dataclass
class Signature:
    """The arguments of an emitted method.

    Args:
        plan: The operation.
        sources: What the emitters read.
        narrow: The operation that lists a part of it; None for none.
        bound: Key of the parameter whose value belongs to the resource; None for none.
    """

    plan: OperationPlan
    sources: Sources
    narrow: OperationPlan | None = None
    bound: tuple[str, str] | None = None
    descriptions: dict[str, str] = field(init=False, default_factory=dict)

    @cached_property
    def parameters(self) -> list[Parameter]:
        """The parameters that have arguments: neither those of paging nor deprecated ones."""
        paging = self.plan.paging or {}
        hidden = {("query", paging[key]) for key in ("number", "size") if key in paging}
        return [
            parameter
            for parameter in self.plan.parameters
            if parameter.key not in {*hidden, self.bound} and not parameter.deprecated
        ]

    @cached_property
    def narrowing(self) -> list[Parameter]:
        """The parameters that only the narrower list has; the first of them chooses it."""
        if self.narrow is None:
            return []
        known = {parameter.key for parameter in self.plan.parameters}
        return [parameter for parameter in self.narrow.parameters if parameter.key not in known]

    @cached_property
    def sole(self) -> Field | None:
        """The only member of a body that has no other, and needs it."""
        body = self.plan.body
        if body is None or not body.model or self.plan.replaces or body.upload:
            return None
        fields = self._fields(body.model)
        return fields[0] if len(fields) == 1 and fields[0].required else None

    @cached_property
    def members(self) -> list[Argument]:
        """The members of the body as arguments that need not be passed."""
        found: dict[str, Argument] = {}
        for name in self.models:
            source = self.sources.models[name]
            fields = {source.names[member.derived]: member for member in self._fields(name)}
            for attribute in source.attributes:
                member, argument = fields[attribute.name], attribute
                if member.kind.name == "file":
                    annotation = argument.annotation.replace("File", FILE, 1)
                    argument = replace(argument, annotation=annotation)
                found.setdefault(argument.name, argument)
                self.descriptions.setdefault(argument.name, member.description)
        return list(found.values())

    @property
    def models(self) -> list[str]:
        """Names of the input models: one, or one without and one with files."""
        return self.plan.body.models if self.plan.body else []

    def _fields(self, name: str) -> tuple[Field, ...]:
        return self.sources.derived.models[name].fields

    @cached_property
    def arguments(self) -> list[Argument]:
        """All arguments in order, after one without a name those that are keywords only."""
        positional: list[Argument] = []
        keyword: list[Argument] = []
        for parameter in self.parameters:
            name = parameter.argument
            self.descriptions.setdefault(name, parameter.description)
            if parameter.required:
                positional.append(Argument(name, parameter.annotation, None))
            else:
                keyword.append(Argument(name, f"{parameter.annotation} | Unset", "UNSET"))
        in_path = {one.argument for one in self.parameters if one.place == "path"}
        positional.sort(key=lambda argument: argument.name not in in_path)
        if not positional and not self.plan.body and not self.plan.paging and len(keyword) == 1:
            positional, keyword = keyword, positional
        for parameter in self.narrowing:
            name = parameter.argument
            text = f"{parameter.description} Only what belongs to it is listed."
            self.descriptions.setdefault(name, text)
            keyword.insert(0, Argument(name, f"{parameter.annotation} | Unset", "UNSET"))
        positional += self._input()
        paging = self.plan.paging or {}
        for name, key in (("start", "number"), ("page_size", "size")):
            if paging.get(key):
                keyword.append(Argument(name, "int | Unset", "UNSET"))
        if self.models:
            keyword += [] if self.sole else [_optional(member) for member in self.members]
            keyword.append(Argument("extra", "Mapping[str, Any] | None", "None"))
        keyword.append(Argument("options", "Options | None", "None"))
        self._check([*positional, *keyword])
        return [*positional, Argument("", "", None), *keyword]

    def _input(self) -> list[Argument]:
        body = self.plan.body
        if body is None:
            return []
        if self.sole is not None:
            member = self.members[0]
            self.descriptions[member.name] += f" Or the whole input as one {body.model}."
            return [Argument(member.name, f"{member.annotation} | {body.model}", None)]
        if body.models:
            self.descriptions["input_"] = (
                f"The whole input as one {' or '.join(body.models)}, in place of the keywords."
            )
            return [Argument("input_", f"{' | '.join(body.models)} | None", "None")]
        name = "content" if body.media == "content" else "input_"
        self.descriptions[name] = "What is sent."
        return [Argument(name, plain_body_type(body), None)]

    def _check(self, arguments: list[Argument]) -> None:
        names = [argument.name for argument in arguments]
        twice = {name for name in names if names.count(name) > 1} | _TAKEN & set(names)
        if not twice:
            return
        members = {member.derived for name in self.models for member in self._fields(name)}
        ours = min(twice).rstrip("_") in {name.rstrip("_") for name in members}
        self.sources.derived.document.refuse(
            f"components/schemas/{self.plan.model}" if ours else self.plan.source.place,
            f"two arguments would be called {min(twice)!r}",
            "call the parameter or the member differently by x-crmkit-name",
        )

    @property
    def names(self) -> list[str]:
        """The names of all arguments."""
        return [argument.name for argument in self.arguments if argument.name]

    def lines(self, prefix: str) -> list[str]:
        """Return the lines of the method from `def` to its docstring.

        Args:
            prefix: `Async` for the async class, empty for the sync one.
        """
        texts = []
        for argument in self.arguments:
            default = f" = {argument.default}" if argument.default is not None else ""
            text = f"{argument.name}: {safe(argument.annotation)}{default}"
            texts.append(text if argument.name else "*")
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
        descriptions = {**self._usual(), **self.descriptions}
        lines = [*summary(plan, self._renamed), ""]
        if plan.replaces:
            lines += [*wrapped(_REPLACES, "", ""), ""]
        profiles = set(plan.source.node.get("x-crmkit-profile", []))
        if profiles and profiles != self.sources.profiles:
            names = ", ".join(plan.source.node["x-crmkit-profile"])
            lines += [*wrapped(f"Only servers of {names} have it.", "", ""), ""]
        lines.append("Args:")
        for name in self.names:
            text = self._renamed(descriptions[name]) or "See the vendor's page."
            lines += wrapped(f"{name}: {text}", "    ", "        ")
        if plan.payload is not None:
            lines += ["", "Returns:", *wrapped(self._returned(plan.payload), "    ", "    ")]
        errors = self.sources.own_errors(plan)
        if errors:
            lines += ["", "Raises:"]
            for error, text in errors:
                lines += wrapped(f"{error}: {self._renamed(text)}", "    ", "        ")
        return [*lines, '"""']

    @cached_property
    def _python_names(self) -> dict[str, str]:
        """The names of arguments by those wire names that are not words of English."""
        names = {one.wire: one.argument for one in (*self.parameters, *self.narrowing)}
        for model in self.models:
            attributes = self.sources.models[model].names
            names |= {member.wire: attributes[member.derived] for member in self._fields(model)}
        paging = self.plan.paging or {}
        names |= {paging.get("number", ""): "start", paging.get("size", ""): "page_size"}
        return {wire: name for wire, name in names.items() if re.search("[a-z][A-Z]", wire)}

    def _renamed(self, text: str) -> str:
        """Return a description in which arguments have their names in Python."""
        return re.sub(r"\b\w+\b", lambda word: self._python_names.get(word[0], word[0]), text)

    def _usual(self) -> dict[str, str]:
        texts = {
            "extra": "Members beside the documented ones, such as custom fields, by wire name.",
            "options": "What this call does differently: timeout, max_retries, headers, query.",
        }
        paging = self.plan.paging
        if paging:
            by_offset = paging["strategy"] == "offset"
            counted = "offset of the first item" if by_offset else "number of the first page"
            first = paging.get("first", 0 if by_offset else 1)
            texts["start"] = f"The {counted} to read, {first} by default."
            texts["page_size"] = "Items a page."
            if "default_size" in paging:
                texts["page_size"] = f"Items a page, {paging['default_size']} by default."
        return texts

    def _returned(self, payload: Payload) -> str:
        if self.plan.paging is not None:
            return "A lazy pager: no request is made before it is iterated."
        if payload.kind.name in {"int", "digits", "str"} and payload.envelope:
            return f"The {payload.envelope[-1]}."
        return self._renamed(payload.description)


_REPLACES = (
    "The server clears what is not sent. So the record is read first, and what is not passed here "
    "is sent as it was: two calls, and a change that another client makes between them is lost."
)


def plain_body_type(body: Body) -> str:
    """Return the type of a body that is not a model."""
    if body.media == "content":
        return f"{'str | ' if body.content_type.startswith('text/') else ''}bytes | ByteStream"
    return re.sub("^dict", "Mapping", python_type(body.kind) if body.kind else "Any")


def summary(plan: OperationPlan, renamed: Callable[[str], str] = str) -> list[str]:
    """Return the first lines of a docstring: summary and description.

    Args:
        plan: The operation.
        renamed: Puts the names of arguments into a description.
    """
    node = plan.source.node
    lines = [f'"""{doc(node["summary"])}']
    for paragraph in str(node.get("description", "")).strip().split("\n\n"):
        if paragraph:
            lines += ["", *wrapped(renamed(" ".join(paragraph.split())), "", "")]
    return lines


def _optional(member: Argument) -> Argument:
    # Required members may come in the model instead; the model's own __init__ asks for them.
    unset = "" if "Unset" in member.annotation else " | Unset"
    return Argument(member.name, f"{member.annotation}{unset}", "UNSET")


def wrapped(text: str, first: str, rest: str) -> list[str]:
    """Return the lines of a docstring's text.

    Args:
        text: The text.
        first: Indentation of the first line.
        rest: Indentation of the others.
    """
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    return textwrap.wrap(
        text, 88, initial_indent=first, subsequent_indent=rest, break_long_words=False
    )
