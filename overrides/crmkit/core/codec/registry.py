"""What emitted modules of codecs are made of: a codec for each model, and its class when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

M = TypeVar("M")


class Codec(NamedTuple, Generic[M]):
    """The functions of a model.

    Attributes:
        decode: Makes an object of a tree, of a subclass if one is passed as well.
        decode_all: Makes a list of objects.
        encode: Makes a tree of an object.
        MEMBERS: The attribute of each documented member, by wire name; empty for a model that only
            replies hold and whose attributes are called like its members.
    """

    decode: Callable[..., M]
    decode_all: Callable[[Any], list[M]]
    encode: Callable[[Any], dict[str, Any]]
    MEMBERS: dict[str, str]


def loaders(
    module: dict[str, Any], models: object
) -> tuple[Callable[[str], Any], Callable[[str], dict[str, Any]]]:
    """Return what loads a class, and the members of an enum by value, when codecs first need them.

    Both stay in the module, where the codecs look first: `_Contact`, `_Color_values`.

    Args:
        module: The names of the module.
        models: The package of the classes.
    """

    def load(name: str) -> Any:
        module[f"_{name}"] = class_ = getattr(models, name)
        return class_

    def load_values(name: str) -> dict[str, Any]:
        module[f"_{name}_values"] = values = {item.value: item for item in getattr(models, name)}
        return values

    return load, load_values
