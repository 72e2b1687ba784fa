"""What all generated models have: conversion from and to the wire, and members beside theirs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .decode_errors import decode_model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


class Model:
    """Base of the generated models.

    Attributes:
        additional_properties: Members that the document does not name, by wire name; and those
            that it names and that could not be read, as they came.
    """

    __slots__ = ()

    additional_properties: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the object as the wire has it.

        Raises:
            ArgumentError: The wire cannot hold a value.
        """
        tree: dict[str, Any] = _codec(type(self)).encode(self)
        return tree

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Return the object of what the wire has.

        Raises:
            DecodeError: It is not in the documented format.
        """
        return decode_model(_codec(cls).decode, src_dict, cls)

    @property
    def additional_keys(self) -> list[str]:
        """The names of the members that the document does not name."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties


def _codec(cls: type[Model]) -> Any:
    """Return the codec module of a model, which stands beside it under the same name."""
    model = next(base for base in cls.__mro__ if Model in base.__bases__)
    package, _, module = model.__module__.rpartition(".models.")
    return import_module(f"{package}.codec.{module}")
