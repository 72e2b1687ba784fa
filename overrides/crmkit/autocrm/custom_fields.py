"""Custom fields of EspoCRM by the names of their attributes, with values of real types."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

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
    from collections.abc import Callable

    from crmkit.core.codec.model import Model

__all__ = ["CustomFields"]

_DATES = {"date": ":date", "datetime": ":datetime", "datetimeOptional": ":datetime Date:date"}
_NUMBERS = {
    **dict.fromkeys(("int", "enumInt", "duration"), ":int"),
    **dict.fromkeys(("float", "enumFloat"), ":float"),
    "autoincrement": ":int!",
    "decimal": ":decimal",
    "currencyConverted": ":decimal!",
    "currency": ":decimal Currency:str Converted:decimal!",
    "rangeInt": "from:int to:int",
    "rangeFloat": "from:float to:float",
}
_LINKS = {
    **dict.fromkeys(("link", "linkOne", "file", "image"), "Id:str Name:str!"),
    "linkParent": "Id:str Type:str Name:str!",
    "linkMultiple": "Ids:strs Names:json! Columns:json",
    "attachmentMultiple": "Ids:strs Names:json! Types:json!",
}
_TEXTS = ("varchar", "text", "wysiwyg", "url", "enum", "email", "phone", "password", "colorpicker")
_PARTS = {
    **(_DATES | _NUMBERS | _LINKS | dict.fromkeys((*_TEXTS, "barcode"), ":str")),
    **dict.fromkeys(("array", "checklist", "multiEnum", "urlMultiple"), ":strs"),
    "bool": ":bool",
    "foreign": ":json!",
    "map": ":json!",
    "number": ":str!",
    "address": "Street:str City:str State:str Country:str PostalCode:str Map:json!",
}
"""By the type of a field its attributes: what follows its name, what they hold, ! if read-only."""

_READ: dict[str, Callable[[Any], Any]] = {
    "str": lambda value: check_type(value, "str", str),
    "int": lambda value: check_type(value, "int", int),
    "float": lambda value: float(check_type(value, "number", int, float)),
    "bool": lambda value: check_type(value, "bool", bool),
    "strs": lambda value: decode_items(value, "str", str),
    "date": decode_date,
    "datetime": decode_datetime,
    "decimal": decode_decimal,
    "json": lambda value: value,
}
_WRITE: dict[str, Callable[[Any, str], Any]] = {
    "str": lambda value, name: encode_plain(value, str, name),
    "int": lambda value, name: encode_plain(value, int, name),
    "float": lambda value, name: encode_plain(
        float(value) if isinstance(value, Decimal) else value, float, name
    ),
    "bool": lambda value, name: encode_plain(value, bool, name),
    "strs": lambda values, name: encode_list(values, name, _WRITE["str"]),
    "date": encode_date,
    "datetime": encode_espo_datetime,
    "decimal": encode_decimal,
    "json": wire_tree,
}


class _Attribute(NamedTuple):
    name: str
    kind: str
    read_only: bool


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
        ArgumentError: They are none.
    """

    def __init__(self, definitions: Mapping[str, Any] | list[Any]) -> None:
        self._attributes: dict[str, _Attribute] = {}
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
            read_only = part.endswith("!") or bool(definition.get("readOnly"))
            self._attributes[name] = _Attribute(name, kind, read_only)
            if end in {"Id", "Ids"}:
                self._fields[field] = name

    @property
    def names(self) -> list[str]:
        """The names of all attributes."""
        return list(self._attributes)

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
        return {
            name: _read(attribute, tree.get(name)) for name, attribute in self._attributes.items()
        }

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
            attribute = self._attributes.get(self._fields.get(name, name))
            if attribute is None:
                raise ArgumentError(str(name), f"unknown custom field{nearest(name, self.names)}")
            if attribute.read_only:
                raise ArgumentError(name, "is read-only: the server sets it")
            extra[attribute.name] = None if value is None else _WRITE[attribute.kind](value, name)
        return extra


def _read(attribute: _Attribute, value: Any) -> Any:
    if value is None:
        return [] if attribute.kind == "strs" else None
    try:
        return _READ[attribute.kind](value)
    except DECODE_ERRORS as error:
        problem = str(error) if isinstance(error, MalformedValue) else f"not a {attribute.kind}"
        raise DecodeError(problem, path=attribute.name) from None
