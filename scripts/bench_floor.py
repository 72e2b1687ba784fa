"""The floor of decoding and encoding in Python: the same objects and trees, and nothing else.

What a decoder must do at the least is to make each object, list and dict of a page, and to set each
attribute; an encoder must put each member into a dict. The functions here do that from objects and
trees that are there already: they check no type, parse or write no date, split or join no string
and keep nothing odd. No decoder or encoder written in Python that gives the same result is as fast,
so that a budget below the floor cannot be reached by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

Copy = Callable[[Any], Any]


def copier(samples: list[Any]) -> Copy:
    """Return a function that copies a list of objects, or of trees, like the samples.

    It holds one straight-line function for each class, or for each place of a dict in the trees.
    """
    namespace: dict[str, Any] = {"new": object.__new__}
    expression = _expression(samples, "s", namespace)
    return eval(f"lambda rows: [{expression} for s in rows]", namespace)  # type: ignore[no-any-return]  # noqa: S307  # of our own text


def _expression(samples: Iterable[Any], value: str, namespace: dict[str, Any]) -> str:
    """Return an expression that copies `value`, of which the samples are all that it can be."""
    by_type: defaultdict[type, list[Any]] = defaultdict(list)
    for sample in samples:
        by_type[type(sample)].append(sample)
    text = value
    for type_, group in by_type.items():
        if type_ is list:
            items = _expression((item for each in group for item in each), "x", namespace)
            copied = f"{value}.copy()" if items == "x" else f"[{items} for x in {value}]"
        elif type_ is dict:
            copied = _dict(group, namespace, value)
        elif hasattr(type_, "__slots__") and type_.__module__.startswith("crmkit"):
            copied = f"{_object(type_, group, namespace)}({value})"
        else:  # plain, a datetime, a Decimal or a member of an enumeration: made by nobody here
            continue
        others = len(by_type) > 1
        text = f"({copied} if {value} else {text})" if others else copied
    return text


def _dict(group: list[dict[str, Any]], namespace: dict[str, Any], value: str) -> str:
    if not any(group):
        return "{}"
    held = dict.fromkeys(key for each in group for key in each)
    copied = {
        key: _expression([each[key] for each in group if key in each], f"s[{key!r}]", namespace)
        for key in held
    }
    always = [key for key in held if all(key in each for each in group)]
    lines = [f"    d = {{{', '.join(f'{key!r}: {copied[key]}' for key in always)}}}"]
    for key in held:
        if key not in always:
            lines += [f"    if {key!r} in s:", f"        d[{key!r}] = {copied[key]}"]
    return f"{_define([*lines, '    return d'], namespace)}({value})"


def _object(type_: type, group: list[Any], namespace: dict[str, Any]) -> str:
    slots = [name for name in type_.__slots__ if name != "__weakref__"]  # type: ignore[attr-defined]  # attrs made them
    namespace[type_.__name__] = type_
    lines = [f"    o = new({type_.__name__})"]
    for name in slots:
        copied = _expression([getattr(each, name) for each in group], f"s.{name}", namespace)
        lines.append(f"    o.{name} = {copied}")
    return _define([*lines, "    return o"], namespace)


def _define(lines: list[str], namespace: dict[str, Any]) -> str:
    name = f"copy_{len(namespace)}"
    namespace[name] = None  # takes the name
    exec("\n".join([f"def {name}(s):", *lines]), namespace)  # noqa: S102  # our own text
    return name
