"""The laws as conversations, of each CRM that has the matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit.contract.entry import Conversation

from .creation import creation
from .credentials import credentials
from .deletion import deletion, owners
from .edges import edges
from .espocrm import espocrm_scene
from .filters import filters
from .frame import frame
from .invalid import invalid
from .limits import limits
from .monica import monica_scene
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
    from collections.abc import Callable, Iterator, Mapping

    from crmkit.contract.conversation import Talk
    from crmkit.contract.crm import CRM

    from .resources import Resource
    from .scene import Scene

__all__ = ["ResourceLaw", "law_conversations"]


@dataclass(frozen=True)
class ResourceLaw:
    """A law of single resources.

    Attributes:
        hold: Holds it.
        has_matter: Returns whether a resource has the matter of it.
    """

    hold: Callable[[Scene, Resource], None]
    has_matter: Callable[[Resource], bool] = lambda _: True


_SCENES: dict[str, Callable[..., type[Scene]]] = {
    "autocrm": espocrm_scene,
    "espocrm": espocrm_scene,
    "monica": monica_scene,
    "onepagecrm": onepagecrm_scene,
    "relenta": relenta_scene,
}


def _laws(scene: type[Scene], *, alone: bool) -> dict[str, Callable[[Scene], None]]:
    """Return the laws of all resources together that a CRM has the matter of."""
    found: dict[str, Callable[[Scene], None]] = {
        "credentials": credentials, "frame": frame, "refusals": refusals,
    }  # fmt: skip
    if any(resource.deletes for resource in scene.resources.values()):
        found["deletion"] = deletion
    if scene.owners and alone:  # what a deleted owner leaves cannot be removed everywhere
        found["owners"] = owners
    if scene.stranger:
        found["visibility"] = visibility
    if scene.signed:
        found["signatures"] = signatures
    return found


def _resource_laws(scene: type[Scene]) -> dict[str, ResourceLaw]:
    def has_kinds(*kinds: str) -> Callable[[Resource], bool]:
        return lambda r: any(member.kind in kinds for member in r.plain_members())

    return {
        "creation": ResourceLaw(creation),
        "transitions": ResourceLaw(transitions, lambda r: any(r.plain_members())),
        "spellings": ResourceLaw(spellings, lambda r: len(r.updates) > 1),
        "totals": ResourceLaw(totals),
        "sorting": ResourceLaw(sorting),
        "filters": ResourceLaw(filters, lambda _: scene.filters),
        "edges": ResourceLaw(
            edges, lambda r: scene.trimmed is not None and has_kinds("text", "line")(r)
        ),
        "invalid": ResourceLaw(invalid),
        "limits": ResourceLaw(limits),
        "search": ResourceLaw(search, lambda r: r.name in scene.searchable),
        "offsets": ResourceLaw(offsets, lambda r: scene.offsets and has_kinds("datetime")(r)),
        "days": ResourceLaw(days, lambda r: scene.filters and has_kinds("datetime")(r)),
        "todays": ResourceLaw(todays, lambda r: scene.filters and has_kinds("date", "datetime")(r)),
    }


def law_conversations(
    crm: CRM,
    *,
    seed: int = 0,
    alone: bool = False,
    laws: Mapping[str, Callable[[Scene], None]] | None = None,
    resource_laws: Mapping[str, ResourceLaw] | None = None,
    **traits: bool,
) -> Iterator[Conversation]:
    """Yield a conversation for each law, and each resource where it is about one.

    Args:
        crm: Kind of server.
        seed: Decides the values that are drawn.
        alone: Whether nobody else uses the server.
        laws: Further laws, by name.
        resource_laws: Further laws of single resources, by name.
        traits: What the scene is told of the server besides.
    """
    if crm.name not in _SCENES:
        return
    scene = _SCENES[crm.name](crm.document(), **traits)

    def held(law: Callable[..., None], *more: Any) -> Callable[[Talk], None]:
        return lambda talk: law(scene(talk, seed, alone=alone), *more)

    for name, law in {**_laws(scene, alone=alone), **(laws or {})}.items():
        user = {"visibility": scene.stranger, "signatures": scene.signer}.get(name)
        users = (user,) if user else ()  # the run's own has no name
        yield Conversation(f"laws.{name}", held(law), users=users, is_compared=False)
    for name, rule in {**_resource_laws(scene), **(resource_laws or {})}.items():
        for resource in scene.resources.values():
            if rule.has_matter(resource):
                talk = held(rule.hold, resource)
                yield Conversation(f"laws.{name}.{resource.name}", talk, is_compared=False)
