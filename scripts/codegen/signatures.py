"""Signatures and docstrings of emitted methods.

Names are made as the generator makes them, or chosen by the document; types come from the
document's kinds and from the attributes of the generated models.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from .generator import Argument
from .kinds import python_type
from .prose import docstring, for_python, section, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from .derive import Derived, OperationPlan
    from .kinds import Field
    from .parameters import Parameter
    from .payloads import Payload

__all__ = ["ChangesSignature", "Signature", "safe", "summary"]

_TAKEN = {"self", "body_", "upload_", "codec", "models", "operations"}
"""Names that emitted methods use, which no argument may have."""

FILE = "File | BinaryIO | bytes | Path"
"""What methods take where a model has a `File`."""


def safe(annotation: str) -> str:
    """Return an annotation that a method called `list` does not shadow."""
    return re.sub(r"(?<!\.)\b(list|dict|set|type)\[", r"builtins.\1[", annotation)


@dataclass
class Signature:
    """The arguments of an emitted method.

    Args:
        plan: The operation.
        derived: What is made of the document.
        narrow: The operation that lists a part of it; None for none.
        bound: Key of the parameter whose value belongs to the resource; None for none.
    """

    plan: OperationPlan
    derived: Derived
    narrow: OperationPlan | None = None
    bound: tuple[str, str] | None = None
    descriptions: dict[str, str] = field(init=False, default_factory=dict)

    @cached_property
    def parameters(self) -> list[Parameter]:
        """The parameters that have arguments: neither those of paging nor deprecated ones."""
        hidden = {("query", wire) for wire in self.plan.paging_arguments.values()}
        params = [param for param in self.plan.parameters if not param.deprecated]
        return [param for param in params if param.key not in {*hidden, self.bound}]

    @cached_property
    def narrowing(self) -> list[Parameter]:
        """The parameters that only the narrower list has; the first of them chooses it."""
        if self.narrow is None:
            return []
        known = {param.key for param in self.plan.parameters}
        return [param for param in self.narrow.parameters if param.key not in known]

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
        members: dict[str, Argument] = {}
        for name in self.plan.models:
            class_ = self.derived.classes[name]
            fields = {class_.names[member.derived]: member for member in self._fields(name)}
            for attribute in class_.attributes:
                member, argument = fields[attribute.name], attribute
                if member.kind.name == "file":
                    annotation = argument.annotation.replace("File", FILE, 1)
                    argument = replace(argument, annotation=annotation)
                members.setdefault(argument.name, argument)
                self.descriptions.setdefault(argument.name, member.description)
        return list(members.values())

    def _fields(self, name: str) -> tuple[Field, ...]:
        return self.derived.schemas.models[name].fields

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
        in_path = {param.argument for param in self.parameters if param.place == "path"}
        positional.sort(key=lambda argument: argument.name not in in_path)
        if not positional and not self.plan.body and not self.plan.paging and len(keyword) == 1:
            positional, keyword = keyword, positional
        for parameter in self.narrowing:
            name = parameter.argument
            text = f"{parameter.description} Only what belongs to it is listed."
            self.descriptions.setdefault(name, text)
            keyword.insert(0, Argument(name, f"{parameter.annotation} | Unset", "UNSET"))
        positional += self._input()
        keyword += [Argument(name, "int | Unset", "UNSET") for name in self.plan.paging_arguments]
        if self.plan.models:
            keyword += [] if self.sole else [_optional(member) for member in self.members]
            keyword.append(Argument("extra", "Mapping[str, Any] | None", "None"))
        keyword.append(Argument("options", "Options | None", "None"))
        self._check([*positional, *keyword])
        return [*positional, Argument("", "", None), *keyword]

    def _input(self) -> list[Argument]:
        body = self.plan.body
        if body is None:
            return []
        reads = self.derived.schemas.read_models(body.model) if body.model else ()
        if self.sole is not None:
            member = self.members[0]
            self.descriptions[member.name] += f" Or the whole input as one {body.model}."
            annotation = " | ".join((member.annotation, body.model, *reads))
            return [Argument(member.name, annotation, None)]
        if body.models:
            self.descriptions["input_"] = (
                f"The whole input as one {' or '.join(body.models)}, in place of the keywords."
                + (f" Or one {' or '.join(reads)} as it was read: {_NOT_SENT}" if reads else "")
            )
            models = dict.fromkeys((*body.models, *reads))
            return [Argument("input_", f"{' | '.join(models)} | None", "None")]
        name = "content" if body.media == "content" else "input_"
        self.descriptions[name] = "What is sent."
        return [Argument(name, body.plain_type, None)]

    def _check(self, arguments: list[Argument]) -> None:
        names = [argument.name for argument in arguments]
        twice = {name for name in names if names.count(name) > 1} | _TAKEN & set(names)
        if not twice:
            return
        members = {member.derived for name in self.plan.models for member in self._fields(name)}
        ours = min(twice).rstrip("_") in {name.rstrip("_") for name in members}
        place = f"components/schemas/{self.plan.model}" if ours else self.plan.source.place
        remedy = "call the parameter or the member differently by x-crmkit-name"
        problem = f"two arguments would be called {min(twice)!r}"
        self.derived.document.refuse(place, problem, remedy)

    @property
    def names(self) -> list[str]:
        """The names of all arguments."""
        return [argument.name for argument in self.arguments if argument.name]

    #: What a list returns.
    pager = "Pager"

    @property
    def method(self) -> str:
        """Name of the method."""
        return str(self.plan.source.public[1])

    def lines(self, prefix: str) -> list[str]:
        """Return the lines of the method from `def` to its docstring.

        Args:
            prefix: `Async` for the async class, empty for the sync one.
        """
        texts = [safe(argument.code) if argument.name else "*" for argument in self.arguments]
        payload, back = self.plan.payload, safe(self.plan.returned)
        wait = "async " if prefix else ""
        if self.plan.paging is not None and payload is not None:
            wait, back = "", f"{prefix}{self.pager}[{safe(python_type(payload.kind.items[0]))}]"
        return [
            f"{wait}def {self.method}(self, {', '.join(texts)},) -> {back}:",
            *(f"    {line}" if line else "" for line in self._docstring()),
        ]

    # -- docstrings --------------------------------------------------------------------------------

    def _docstring(self) -> list[str]:
        plan, renamed = self.plan, self._renamed
        descriptions = {**self._usual(), **self.descriptions}
        texts = [*self._texts(), _REPLACES if plan.replaces else ""]
        profiles = plan.source.profiles
        if profiles and {*profiles} != self.derived.profiles:
            texts.append(f"Only servers of {', '.join(profiles)} have it.")
        lines = docstring(*texts)
        lines += section("Args", ((name, renamed(descriptions[name])) for name in self.names))
        if plan.payload is not None:
            lines += ["", "Returns:", *wrapped(self._returned(plan.payload), "    ", "    ")]
        errors = self.derived.own_errors(plan)
        return [*lines, *section("Raises", ((name, renamed(text)) for name, text in errors)), '"""']

    def _texts(self) -> list[str]:
        """Return the summary and the paragraphs after it."""
        texts, paging = summary(self.plan, self._renamed), self.plan.paging or {}
        if "order" in paging:
            moved = "`changes` finds what was moved." if self.plan.changes else ""
            fixed = "" if "size" in paging else _FIXED
            texts.append(f"{_PLACE} {_ORDERS[paging['order']]} {moved} {fixed}")
        return texts

    @cached_property
    def _python_names(self) -> dict[str, str]:
        """The names of arguments by those wire names that are not words of English."""
        names = {param.wire: param.argument for param in (*self.parameters, *self.narrowing)}
        for model in self.plan.models:
            attributes = self.derived.classes[model].names
            names |= {member.wire: attributes[member.derived] for member in self._fields(model)}
        names |= {wire: name for name, wire in self.plan.paging_arguments.items()}
        return {wire: name for wire, name in names.items() if re.search("[a-z][A-Z]", wire)}

    def _renamed(self, text: str) -> str:
        """Return a description in Python's words, in which arguments have their names in Python."""
        names = self._python_names
        return for_python(re.sub(r"\b\w+\b", lambda word: names.get(word[0], word[0]), text))

    def _usual(self) -> dict[str, str]:
        texts = {
            "extra": "Members beside the documented ones, such as custom fields, by wire name.",
            "options": "What this call does differently; see `Options`.",
            **_CHANGES_ARGUMENTS,
        }
        paging = self.plan.paging
        if paging:
            by_offset = paging["strategy"] == "offset"
            counted = "offset of the first item" if by_offset else "number of the first page"
            first = paging.get("first", 0 if by_offset else 1)
            texts["start"] = f"The {counted} to read, {first} by default."
            size = f", {paging['default_size']} by default" if "default_size" in paging else ""
            texts["page_size"] = f"Items a page{size}."
        return texts

    def _returned(self, payload: Payload) -> str:
        if self.plan.paging is not None:
            held = " with a `cursor`" if self.pager == "Changes" else ""
            return f"A lazy pager{held}: no request is made before it is iterated."
        if payload.kind.name in {"int", "digits", "str"} and payload.envelope:
            return f"The {payload.envelope[-1]}."
        return self._renamed(payload.description)


class ChangesSignature(Signature):
    """The arguments of the method that lists what has changed: the list's own filters, and more."""

    pager = "Changes"
    method = "changes"

    @cached_property
    def parameters(self) -> list[Parameter]:
        """The parameters that neither page nor sort."""
        fixed = {("query", wire) for wire in self.derived.document.changes["query"]}
        return [param for param in super().parameters if param.key not in fixed]

    @cached_property
    def arguments(self) -> list[Argument]:
        """All arguments in order."""
        kept = [item for item in super().arguments if item.name != "start"]
        star = next(place for place, item in enumerate(kept) if not item.name)
        since = Argument("since", "datetime.datetime | str", None)
        settle = Argument("settle", "float", "5.0")
        return [*kept[:star], since, kept[star], settle, *kept[star + 1 :]]

    def _texts(self) -> list[str]:
        changes = self.derived.document.changes
        listed = self.plan.source.node["summary"].removesuffix(".")
        held = _BY_TIME if "after" in changes else _HELD
        summary = f"{listed} that have changed, oldest change first."
        return [summary, _SETTLES, held, self._renamed(changes["unseen"])]


_NOT_SENT = "what is None or empty there is not sent."

_PLACE = (
    "Whatever is created, changed or deleted meanwhile, a record that stays and keeps its place in "
    "the order comes exactly once; one that a change moves may be missed."
)

_ORDERS = {
    "total": "",
    "ties": "The server sorts by one value: where it lists records that are equal in it in another "
    "order for the next page, some of them may be missed as well.",
    "unknown": "The server does not say in which order it lists: where that differs from page to "
    "page, records may be missed as well.",
}

_FIXED = (
    "The server decides on the size of a page, so each page is read again after the next one: that "
    "shows what has shifted, but not two changes that cancel out in between."
)

_CHANGES_ARGUMENTS = {
    "since": "An aware datetime, which counts in, or the `cursor` of an earlier run.",
    "settle": "How many seconds old a change must be, by the server's clock. Raise it for a server "
    "whose saves may take longer than that.",
}

_SETTLES = (
    "Each record comes once, as it is now, if it was changed at `since` or later, and `settle` "
    "seconds or more before the server's own time; what is younger comes with the next run. Store "
    "`cursor` after each item and pass it as `since`: the next run goes on right there. A change "
    "that others can see only later than `settle` seconds after its time stamp is missed."
)

_BY_TIME = "Changes are asked for by time and id, so that no number of them is too many."

_HELD = (
    "The server lists the newest change first. So a run reads down to `since` before the first "
    "item comes, and holds what has changed until then. A record may come twice, and of records "
    "changed in one second at the edge of a page the server may leave some out: it has no second "
    "key to sort by."
)

_REPLACES = (
    "The server clears what is not sent. So the record is read first, and what is not passed here "
    "is sent as it was: two calls, and another's change between them is undone."
)


def summary(plan: OperationPlan, renamed: Callable[[str], str] = for_python) -> list[str]:
    """Return summary and description, the latter put into Python's words, by paragraph."""
    node = plan.source.node
    return [node["summary"], *renamed(node.get("description", "")).split("\n\n")]


def _optional(member: Argument) -> Argument:
    # Required members may come in the model instead; the model's own __init__ asks for them.
    unset = "" if "Unset" in member.annotation else " | Unset"
    return Argument(member.name, f"{member.annotation}{unset}", "UNSET")
