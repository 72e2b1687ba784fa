"""Where a reader is in a reply: what the readers of XML and of YAML share."""

from __future__ import annotations

from typing import Any

from .shapes import UNKNOWN, Misread, Shape

_MOST = 32  # the document has at most seven


class Level:
    """An object or array that is not complete, or an element whose kind is not known yet.

    Attributes:
        shape: What the document says of it.
        value: Its members or items so far.
        key: Name of the member that comes next or is being read.
    """

    __slots__ = ("key", "shape", "value")

    def __init__(self, shape: Shape, value: dict[str, Any] | list[Any]) -> None:
        self.shape = shape
        self.value = value
        self.key: str | None = None


class Levels:
    """The levels from the top of a reply down to where its reader is.

    Args:
        shape: What the document says of the reply.

    Attributes:
        open: The levels, the top first.
        tree: The reply, when all levels are complete.
    """

    def __init__(self, shape: Shape) -> None:
        self.open: list[Level] = []
        self.tree: Any = None
        self._shape = shape

    def next_shape(self) -> Shape:
        """Return what the document says of the value that comes next."""
        if not self.open:
            return self._shape
        level = self.open[-1]
        if type(level.value) is list:
            return level.shape.item or UNKNOWN
        return level.shape.members.get(level.key or "", UNKNOWN)

    def enter(self, level: Level) -> None:
        """Go down to a level.

        Raises:
            Misread: It is too deep.
        """
        if len(self.open) == _MOST:
            raise Misread(f"more than {_MOST} levels", self.place())
        self.open.append(level)

    def put(self, value: Any) -> None:
        """Put a value where it belongs.

        Raises:
            Misread: There is one of the same name.
        """
        if not self.open:
            self.tree = value
            return
        level = self.open[-1]
        if isinstance(level.value, list):
            level.value.append(value)
        elif level.key is not None:
            if level.key in level.value:
                raise Misread("the member stands there twice", self.place())
            level.value[level.key] = value
            level.key = None

    def place(self) -> str:
        """Return where the reader is, such as `data.contacts[3].id`."""
        path = ""
        for level in self.open:
            if isinstance(level.value, list):
                path += f"[{len(level.value)}]"
            elif level.key is not None:
                path += f".{level.key}" if path else level.key
        return path
