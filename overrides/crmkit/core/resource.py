"""Base of the emitted resource classes: `crm.contacts`, `crm.activities` and so on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .errors import ArgumentError
from .options import mapping
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .operation import Operation
    from .sender import Sender

__all__ = ["PLACEHOLDER", "Resource", "input_model", "sole_member"]

M = TypeVar("M")


class _Placeholder:
    """Stands in for a body while generated code lays out a request; the sender encodes it."""

    def to_dict(self) -> dict[str, Any]:
        return {}


PLACEHOLDER: Any = _Placeholder()


def input_model(
    model: type[M],
    operation: Operation,
    body: M | None,
    members: dict[str, Any],
    documented: frozenset[str],
    extra: Mapping[str, Any] | None = None,
) -> M:
    """Return the input model of a write, from the model itself or from keywords.

    Of keywords it holds what was given, whatever the document requires: an update may hold only
    what changes, and what a creation lacks the server tells in its own words.

    Args:
        model: Class of the input model.
        operation: The operation, for messages.
        body: The model that was passed, or None.
        members: Keywords by attribute name; `UNSET` where not given.
        documented: The wire names of all documented members.
        extra: Members that the document does not name, by wire name.

    Raises:
        ArgumentError: Both a model and keywords were passed, or `extra` names a documented member.
        TypeError: The model is of another class.
    """
    given = {name: value for name, value in members.items() if value is not UNSET}
    if body is not None:
        if not isinstance(body, model):
            raise TypeError(f"{operation.name}() takes {model.__name__}, not {type(body).__name__}")
        if given or extra:
            name = next(iter(given), "extra")
            raise ArgumentError(
                name,
                f"goes into the {model.__name__}, or all go as keywords",
                operation=operation.name,
            )
        return body
    made = object.__new__(model)
    known = {one.name for one in model.__attrs_attrs__}  # type: ignore[attr-defined]  # of attrs
    for name in given.keys() - known:
        raise TypeError(f"{operation.name}() takes no {name!r} with a {model.__name__}")
    for name in known:
        setattr(made, name, given.get(name, UNSET))
    made.additional_properties = {}  # type: ignore[attr-defined]  # every input model has it
    if extra is not None:
        for name in mapping(extra, "extra"):
            if name in documented:
                raise ArgumentError(
                    f"extra[{name!r}]",
                    "is a documented member; pass it by its own keyword",
                    operation=operation.name,
                )
        made.additional_properties.update(extra)  # type: ignore[attr-defined]  # every input model has it
    return made


def sole_member(
    model: type[M],
    operation: Operation,
    name: str,
    value: Any,
    documented: frozenset[str],
    extra: Mapping[str, Any] | None = None,
) -> M:
    """Return the input model of a write that takes one member, from the model or the member.

    Args:
        model: Class of the input model.
        operation: The operation, for messages.
        name: Attribute name of the member.
        value: The member or the model.
        documented: The wire names of all documented members.
        extra: Members that the document does not name, by wire name.

    Raises:
        ArgumentError: `extra` names a documented member, or stands beside a model.
    """
    whole: M | None = value if isinstance(value, model) else None
    members = {name: value} if whole is None else {}
    return input_model(model, operation, whole, members, documented, extra)


class Resource:
    """A group of operations of a client, sync or async.

    Args:
        sender: The client's sender.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def _replaced(
        self,
        name: str,  # noqa: ARG002  # for rooms
        tree: Any,  # noqa: ARG002  # for rooms
        kept: dict[str, Any],
        given: Mapping[str, Any],  # noqa: ARG002  # for rooms
    ) -> dict[str, Any]:
        """Return what an update that replaces writes of a record that it has read.

        Args:
            name: The operation, such as `contacts.update`.
            tree: The record as read, in the wire's form.
            kept: What is written by default: what the document says where to find.
            given: What the caller changes, in the form in which it is written; it is put over what
                is returned.

        Raises:
            CRMError: What else had to be asked cannot be.
        """
        return kept
