"""The laws as conversations, of each CRM that has the matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.entry import Conversation

from . import espocrm_rules, onepagecrm_contacts, relenta_saves
from .creation import creation
from .deletion import deletion, owners
from .espocrm import espocrm_scene
from .espocrm_rules import DUPLICATES
from .filters import filters
from .frame import frame
from .invalid import invalid
from .limits import limits
from .links import LINKS, followers, links, mass
from .monica import monica_scene
from .monica_contacts import counters, moves, parts, tags, unsent, upcoming
from .monica_relationships import relationships
from .onepagecrm import onepagecrm_scene
from .refusals import refusals
from .relenta import relenta_scene
from .search import search
from .signatures import signatures
from .sorting import sorting
from .spellings import spellings
from .times import days, offsets, todays
from .totals import totals
from .transitions import transitions
from .visibility import visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crmkit.contract.conversation import Talk
    from crmkit.contract.crm import CRM

    from .resources import Resource
    from .scene import Scene

__all__ = ["law_conversations"]

_SCENES: dict[str, Callable[..., type[Scene]]] = {
    "autocrm": espocrm_scene,
    "espocrm": espocrm_scene,
    "monica": monica_scene,
    "onepagecrm": onepagecrm_scene,
    "relenta": relenta_scene,
}
_OF_RESOURCES: dict[str, Callable[[Scene, Resource], None]] = {
    "creation": creation,
    "transitions": transitions,
    "spellings": spellings,
    "totals": totals,
    "sorting": sorting,
    "filters": filters,
    "invalid": invalid,
    "limits": limits,
    "search": search,
}
_OF_ALL: dict[str, Callable[[Scene], None]] = {
    "frame": frame,
    "deletion": deletion,
    "owners": owners,
    "visibility": visibility,
    "refusals": refusals,
    "signatures": signatures,
}
#: Laws of what one CRM only has.
_OF_ONE: dict[str, dict[str, Callable[[Scene], None]]] = {
    "autocrm": {
        "followers": followers,
        "inbox": espocrm_rules.inbox,
        "streams": espocrm_rules.streams,
    },
    "relenta": {
        "custom_fields": relenta_saves.custom_fields,
        "saves": relenta_saves.saves,
        "unknown": relenta_saves.unknown,
    },
    "onepagecrm": {
        "actions": onepagecrm_contacts.actions,
        "deals": onepagecrm_contacts.deals,
        "formats": onepagecrm_contacts.formats,
        "sides": onepagecrm_contacts.sides,
        "tags": onepagecrm_contacts.tags,
        "undo": onepagecrm_contacts.undo,
        "unsent": onepagecrm_contacts.unsent,
    },
    "monica": {
        "relationships": relationships,
        "counters": counters,
        "moves": moves,
        "parts": parts,
        "tags": tags,
        "unsent": unsent,
        "upcoming": upcoming,
    },
}
_OF_ONES_RESOURCES: dict[str, dict[str, Callable[[Scene, Resource], None]]] = {
    "autocrm": {
        "addresses": espocrm_rules.addresses,
        "days": days,
        "duplicates": espocrm_rules.duplicates,
        "links": links,
        "mass": mass,
        "offsets": offsets,
        "restoring": espocrm_rules.restoring,
        "rights": espocrm_rules.rights,
        "selections": espocrm_rules.selections,
        "todays": todays,
    },
    "relenta": {"offsets": offsets},
}


def law_conversations(
    crm: CRM, *, seed: int = 0, alone: bool = False, **traits: bool
) -> Iterator[Conversation]:
    """Yield a conversation for each law, and each resource where it is about one.

    Args:
        crm: Kind of server.
        seed: Decides the values that are drawn.
        alone: Whether nobody else uses the server.
        traits: What the scene is told of the server besides.
    """
    if crm.name not in _SCENES:
        return
    scene = _SCENES[crm.name](crm.document(), **traits)

    def held(law: Callable[..., None], *more: Any) -> Callable[[Talk], None]:
        return lambda talk: law(scene(talk, seed, alone=alone), *more)

    for name, law in _OF_ALL.items():
        if _is_possible(name, scene, alone=alone):
            users = (scene.stranger,) if law is visibility else ()
            yield Conversation(f"laws.{name}", held(law), users=users)
    for name, law in _OF_ONE.get(crm.document_name, {}).items():
        users = ("jana",) if name == "inbox" else ()
        yield Conversation(f"laws.{name}", held(law), users=users)
    of_resources = {**_OF_RESOURCES, **_OF_ONES_RESOURCES.get(crm.document_name, {})}
    for name, law_of in of_resources.items():
        for resource in scene.resources.values():
            if not _has_matter(name, resource, scene):
                continue
            yield Conversation(f"laws.{name}.{resource.name}", held(law_of, resource))


def _has_matter(name: str, resource: Resource, scene: type[Scene]) -> bool:
    """Return whether a resource has the matter of a law."""
    kinds = {member.kind for member in resource.plain_members()}
    return {
        "addresses": {"emailAddress", "phoneNumber"} <= resource.members.keys(),
        "days": "datetime" in kinds,
        "duplicates": resource.name in DUPLICATES,
        "filters": scene.filters,
        "links": resource.name in LINKS,
        "mass": "description" in resource.members,
        "offsets": "datetime" in kinds,
        "search": resource.name in scene.searchable,
        "spellings": len(resource.updates) > 1,
        "todays": bool(kinds & {"date", "datetime"}),
        "transitions": bool(kinds),
    }.get(name, True)


def _is_possible(name: str, scene: type[Scene], *, alone: bool) -> bool:
    """Return whether a CRM has the matter of a law."""
    deletes = any(resource.deletes for resource in scene.resources.values())
    return {
        "deletion": deletes,
        # What a deleted owner leaves behind cannot be removed everywhere.
        "owners": bool(scene.owners) and alone,
        "visibility": bool(scene.stranger),
        "signatures": bool(scene.signed),
    }.get(name, True)
