"""Custom fields of EspoCRM by the names of their attributes, with values of real types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmkit.core.codec.datetimes import (
    decode_date,
    decode_datetime,
    encode_date,
    encode_espo_datetime,
)
from crmkit.core.codec.decode_errors import DECODE_ERRORS, MalformedValue
from crmkit.core.codec.nested import check_type, decode_items, encode_list
from crmkit.core.codec.numbers import decode_decimal, encode_decimal
from crmkit.core.codec.values import encode_plain
from crmkit.core.errors import ArgumentError, DecodeError
from crmkit.core.options import mapping

from .names import nearest
from .where import wire_tree

if TYPE_CHECKING:
    from crmkit.core.codec.model import Model

_TEXTS = ("varchar", "text", "wysiwyg", "url", "enum", "email", "phone", "password", "colorpicker")
_PARTS = {
    **dict.fromkeys((*_TEXTS, "barcode"), ":str"),
    **dict.fromkeys(("array", "checklist", "multiEnum", "urlMultiple"), ":strs"),
    **dict.fromkeys(("int", "enumInt", "duration"), ":int"),
    **dict.fromkeys(("float", "enumFloat"), ":float"),
    **dict.fromkeys(("link", "linkOne", "file", "image"), "Id:str Name:str!"),
    "bool": ":bool",
    "date": ":date",
    "datetime": ":datetime",
    "decimal": ":decimal",
    "autoincrement": ":int!",
    "currencyConverted": ":decimal!",
    "number": ":str!",
    "foreign": ":json!",
    "map": ":json!",
    "datetimeOptional": ":datetime Date:date",
    "rangeInt": "from:int to:int",
    "rangeFloat": "from:float to:float",
    "address": "Street:str City:str State:str Country:str PostalCode:str Map:json!",
    "attachmentMultiple": "Ids:strs Names:json! Types:json!",
    "currency": ":decimal Currency:str Converted:decimal!",
    "linkMultiple": "Ids:strs Names:json! Columns:json",
    "linkParent": "Id:str Type:str Name:str!",
}
"""The attributes of each type of field: suffix of the name, kind of value, `!` if read-only."""


def _float(value: Any, argument: str) -> Any:
    return encode_plain(float(value) if isinstance(value, Decimal) else value, float, argument)


def _strs(values: Any, argument: str) -> Any:
    return encode_list(values, argument, lambda value, at: encode_plain(value, str, at))


_KINDS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, str], Any]]] = {
    "bool": (lambda v: check_type(v, "bool", bool), lambda v, at: encode_plain(v, bool, at)),
    "date": (decode_date, encode_date),
    "datetime": (decode_datetime, encode_espo_datetime),
    "decimal": (decode_decimal, encode_decimal),
    "float": (lambda v: float(check_type(v, "number", int, float)), _float),
    "int": (lambda v: check_type(v, "int", int), lambda v, at: encode_plain(v, int, at)),
    "json": (lambda v: v, wire_tree),
    "str": (lambda v: check_type(v, "str", str), lambda v, at: encode_plain(v, str, at)),
    "strs": (lambda v: decode_items(v, "str", str), _strs),
}


class CustomFields:
    """The custom fields of an entity type.

        fields = CustomFields(crm.metadata.get(key="entityDefs.Account.fields"))
        fields.read(account)["cLastVisit"]                         # an aware datetime
        crm.accounts.update(account.id, extra=fields.write({"cLastVisit": datetime.now(UTC)}))

    Most fields are one attribute of the field's name. A currency has `cBudgetCurrency` too, a link
    and a file are `cContractId` and `cContractName`, several of them `cPapersIds`, an address is
    `cPlaceStreet`, `cPlaceCity` and so on.

    Args:
        definitions: The definitions, as `metadata.get` gives them.

    Raises:
        ArgumentError: They are not a mapping of definitions.
    """

    def __init__(self, definitions: Mapping[str, Any] | list[Any]) -> None:
        self._attributes: dict[str, tuple[str, bool]] = {}  # what they hold; whether read-only
        self._fields: dict[str, str] = {}
        # PHP writes an empty object as an empty list.
        fields = {} if definitions == [] else definitions
        for field, definition in mapping(fields, "definitions").items():
            if mapping(definition, f"definitions[{field!r}]").get("isCustom"):
                self._add(field, definition)

    def _add(self, field: str, definition: Mapping[str, Any]) -> None:
        for part in _PARTS.get(str(definition.get("type")), ":json").split():
            end, _, kind = part.rstrip("!").partition(":")
            name = field + end if not end.islower() else end + field[0].upper() + field[1:]
            self._attributes[name] = kind, part.endswith("!") or bool(definition.get("readOnly"))
            if end in {"Id", "Ids"}:
                self._fields[field] = name

    @property
    def names(self) -> list[str]:
        """The names of all attributes."""
        return list(self._attributes)

    @property
    def types(self) -> dict[str, str]:
        """What each attribute holds: bool, date, datetime, decimal, float, int, str, strs, json."""
        return {name: kind for name, (kind, _) in self._attributes.items()}

    def read(self, record: Model | Mapping[str, Any]) -> dict[str, Any]:
        """Return a record's values by the names of attributes; None for one without a value.

        Datetimes are aware, dates are dates, money and decimals are Decimal, choices among several
        are list[str], as are the ids of several records (empty without a value).

        Args:
            record: The record, or its tree.

        Raises:
            DecodeError: A value does not have the form of its field's type. The value itself stays
                readable in `record.additional_properties`.
        """
        tree = record if isinstance(record, Mapping) else record.to_dict()
        return {name: _read(name, kind, tree) for name, (kind, _) in self._attributes.items()}

    def write(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the `extra=` of a create or update for values by the names of attributes.

        None clears. A link, file or list of them goes by the name of its field as well:
        `cContract` is `cContractId`.

        Args:
            values: Aware datetimes, dates, Decimals, ints, floats, bools, str, lists of str.

        Raises:
            ArgumentError: There is no such attribute, it is read-only, or the value has another
                type.
        """
        extra: dict[str, Any] = {}
        for name, value in mapping(values, "values").items():
            attribute = self._fields.get(name, name)
            if attribute not in self._attributes:
                hint = nearest(str(name), self._attributes)
                raise ArgumentError(str(name), f"unknown custom field{hint}")
            kind, read_only = self._attributes[attribute]
            if read_only:
                raise ArgumentError(name, "is read-only: the server sets it")
            extra[attribute] = None if value is None else _KINDS[kind][1](value, name)
        return extra


def _read(name: str, kind: str, tree: Mapping[str, Any]) -> Any:
    value = tree.get(name)
    if value is None:
        return [] if kind == "strs" else None
    try:
        return _KINDS[kind][0](value)
    except DECODE_ERRORS as error:
        problem = str(error) if isinstance(error, MalformedValue) else f"not a {kind}"
        raise DecodeError(problem, path=name) from None
