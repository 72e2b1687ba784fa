"""Laws of what one CRM only has, held with its mock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crmkit.contract.laws.library import ResourceLaw
from crmkit.contract.laws.scene import Scene
from tests.contract.vendor_laws import (
    autocrm,
    espocrm,
    espocrm_links,
    monica,
    monica_relationships,
    onepagecrm,
    onepagecrm_access,
    onepagecrm_values,
    relenta,
    relenta_limits,
    relenta_values,
)

__all__ = ["LAWS", "OF_AUTOCRM", "RESOURCE_LAWS"]

#: Laws by name, by the document of the CRM.
LAWS: Mapping[str, Mapping[str, Callable[[Scene], None]]] = {
    "autocrm": {
        "followers": espocrm_links.followers,
        "inbox": espocrm.inbox,
        "streams": espocrm.streams,
    },
    "monica": {
        "counters": monica.counters,
        "moves": monica.moves,
        "parts": monica.parts,
        "relationships": monica_relationships.relationships,
        "tags": monica.tags,
        "unsent": monica.unsent,
        "upcoming": monica.upcoming,
    },
    "onepagecrm": {
        "actions": onepagecrm.actions,
        "deals": onepagecrm.deals,
        "formats": onepagecrm.formats,
        "closings": onepagecrm_values.closings,
        "custom_filters": onepagecrm_values.filters,
        "keys": onepagecrm_access.keys,
        "orders": onepagecrm_values.orders,
        "pages": onepagecrm_values.pages,
        "plan": onepagecrm_access.limits,
        "recents": onepagecrm_values.recents,
        "replacing": onepagecrm_values.replacing,
        "settings": onepagecrm_access.settings,
        "sums": onepagecrm_values.sums,
        "texts": onepagecrm_values.texts,
        "signing": onepagecrm_access.signing,
        "unknown": onepagecrm_access.unknown,
        "sides": onepagecrm.sides,
        "tags": onepagecrm.tags,
        "undo": onepagecrm.undo,
        "unsent": onepagecrm.unsent,
    },
    "relenta": {
        "bodies": relenta_limits.bodies,
        "clearing": relenta_values.clearing,
        "custom_fields": relenta_values.custom_fields,
        "instants": relenta_values.instants,
        "keys": relenta_limits.keys,
        "names": relenta_values.names,
        "pages": relenta_limits.pages,
        "parameters": relenta_limits.parameters,
        "plan": relenta_limits.plan,
        "saves": relenta.saves,
        "texts": relenta_values.texts,
        "unknown": relenta.unknown,
    },
}
#: Laws of AutoCRM, which has a document with EspoCRM, by name.
OF_AUTOCRM: Mapping[str, Callable[[Scene], None]] = {
    "bulk": autocrm.bulk,
    "conversions": autocrm.conversions,
    "deletions": autocrm.deletions,
    "mails": autocrm.mails,
    "names": autocrm.names,
    "page_offsets": autocrm.offsets,
    "unlinks": autocrm.unlinks,
}
_ADDRESSES = {"emailAddress", "phoneNumber"}
#: Laws of resources, and whether a resource has the matter.
RESOURCE_LAWS: Mapping[str, Mapping[str, ResourceLaw]] = {
    "autocrm": {
        "addresses": ResourceLaw(espocrm.addresses, lambda r: r.members.keys() >= _ADDRESSES),
        "duplicates": ResourceLaw(espocrm.duplicates, lambda r: r.name in espocrm.DUPLICATES),
        "links": ResourceLaw(espocrm_links.links, lambda r: r.name in espocrm_links.LINKS),
        "mass": ResourceLaw(espocrm_links.mass, lambda r: "description" in r.members),
        "restoring": ResourceLaw(espocrm.restoring),
        "rights": ResourceLaw(espocrm.rights),
        "selections": ResourceLaw(espocrm.selections),
    },
}
