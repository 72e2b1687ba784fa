"""Base of the generated resource classes: `crm.contacts`, `crm.activities` and so on."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from .body import RequestTree
from .call import encoded, new_call
from .codec.values import encode_json
from .errors import ArgumentError, in_operation
from .options import mapping
from .paging import ListRequest
from .types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from .call import Call
    from .changes import ChangesRequest
    from .codec.registry import Codec
    from .merge import Merge
    from .operation import Operation
    from .options import Options
    from .sender import Sender
    from .types import Unset

M = TypeVar("M")
T = TypeVar("T")


def request_tree(
    operation: Operation,
    model: type[M],
    codec: Codec[M],
    input_: Any,
    members: dict[str, Any],
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of a write as the wire has it, from the input model or from keywords.

    Of keywords it holds those that were passed, whatever the document requires: an update may hold
    only what changes, and what a creation lacks the server reports in its own words.

    Args:
        operation: The operation, for messages.
        model: Class of the input model.
        codec: Its codec.
        input_: The model that was passed, or what was read of its kind, or None.
        members: Keywords by attribute name; `UNSET` where not passed.
        extra: Members that the document does not name, by wire name.

    Raises:
        ArgumentError: Both a model and keywords were passed, `extra` names a documented member by
            its wire or Python name, or a value cannot be written.
        TypeError: The model is of another class.
    """
    from .codec.model import as_input  # here, so that resources load without it

    passed = {name: value for name, value in members.items() if value is not UNSET}
    input_ = as_input(input_, model)
    if input_ is None:
        input_ = _model(operation, model, codec, passed, extra)
    elif not isinstance(input_, model):
        expected = model.__name__
        raise TypeError(f"{operation.name}() expected {expected}, got {type(input_).__name__}")
    elif passed or extra:
        name = next(iter(passed), "extra")
        both = f"pass either a {model.__name__} or keyword arguments, not both (got {name}=)"
        raise ArgumentError(name, both, operation=operation.name)
    tree = RequestTree(codec.MEMBERS, extra or ())
    try:
        tree.update(encoded(operation, codec.encode, input_))
    except ArgumentError as error:
        error.argument = tree.name_of(error.argument)
        raise
    return tree


def member_tree(
    operation: Operation,
    model: type[M],
    codec: Codec[M],
    name: str,
    value: Any,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of a write with one documented member, from the model or the member.

    Args:
        operation: The operation, for messages.
        model: Class of the input model.
        codec: Its codec.
        name: Attribute name of the member.
        value: The member or the model.
        extra: Members that the document does not name, by wire name.

    Raises:
        ArgumentError: As `request_tree`.
    """
    from .codec.model import as_input

    if isinstance(as_input(value, model), model):
        return request_tree(operation, model, codec, value, {}, extra)
    return request_tree(operation, model, codec, None, {name: value}, extra)


def plain_tree(
    operation: Operation, input_: Any, encode: Callable[[Any, str], Any] = encode_json
) -> Any:
    """Return the body of a write whose members the document does not name.

    Args:
        operation: The operation, for messages.
        input_: The body.
        encode: Writes it.

    Raises:
        ArgumentError: JSON cannot hold it.
    """
    return encoded(operation, lambda value: encode(value, "input_"), input_)


def _model(
    operation: Operation,
    model: type[M],
    codec: Codec[M],
    passed: dict[str, Any],
    extra: Mapping[str, Any] | None,
) -> M:
    unset = _unset(model)  # type: ignore[arg-type]  # a class can be hashed
    for name in passed.keys() - unset.keys():
        raise TypeError(f"{operation.name}() got {name!r}, which {model.__name__} does not have")
    input_: Any = model(**(unset | passed))
    if extra is not None:
        with in_operation(operation.name):
            input_.additional_properties.update(mapping(extra, "extra"))
        for name in extra:
            keyword, place = codec.MEMBERS.get(name, name), f"extra[{name!r}]"
            if keyword in unset:
                problem = f"is a documented member: pass it as {keyword}="
                raise ArgumentError(place, problem, operation=operation.name)
    return input_  # type: ignore[no-any-return]  # of the class, whose arguments nobody knows here


@cache
def _unset(model: Any) -> dict[str, Any]:
    """Return arguments of an input model none of which is passed, required ones included."""
    return dict.fromkeys((each.name for each in model.__attrs_attrs__ if each.init), UNSET)


class Resource:
    """A group of operations of a client, sync or async.

    What every call may raise stands in `crmkit.core.client.Client`.

    Args:
        sender: The client's sender.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine of a sync client's method; see `awaitable` for async clients."""
        result: T = self._sender.io.run(work)
        return result

    def _call(
        self,
        operation: Operation,
        arguments: dict[str, Any],
        options: Options | None = None,
        body: Any = UNSET,
    ) -> Call:
        """Return a call of this client; see `new_call`."""
        sender = self._sender
        return new_call(sender.vendor, sender.settings, operation, arguments, options, body)

    def _list(
        self,
        operation: Operation,
        arguments: dict[str, Any],
        options: Options | None,
        start: int | Unset = UNSET,
        page_size: int | Unset = UNSET,
    ) -> ListRequest:
        """Return a list of this client."""
        call = self._call(operation, arguments, options)
        return ListRequest(self._sender, call, start, page_size)

    def _changes(
        self, operation: Operation, arguments: dict[str, Any], options: Any, *settings: Any
    ) -> ChangesRequest:
        """Return what has changed in a list of this client; see `ChangesRequest` for settings."""
        from .changes import ChangesRequest

        operation = replace(operation, name=f"{operation.name.rpartition('.')[0]}.changes")
        call = self._call(operation, arguments, options)
        # What is selected of a record may differ from run to run.
        identity = self._call(operation, {**arguments, "select": UNSET}, options)
        return ChangesRequest(self._sender, call, identity, *settings)

    def _merge(
        self,
        merge: Merge,
        arguments: dict[str, Any],
        options: Options | None,
        changes: dict[str, Any],
        decode: Callable[[Any], T] | None,
    ) -> Coroutine[Any, Any, T]:
        """Return an update that reads, merges and writes; `options["query"]` goes to the write."""
        from .merge import merge_update

        write = self._call(merge.write, arguments, options, changes)
        reading: Any = {name: value for name, value in (options or {}).items() if name != "query"}
        read = self._call(merge.read, arguments, reading)
        return merge_update(self._sender, merge, read, write, changes, self._merged, decode)

    async def _merged(
        self,
        name: str,  # noqa: ARG002  # for subclasses
        tree: Any,  # noqa: ARG002  # for subclasses
        body: dict[str, Any],
        changes: Mapping[str, Any],  # noqa: ARG002  # for subclasses
    ) -> dict[str, Any]:
        """Return what an update that replaces writes of a record that it has read.

        Args:
            name: The operation, such as `contacts.update`.
            tree: The record as read, in the wire's form.
            body: What is written by default: what the document says where to find, and the changes.
            changes: What the caller changes, in the form in which it is written.

        Raises:
            CRMError: Another call that was needed failed.
        """
        return body
