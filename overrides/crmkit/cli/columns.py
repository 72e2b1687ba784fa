"""Columns of Arrow for rows, from the types of the documents: for Parquet and DuckDB.

Datetimes are timestamps in UTC, money is decimal, lists are lists, and models are structs. What a
column cannot hold, and what nobody has described, stands as JSON in `additional_properties`, the
last column, so that nothing is lost.
"""

# Arrow has no types yet.
# pyright: reportUnknownParameterType=false

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .field_types import FieldType
    from .resources import Field, Resource

    Fit = Callable[[Any], Any]

__all__ = ["EXTRA", "Columns"]

#: The column of what the others cannot hold.
EXTRA = "additional_properties"

# Enough for money that a server has computed with floats; what has more digits stands in the last
# column.
_SCALE = 18
_DECIMAL = pa.decimal128(38, _SCALE)
_TIMESTAMP = pa.timestamp("us", tz="UTC")
_DEEPEST = 3


class _MisfitError(Exception):
    """A column cannot hold a value."""


class Columns:
    """The columns of a table.

    Args:
        resource: The resource whose models are looked at.
        fields: The columns, by the names that rows have for them.

    Attributes:
        schema: The schema of Arrow.
    """

    def __init__(self, resource: Resource, fields: Sequence[Field]) -> None:
        self._resource = resource
        self._fits: dict[str, Fit] = {}
        columns: list[tuple[str, pa.DataType]] = []
        taken = {EXTRA}
        for each in fields:
            type_, self._fits[each.name] = self._column(each.type, 0)
            columns.append((_unlike(each.name, taken), type_))
        self.schema = pa.schema([*columns, (EXTRA, pa.string())])

    def batch(self, rows: Iterable[dict[str, Any]]) -> pa.RecordBatch:
        """Return rows as a record batch.

        Args:
            rows: Rows as JSON has them, floats maybe as Decimals.
        """
        values: list[list[Any]] = [[] for _ in self.schema]
        for row in rows:
            extra = {key: value for key, value in row.items() if key not in self._fits}
            for column, (name, fit) in zip(values, self._fits.items(), strict=False):
                value = row.get(name)
                if value is not None:
                    try:
                        value = fit(value)
                    except _MisfitError:
                        extra[name], value = value, None
                column.append(value)
            values[-1].append(_json(extra) if extra else None)
        arrays = [
            pa.array(column, each.type) for column, each in zip(values, self.schema, strict=True)
        ]
        return pa.record_batch(arrays, schema=self.schema)

    def _column(self, type_: FieldType, depth: int) -> tuple[pa.DataType, Fit]:
        if type_.kind == "list":
            item, fit = self._column(type_.items, depth)
            return pa.list_(item), _list_of(fit)
        if type_.kind == "object" and type_.model is not None and depth < _DEEPEST:
            return self._struct(type_.model, depth)
        return _PLAIN.get(type_.kind) or (pa.string(), _json)

    def _struct(self, model: Any, depth: int) -> tuple[pa.DataType, Fit]:
        if not hasattr(model, "__attrs_attrs__"):  # LabeledValue and Mailbox
            names = [*model.__slots__]
            fits: dict[str, Fit] = dict.fromkeys(names, _str)
            return pa.struct([(name, pa.string()) for name in names]), _object(fits, is_open=False)
        parts = [
            (each.name, *self._column(each.type, depth + 1))
            for each in self._resource.columns_of(model)
        ]
        members = [(name, type_) for name, type_, _ in parts]
        struct = pa.struct([*members, (EXTRA, pa.string())])
        return struct, _object({name: fit for name, _, fit in parts}, is_open=True)


def _unlike(name: str, taken: set[str]) -> str:
    """Return a name that no other column has in another case, as DuckDB knows no case."""
    unlike, number = name, 1
    while unlike.lower() in taken:
        number += 1
        unlike = f"{name}_{number}"
    taken.add(unlike.lower())
    return unlike


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=_plain_number)
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate, which UTF-8 has not
        return json.dumps(value, default=_plain_number)
    return text


def _plain_number(value: Any) -> Any:
    return int(value) if value == value.to_integral_value() else float(value)


def _list_of(fit: Fit) -> Fit:
    def fit_list(value: Any) -> Any:
        if type(value) is not list:
            raise _MisfitError
        return [None if item is None else fit(item) for item in value]

    return fit_list


def _object(fits: dict[str, Fit], *, is_open: bool) -> Fit:
    def fit_object(value: Any) -> Any:
        if type(value) is not dict or not (is_open or value.keys() <= fits.keys()):
            raise _MisfitError
        made = {
            name: None if value.get(name) is None else fit(value[name])
            for name, fit in fits.items()
        }
        extra = {key: item for key, item in value.items() if key not in fits}
        return {**made, EXTRA: _json(extra) if extra else None} if is_open else made

    return fit_object


def _str(value: Any) -> str:
    if type(value) is not str:
        raise _MisfitError
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can write
        raise _MisfitError from None
    return value


def _int(value: Any) -> int:
    if type(value) is Decimal and value == value.to_integral_value():
        value = int(value)
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise _MisfitError
    return value


def _bool(value: Any) -> bool:
    if type(value) is not bool:
        raise _MisfitError
    return value


def _float(value: Any) -> float:
    if type(value) not in {int, float, Decimal}:
        raise _MisfitError
    try:
        return float(value)
    except OverflowError:
        raise _MisfitError from None


def _decimal(value: Any) -> Decimal:
    if type(value) not in {int, float, str, Decimal}:
        raise _MisfitError
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _MisfitError from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_SCALE or abs(number) >= 10 ** (38 - _SCALE):
        raise _MisfitError
    return number


def _datetime(value: Any) -> datetime:
    try:
        made = datetime.fromisoformat(_str(value))
        return made.replace(tzinfo=made.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _MisfitError from None


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(_str(value))
    except ValueError:
        raise _MisfitError from None


_PLAIN: dict[str, tuple[pa.DataType, Fit]] = {
    "bool": (pa.bool_(), _bool),
    "date": (pa.date32(), _date),
    "datetime": (_TIMESTAMP, _datetime),
    "decimal": (_DECIMAL, _decimal),
    "float": (pa.float64(), _float),
    "int": (pa.int64(), _int),
    "str": (pa.string(), _str),
}
