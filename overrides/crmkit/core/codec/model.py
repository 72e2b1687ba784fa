"""What all generated models have: conversion from and to the wire, and members beside theirs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit.core.errors import DecodeError
from crmkit.core.types import UNSET

from .decode_errors import decode_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from .registry import Codec


class Model:
    """Base of the generated models.

    Attributes:
        additional_properties: Members that the document does not name, by wire name; and those
            that it names and that could not be read, as they came.
    """

    __slots__ = ()
    _read_models: ClassVar[tuple[str, ...]] = ()  # of an input: the models of what it writes

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

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        """Return how pydantic, as in a FastAPI route, takes and writes it: by the wire's form."""
        core: Any = import_module("pydantic_core.core_schema")  # there, as it is pydantic that asks

        def validate(value: Any) -> Any:
            try:
                return value if isinstance(value, cls) else cls.from_dict(value)
            except DecodeError as error:
                raise ValueError(str(error)) from error  # as pydantic wants it

        return core.no_info_after_validator_function(
            validate,
            core.any_schema(),
            serialization=core.plain_serializer_function_ser_schema(
                cls.to_dict, return_schema=core.dict_schema()
            ),
        )

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Iterate over members as the wire has them, so that `dict(model)` is `to_dict()`."""
        return iter(self.to_dict().items())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties


def as_input(value: Any, model: type[Any]) -> Any:
    """Return what was read as the input model that writes it; any other value as it is.

    None and an empty list are left out, as replies may leave out members that have a value; what
    only replies have is left out as well. What could not be read is written as it came.

    Args:
        value: The value.
        model: The input model.
    """
    package = model.__module__.rpartition(".")[0]
    bases = [base for base in type(value).__mro__ if base.__name__ in model._read_models]  # noqa: SLF001  # ours
    if not any(base.__module__.rpartition(".")[0] == package for base in bases):
        return value
    made = object.__new__(model)
    for attribute in model.__attrs_attrs__:
        member = getattr(value, attribute.name, None)
        setattr(made, attribute.name, UNSET if member is None or member == [] else member)
    own, read = _codec(model).MEMBERS, _codec(bases[0]).MEMBERS
    made.additional_properties = {
        name: member
        for name, member in value.additional_properties.items()
        if name in own or name not in read
    }
    return made


def _codec(cls: type[Model]) -> Codec[Any]:
    """Return the codec of a model, which has its name in the package beside that of the models."""
    model = next(base for base in cls.__mro__ if Model in base.__bases__)
    package = model.__module__.rpartition(".models.")[0]
    codec: Codec[Any] = getattr(import_module(f"{package}.codec"), model.__name__)
    return codec
