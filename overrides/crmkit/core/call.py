"""One call: an operation with everything that is sent, checked and encoded where it is made.

A `Call` does not change on its way: retries, throttle, middleware and credentials work on the
requests that are built from it. Only a `ListRequest` derives others from it, page by page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

from .body import body_of, plain_text
from .codec.values import python_value
from .errors import ArgumentError, digits, encodable, expected, in_operation
from .options import DEADLINE, checked_query, plain
from .types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Callable

    from .body import Body, Sink
    from .operation import Operation, Param
    from .options import Options, Settings

T = TypeVar("T")

_MAX_URL = 65_536  # httpx refuses longer ones


class Dialect(Protocol):
    """The part of a vendor that writes requests.

    Attributes:
        settings: Values of the path parameters that are settings of the client.
        refused_in_path: Characters that the server cannot take in a path value.
    """

    settings: Mapping[str, str]
    refused_in_path: str

    def arguments(self, operation: Operation, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return arguments as the API takes them, such as names of attributes."""
        ...

    def spread(self, argument: str, values: list[Any]) -> dict[str, Any]:
        """Return the query parameters over which a list is spread."""
        ...


@dataclass(slots=True)
class Call:
    """A call, ready to be sent any number of times.

    Args:
        operation: The operation.
        path: Path relative to the base URL, percent-encoded.
        query: Query parameters by name, in the wire's form.
        headers: Headers by lower-case name.
        body: The body.
        settings: The client's settings, with what this call does differently.
        own_query: Query parameters that win over all others: those of the options.
        sink: Where the body of the reply goes; None for into memory.
    """

    operation: Operation
    path: str
    query: dict[str, Any]
    headers: dict[str, str]
    body: Body
    settings: Settings
    own_query: dict[str, Any]
    sink: Sink | None = None

    @property
    def url(self) -> str:
        """The URL, with its query."""
        query = {**self.query, **self.own_query} if self.own_query else self.query
        url = self.settings.base_url + self.path
        texts = {name: _texts(value) for name, value in query.items()}
        return f"{url}?{urlencode(texts, doseq=True)}" if query else url

    @property
    def deadline(self) -> float | None:
        """Seconds that it may take; transfers of files have no limit unless one is set."""
        deadline = self.settings.deadline
        if not isinstance(deadline, Unset):
            return deadline
        file = self.sink or self.body.stream or self.body.files or self.operation.payload is bytes
        return None if file else DEADLINE

    def with_query(self, query: Mapping[str, Any]) -> Call:
        """Return this call with other values of some query parameters."""
        # Each page of a list has one, and replace() takes five times as long.
        own, rest = {**self.query, **query}, (self.body, self.settings, self.own_query, self.sink)
        return Call(self.operation, self.path, own, self.headers, *rest)

    def with_body(self, tree: Any) -> Call:
        """Return this call with another body.

        Raises:
            ArgumentError: It cannot be written.
        """
        return replace(self, body=body_of(self.operation, tree))


def new_call(
    dialect: Dialect,
    settings: Settings,
    operation: Operation,
    arguments: Mapping[str, Any],
    options: Options | None = None,
    body: Any = UNSET,
) -> Call:
    """Return a call, checked and encoded.

    Args:
        dialect: The vendor.
        settings: The client's settings.
        operation: The operation.
        arguments: Values by the names of its params' arguments; UNSET where not passed.
        options: What the call does differently.
        body: A tree as the wire has it; bytes, a str or a `Stream` where the operation takes its
            body as it is; UNSET for none.

    Raises:
        ArgumentError: A value cannot be sent. It names argument and operation.
    """
    with in_operation(operation.name):
        settings = settings.with_call(options)
        own_query = checked_query(options["query"]) if options and "query" in options else {}
        arguments = dialect.arguments(operation, arguments)
        path_values = {name: dialect.settings[name] for name in operation.settings}
        query: dict[str, Any] = {}
        headers: dict[str, str] = {}
        for param in operation.params:
            value = arguments.get(param.argument, UNSET)
            if param.place == "path":
                path_values[param.wire] = _path_segment(param, value, dialect.refused_in_path)
            elif value is UNSET or (value is None and param.style == "single"):
                continue
            elif param.style == "spread":
                query |= dialect.spread(param.argument, items_of(value, param.argument))
            elif param.place == "query":
                query[param.wire] = _wire_value(param, value)
            else:
                headers[param.wire.lower()] = _header(param, _wire_value(param, value))
        headers.update(settings.headers)
        path = operation.path.format_map(path_values) if path_values else operation.path
        call = Call(operation, path, query, headers, body_of(operation, body), settings, own_query)
        if len(path) > _MAX_URL or (query and len(call.url) > _MAX_URL):
            problem = f"the URL is longer than {_MAX_URL} characters"
            raise ArgumentError(_longest_argument(arguments), problem)
    return call


def encoded(operation: Operation, encode: Callable[[Any], T], value: Any) -> T:
    """Return an encoded body.

    Raises:
        ArgumentError: It cannot be written. It names the operation.
    """
    try:
        return encode(value)
    except ArgumentError as error:
        error.operation = error.operation or operation.name
        raise
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        problem = f"cannot be written: {type(error).__name__}"
        raise ArgumentError("body", problem, operation=operation.name) from None


def refuse_beside(operation: Operation, argument: str, others: Mapping[str, Any]) -> None:
    """Refuse arguments that the server would ignore beside another one.

    Args:
        operation: The operation.
        argument: Name of the other one.
        others: What it cannot be combined with; UNSET where not passed.

    Raises:
        ArgumentError: One of them was passed.
    """
    for name, value in others.items():
        if value is not UNSET:
            problem = f"cannot be combined with {argument}: the server would ignore it"
            raise ArgumentError(name, problem, operation=operation.name)


def _path_segment(param: Param, value: Any, refused: str) -> str:
    """Return a value as a segment of a path; one that would name another path is refused."""
    name = param.argument
    if param.convert is not None:
        value = param.convert(value, name)
    value = python_value(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise expected(name, "str or int", value)
    text = str.__str__(value) if isinstance(value, str) else digits(value, name)
    if text in {"", ".", ".."} or any(character in text for character in refused):
        raise ArgumentError(name, f"cannot be part of a URL path: {text!r}")
    return quote(encodable(text, name, "part of a URL"), safe="")


def _wire_value(param: Param, value: Any) -> Any:
    """Return the wire form of a query parameter or header."""
    name = param.argument
    if param.style == "single":
        if param.convert is not None:
            return param.convert(value, name)
        return plain(value, name, "str, number or bool")
    items = [_item(item, f"{name}[{n}]") for n, item in enumerate(items_of(value, name))]
    if param.style == "repeated":
        return items
    for index, item in enumerate(items):
        # Items separated by commas are names, which servers do not trim.
        if not item or param.separator in item or (param.separator == "," and " " in item):
            problem = f"must not be empty or hold {param.separator!r}, which separates items"
            raise ArgumentError(f"{name}[{index}]", f"{problem}, got {item!r}")
    return param.separator.join(items)


def items_of(values: Any, name: str) -> list[Any]:
    """Return the items of a list, set, Series or the like.

    Raises:
        ArgumentError: It is not iterable, or is a str, whose characters would be the items.
    """
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise expected(name, "a list", values)
    return [python_value(value) for value in values]


def _item(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise expected(name, "str", value)
    return str(plain(value, name, "str"))


def _header(param: Param, value: Any) -> str:
    text = plain_text(value) if not isinstance(value, list) else ",".join(value)
    if not text.isascii() or not text.isprintable() or text != text.strip():
        problem = "must be printable ASCII without whitespace around it, as it goes into a header"
        raise ArgumentError(param.argument, problem)
    return text


def _texts(value: Any) -> str | list[str]:
    if isinstance(value, list | tuple):
        return [plain_text(item) for item in value]
    return plain_text(value)


def _longest_argument(arguments: Mapping[str, Any]) -> str:
    return max(arguments, key=lambda name: len(str(arguments[name])), default="options")
