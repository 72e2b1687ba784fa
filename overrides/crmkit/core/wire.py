"""What the emitted decoders and encoders call: between wire values and Python values.

A decoder stores the name of the member it is about to convert in a local `at` and the objects done
so far in `out`; when a conversion fails, `path_of` reads the place from the frames of the
traceback. While all goes well that costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from .errors import ArgumentError, DecodeError
from .forms import LabeledValue, Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from .http import Response

T = TypeVar("T")
new = object.__new__
instant = datetime.fromisoformat
mailbox = Mailbox.parse

READ_ERRORS = (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError)
"""What decoding a reply of another form can end in."""

_KINDS: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a text",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}


class WrongForm(TypeError):
    """A wire value has another type than the document says; the text names types only.

    Attributes:
        path: Place in the reply, where whoever raises it knows it; else empty.
    """

    path = ""


def wrong(value: object, expected: str) -> NoReturn:
    """Refuse a wire value.

    Args:
        value: What was found; only its type is told, as replies hold personal data.
        expected: What the document says, such as `a text`.

    Raises:
        WrongForm: Always.
    """
    found = "null" if value is None else _KINDS.get(type(value), type(value).__name__)
    raise WrongForm(f"expected {expected}, found {found}")


# -- reading ---------------------------------------------------------------------------------------


def labeled(text: str) -> list[LabeledValue]:
    """Split a `;` list of labelled values. The text is not empty, or one element."""
    if ";" in text:
        return [labeled(part)[0] for part in text.split(";")]
    # As LabeledValue.parse, without its calls: most of the time to read a contact is spent here.
    one = new(LabeledValue)
    if text[-1:] == ")":
        one.value, found, one.label = text[:-1].rpartition(" (")
        if found:
            return [one]
    one.value = text
    one.label = None
    return [one]


def mailboxes(text: str) -> list[Mailbox]:
    """Split a `;` list of mailboxes. The text is not empty."""
    return [Mailbox.parse(part) for part in text.split(";")]


def each(values: object, expected: str, *kinds: type) -> None:
    """Check that `values` is an array whose elements all have one of the types `kinds`.

    Raises:
        WrongForm: It is not.
    """
    if type(values) is not list:
        wrong(values, "an array")
    for value in values:
        if type(value) not in kinds:
            wrong(value, expected)


class Placed(dict[str, Any]):
    """An object of a reply that knows its place, for errors of a model's `from_dict`."""

    def __init__(self, tree: dict[str, Any], path: str, operation: str, response: Response) -> None:
        super().__init__(tree)
        self.place = path, operation, response


def from_wire(decode_all: Callable[[Any, type[Any]], list[Any]], tree: object, cls: type[T]) -> T:
    """Decode one object for a model's `from_dict`.

    Raises:
        DecodeError: The tree has not the documented form.
    """
    try:
        # dict() only for other mappings: the decoders copy, and a dict's type is checked there.
        rows = [dict(tree) if isinstance(tree, Mapping) and type(tree) is not dict else tree]
        value: T = decode_all(rows, cls)[0]
    except READ_ERRORS as error:
        path, operation, response = tree.place if isinstance(tree, Placed) else ("", None, None)
        wrong = decode_error(error, prefix=path, skip=1)
        wrong.operation, wrong.response = operation, response
        raise wrong from error
    return value


def decode_error(
    error: BaseException, *, prefix: str = "", base: int = 0, skip: int = 0
) -> DecodeError:
    """Return the error that tells where a decoder failed.

    Args:
        error: What the decoder raised.
        prefix: Path of the tree that was decoded, such as `data`.
        base: Index of the first row that was decoded, when rows come in parts.
        skip: Parts of the path to leave out at its start.
    """
    parts = path_of(error)[skip:]
    if base and parts and isinstance(parts[0], int):
        parts[0] += base
    path = prefix
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    problem = (
        str(error) if isinstance(error, WrongForm) else "the value has not the documented form"
    )
    if isinstance(error, KeyError):
        problem = "a required member is missing"
    return DecodeError(problem, path=path)


def path_of(error: BaseException) -> list[str | int]:
    """Return the place where an emitted decoder failed, as member names and indexes."""
    path: list[str | int] = []
    single = False
    trace = error.__traceback__
    while trace is not None:
        frame, trace = trace.tb_frame, trace.tb_next
        if frame.f_globals.get("EMITTED") is not True:
            continue
        seen = frame.f_locals
        if "tree" in seen:  # decode(tree), which calls decode_all([tree])
            single = True
        if "rows" not in seen:
            continue
        if "out" in seen and not single:
            path.append(len(seen["out"]))
        if seen.get("at"):
            path.append(seen["at"])
        single = False
    return path


# -- writing ---------------------------------------------------------------------------------------


def _list(values: object, argument: str, kind: type, example: str) -> list[Any]:
    if not isinstance(values, list | tuple):
        raise ArgumentError(
            argument, f"takes a list of {kind.__name__}, not {type(values).__name__}: [{example}]"
        )
    for index, value in enumerate(values):
        if not isinstance(value, kind):
            raise ArgumentError(
                f"{argument}[{index}]",
                f"takes {kind.__name__}, not {type(value).__name__}: {example}",
            )
    return list(values)


def _join(texts: list[str], argument: str, by: str = ";") -> str:
    for index, text in enumerate(texts):
        if by in text:
            raise ArgumentError(
                f"{argument}[{index}]", f"holds a {by!r}, which separates elements on the wire"
            )
    return by.join(texts)


def _unread(argument: str, value: object) -> ArgumentError:
    kind = type(value).__name__
    return ArgumentError(
        argument, f"this {kind} reads back as another one: the wire's form of it is ambiguous"
    )


def joined(values: object, argument: str, by: str = ";") -> str:
    """Join texts to one that holds a list.

    Args:
        values: The texts.
        argument: Name of the member.
        by: What separates them.

    Raises:
        ArgumentError: It is no list of texts, or an element holds the separator.
    """
    if type(values) is list:
        try:
            text = by.join(values)
        except TypeError:
            pass  # told with its place below
        else:
            if text.count(by) < len(values):  # one look at the whole; each element only on doubt
                return text
    return _join(_list(values, argument, str, "'text'"), argument, by)


def joined_labels(values: object, argument: str) -> str:
    """Join labelled values to a `;` list.

    Raises:
        ArgumentError: It is no list of labelled values, an element holds `;`, or would be read
            back with another label.
    """
    texts: list[str] = []
    for item in values if type(values) is list else ():
        if type(item) is not LabeledValue or type(item.value) is not str:
            break
        label = item.label
        # Reading cuts at the last " (" of a text that ends with ")".
        if label is None:
            if item.value[-1:] == ")" and " (" in item.value:
                break
            texts.append(item.value)
        elif type(label) is str and " (" not in label:
            texts.append(f"{item.value} ({label})")
        else:
            break
    else:
        text = ";".join(texts)
        if text.count(";") < len(texts):
            return text
    return _join(_label_texts(values, argument), argument)


def _label_texts(values: object, argument: str) -> list[str]:
    """Write labelled values one by one, to tell which of them cannot be written."""
    items: list[Any] = _list(values, argument, LabeledValue, "LabeledValue('value', 'label')")
    for index, item in enumerate(items):
        if not isinstance(item.value, str) or not isinstance(item.label, str | None):
            raise ArgumentError(f"{argument}[{index}]", "takes texts for value and label")
        if LabeledValue.parse(str(item)) != LabeledValue(item.value, item.label):
            raise _unread(f"{argument}[{index}]", item)
    return [str(item) for item in items]


def mailbox_text(value: object, argument: str) -> str:
    """Write one mailbox.

    Raises:
        ArgumentError: It is no mailbox, or would be read back as another one.
    """
    if not isinstance(value, Mailbox):
        raise ArgumentError(
            argument, f"takes a Mailbox, not {type(value).__name__}: Mailbox('a@b.c', 'A B')"
        )
    if not isinstance(value.address, str) or not isinstance(value.name, str | None):
        raise ArgumentError(argument, "takes texts for address and name")
    text = str(value)
    if Mailbox.parse(text) != value:
        raise _unread(argument, value)
    return text


def joined_mailboxes(values: object, argument: str) -> str:
    """Join mailboxes to a `;` list.

    Raises:
        ArgumentError: It is no list of mailboxes, an element holds `;`, or would be read back as
            another mailbox.
    """
    items: list[Mailbox] = _list(values, argument, Mailbox, "Mailbox('a@b.c', 'A B')")
    return _join(
        [mailbox_text(item, f"{argument}[{index}]") for index, item in enumerate(items)], argument
    )


def digits_text(value: object, argument: str) -> str:
    """Write an id as digits.

    Raises:
        ArgumentError: It is no whole number from 0.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ArgumentError(argument, f"takes a whole number from 0, not {type(value).__name__}")
    return str(value)


_TWO = tuple(f"{n:02d}" for n in range(61))


def moment(value: object, argument: str, raw: bool) -> str | datetime:  # noqa: FBT001  # emitted
    """Write a moment: in UTC with `Z`.

    Args:
        value: An aware datetime.
        argument: Name of the member.
        raw: Leave a datetime in UTC as it is, for a JSON writer that writes it in this form.

    Raises:
        ArgumentError: It is no datetime, or has no time zone.
    """
    if not isinstance(value, datetime):
        raise ArgumentError(argument, f"takes an aware datetime, not {type(value).__name__}")
    if value.tzinfo is UTC:
        return value if raw else instant_text(value)
    if value.utcoffset() is None:
        raise ArgumentError(
            argument, "has no time zone; use datetime(…, tzinfo=UTC) or .astimezone()"
        )
    try:
        return instant_text(value.astimezone(UTC))
    except OverflowError:
        raise ArgumentError(argument, "lies outside the years 1 to 9999 of UTC") from None


def instant_text(value: datetime) -> str:
    """Write a datetime that is in UTC as RFC 3339 text with `Z`."""
    if not value.microsecond and value.year > 999:
        # isoformat() of an aware datetime takes twice as long.
        two = _TWO
        return (
            f"{value.year}-{two[value.month]}-{two[value.day]}"
            f"T{two[value.hour]}:{two[value.minute]}:{two[value.second]}Z"
        )
    return value.replace(tzinfo=None).isoformat() + "Z"


def checked(value: object, kind: type, argument: str) -> Any:
    """Return a plain value that the encoder has not taken at a glance.

    Args:
        value: The value, which may be of a subclass such as an enum.
        kind: `str`, `bool`, `int`, or `float` for any number.
        argument: Name of the member.

    Raises:
        ArgumentError: It is of another type, or no finite number.
    """
    fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise ArgumentError(argument, f"takes {kind.__name__}, not {type(value).__name__}")
    return opened(value, argument)


_PLAIN = {str, int, bool, type(None)}


def opened(value: object, argument: str) -> Any:
    """Return a value of open form as JSON holds it, moments and dates as text.

    Raises:
        ArgumentError: It holds a number that is not finite, a datetime without time zone, itself,
            or what JSON has no form for.
    """
    try:
        return _opened(value, argument)
    except RecursionError:
        raise ArgumentError(argument, "holds itself, or is nested too deeply") from None


def _opened(value: Any, argument: str) -> Any:  # noqa: PLR0911  # one case a type
    if type(value) in _PLAIN or isinstance(value, int):
        return value
    if isinstance(value, str):
        return str.__str__(value)  # an enum's member is written as its text
    if isinstance(value, dict):
        return {name: _opened(one, argument) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_opened(one, argument) for one in value]
    if isinstance(value, float) and isfinite(value):
        return value
    if isinstance(value, datetime):
        return moment(value, argument, raw=False)
    if isinstance(value, date):
        return value.isoformat()
    # Said here, as orjson and json differ in what else they take: NaN, UUID, dataclasses.
    raise ArgumentError(argument, f"JSON cannot hold this {type(value).__name__}")


def extras(members: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of members that the document does not name, as JSON holds them.

    Raises:
        ArgumentError: As `opened`.
    """
    if not members or _PLAIN.issuperset(map(type, members.values())):
        return members.copy()
    return {name: opened(value, name) for name, value in members.items()}


def plain(values: object, argument: str) -> list[Any]:
    """Return a list of plain values as it is written.

    Raises:
        ArgumentError: It is no list.
    """
    if not isinstance(values, list | tuple):
        raise ArgumentError(argument, f"takes a list, not {type(values).__name__}")
    return list(opened(values, argument))


def date_text(value: object, argument: str) -> str:
    """Write a date as `YYYY-MM-DD`.

    Raises:
        ArgumentError: It is no date, or is a datetime.
    """
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ArgumentError(argument, f"takes a date, not {type(value).__name__}")
    return value.isoformat()
