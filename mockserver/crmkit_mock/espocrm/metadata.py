"""Metadata of the entity types, and their labels."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access_table import access_table
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.scope_values import BEFORE_10, EVERYBODYS, SCOPES, SINCE

if TYPE_CHECKING:
    from crmkit_mock.espocrm.fields import EntityType, Field, Link
    from crmkit_mock.espocrm.session import Session

_LINK_TYPES = {
    "belongs_to": "belongsTo",
    "has_many": "hasMany",
    "children": "hasChildren",
    "many_many": "hasMany",
    "has_one": "hasOne",
    "parent": "belongsToParent",
}


@cache
def _metadata(release: tuple[int, ...]) -> dict[str, Any]:
    """Return all metadata. The tree is shared and must not be changed."""
    return {
        "entityDefs": {name: _entity(entity) for name, entity in ENTITY_TYPES.items()},
        "scopes": {
            name: _scope(name, scope, release)
            for name, scope in SCOPES.items()
            if release >= SINCE.get(name, ())
        },
    }


def _scope(name: str, scope: dict[str, Any], release: tuple[int, ...]) -> dict[str, Any]:
    if release >= (10, 0):
        return scope
    members = {**scope, **BEFORE_10.get(name, {})}
    return {member: value for member, value in members.items() if value is not None}


def metadata_at_key(session: Session) -> Any:
    """Return the part of the metadata at the dotted key of the query, or all without a key.

    Entity types that the user may not read are left out.

    Returns:
        A JSON tree; None if the key is unknown.
    """
    key = session.query.get("key")
    access = access_table(session.user, session.release)["table"]
    node: Any = {
        part: {name: tree for name, tree in trees.items() if name in EVERYBODYS or name in access}
        for part, trees in _metadata(session.release).items()
    }
    if not isinstance(key, str) or not key:
        return node
    for step in key.split("."):
        if not isinstance(node, dict) or step not in node:
            return None
        node = node[step]
    return node


def labels() -> dict[str, Any]:
    """Return the labels of entity types and fields, which are their names."""
    return {
        "Global": {"scopeNames": {name: name for name in ENTITY_TYPES}},
        **{
            name: {"fields": {field.name: field.name for field in entity.fields}}
            for name, entity in ENTITY_TYPES.items()
        },
    }


def _entity(entity: EntityType) -> dict[str, Any]:
    return {
        "fields": {field.name: _field(field) for field in entity.fields},
        "links": {name: _link(link) for name, link in entity.all_links.items()},
        "collection": {
            "orderBy": entity.order[0],
            "order": entity.order[1],
            "textFilterFields": list(entity.text_filter),
        },
    }


#: Members of the fields that every entity type has.
_VIEWS: dict[str, dict[str, Any]] = {
    "createdBy": {"view": "views/fields/user"},
    "modifiedBy": {"view": "views/fields/user"},
    "assignedUser": {"required": False, "view": "views/fields/assigned-user"},
    "teams": {"view": "views/fields/teams"},
}


def _field(field: Field) -> dict[str, Any]:
    members: dict[str, Any] = {"type": field.family, **_VIEWS.get(field.name, {})}
    if field.options:
        members["options"] = list(field.options)
    if field.family == "multiEnum":
        members["storeArrayValues"] = True
    if field.name.startswith("c") and field.name[1:2].isupper():
        members["isCustom"] = True
    optional = {
        "required": field.required or None,
        "readOnly": field.read_only or None,
        "maxLength": None if field.name == "name" else field.max_length,
        "pattern": "$noBadCharacters" if field.name == "name" and field.required else None,
        "min": field.minimum,
        "max": field.maximum,
        "default": field.default,
        "accept": [f".{extension}" for extension in field.accept] or None,
    }
    return {**members, **{name: value for name, value in optional.items() if value is not None}}


def _link(link: Link) -> dict[str, Any]:
    members: dict[str, Any] = {"type": _LINK_TYPES[link.kind]}
    optional = {"entity": link.entity, "foreign": link.foreign, "audited": link.audited}
    members |= {name: value for name, value in optional.items() if value}
    if link.relation:
        members["relationName"] = link.relation
    if link.entity == "Team":
        members["layoutRelationshipsDisabled"] = True
    return members
