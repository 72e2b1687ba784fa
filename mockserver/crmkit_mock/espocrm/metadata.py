"""The metadata: what the entity types are, as `GET /Metadata` tells it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.other_types import ENTITY_TYPES

if TYPE_CHECKING:
    from crmkit_mock.espocrm.fields import EntityType, Field, Link

_KINDS = {
    "belongs_to": "belongsTo",
    "has_many": "hasMany",
    "children": "hasChildren",
    "many_many": "hasMany",
}


@cache
def metadata() -> dict[str, Any]:
    """Return all metadata. The tree is shared: it is not to be changed."""
    return {
        "entityDefs": {name: _entity(entity) for name, entity in ENTITY_TYPES.items()},
        "scopes": {name: _scope(entity) for name, entity in ENTITY_TYPES.items()},
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


def _field(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {"type": field.family}
    if field.options:
        told["options"] = list(field.options)
    if field.family == "multiEnum":
        told["storeArrayValues"] = True
    if field.name.startswith("c") and field.name[1:2].isupper():
        told["isCustom"] = True
    further = {
        "required": field.required or None,
        "readOnly": field.read_only or None,
        "maxLength": field.max_length,
        "min": field.minimum,
        "max": field.maximum,
        "default": field.default,
        "accept": [f".{one}" for one in field.accept] or None,
    }
    return {**told, **{name: value for name, value in further.items() if value is not None}}


def _link(link: Link) -> dict[str, Any]:
    told = {"type": _KINDS[link.kind], "entity": link.entity}
    if link.relation:
        told["relationName"] = link.relation
    return told


def _scope(entity: EntityType) -> dict[str, Any]:
    scope: dict[str, Any] = {
        "entity": True,
        "object": True,
        "acl": True,
        "customizable": True,
        "importable": not entity.custom,
        "layouts": True,
        "module": "Custom" if entity.custom else "Crm",
        "notifications": entity.stream,
        "stars": entity.stars,
        "stream": entity.stream,
        "tab": True,
    }
    if entity.custom:
        scope["isCustom"] = True
    if entity.duplicates:
        scope |= {
            "aclPortal": f"recordAll{entity.name}No",
            "duplicateCheckFieldList": ["name", "emailAddress"],
            "hasPersonalData": True,
        }
    return scope
