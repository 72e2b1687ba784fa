"""Replies in YAML, read as the tree that JSON would hold.

YAML 1.1 takes `off` for a boolean, `1.2` for a number and `-08:00` for sixties. Here the parser
only says where scalars begin and end; what they are, the document says.
"""

from __future__ import annotations

import re
from typing import Any

from crmkit.core.errors import ConfigError

from .levels import Level, Levels
from .shapes import UNKNOWN, Misread, Shape, cast

try:
    import yaml
except ImportError as error:
    raise ConfigError('format="yaml" needs PyYAML: pip install "crmkit[yaml]"') from error


# In C where PyYAML was built with it; of either, nothing but the parser is used.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Directives, which take the parser quadratic time: at the beginning of a line nothing else has a %.
_DIRECTIVE = re.compile("(?:^|[\n\r\x85\u2028\u2029])\ufeff?%")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read_yaml(text: str, shape: Shape) -> Any:
    """Return the tree that a reply in YAML holds.

    Args:
        text: The reply.
        shape: Shape of the tree. Of members that the document does not know, scalars are strings.

    Raises:
        Misread: It is not YAML, or uses directives, tags, anchors, aliases, merge keys or several
            documents.
    """
    if _DIRECTIVE.search(text):
        raise Misread("the body has a directive")
    reader = _Reader(shape)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            reader.take(event)
    except yaml.YAMLError as error:
        raise Misread(f"the body is not YAML: {type(error).__name__}") from None
    return reader.tree


class _Reader(Levels):
    """Makes the tree while the parser goes through the text."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._begun = False

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            if self._begun:
                raise Misread("the body holds several documents")
            self._begun = True
        elif isinstance(event, yaml.CollectionEndEvent):
            self.put(self.open.pop().value)
        elif isinstance(event, yaml.NodeEvent):
            # Of an alias, the anchor is the name that it stands for.
            if event.anchor is not None or getattr(event, "tag", None) is not None:
                raise Misread("an alias, an anchor or a tag", self.place())
            level = self.open[-1] if self.open else None
            if level is not None and level.key is None and isinstance(level.value, dict):
                level.key = self._key(event)
            else:
                self._value(event, self.next_shape())

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.value == "<<":
            raise Misread("a key that is not a string, or merges another mapping", self.place())
        return event.value.removeprefix(":")  # assumption: Ruby may write symbols

    def _value(self, event: Any, shape: Shape) -> None:
        if isinstance(event, yaml.ScalarEvent):
            null = not event.style and event.value in _NULLS
            # A string is not null only because it looks like it.
            null = null and (shape.null or shape.kind not in {"string", None})
            self.put(None if null else cast(event.value, shape))
            return
        many = isinstance(event, yaml.SequenceStartEvent)
        if shape.kind != ("array" if many else "object"):
            shape = UNKNOWN
        self.enter(Level(shape, [] if many else {}))
