"""YAML of a tree, read as YAML 1.1: a plain scalar that is not a str there is none here."""

from __future__ import annotations

from typing import Any

__all__ = ["read_yaml"]


def read_yaml(content: bytes) -> Any:
    """Return the tree of a body.

    Raises:
        ImportError: The extra `yaml` is not installed.
        ValueError: It is not YAML.
    """
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise ImportError("YAML needs the package pyyaml: pip install 'crmkit[yaml]'") from error
    try:
        return yaml.load(content, Loader=_loader(yaml))  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {error}") from None


def _loader(yaml: Any) -> Any:
    class Loader(yaml.SafeLoader):  # type: ignore[misc]  # its types are not at hand
        """Takes no member twice."""

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - as in its base
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            if len(keys) != len(set(keys)):
                raise yaml.YAMLError("a member comes twice")
            return super().construct_mapping(node, deep=deep)

    return Loader
