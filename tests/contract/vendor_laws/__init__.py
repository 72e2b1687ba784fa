"""Laws of what one CRM only has, held with its mock."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crmkit.contract.laws.library import ResourceLaw
from crmkit.contract.laws.scene import Scene
from tests.contract.vendor_laws import (
    autocrm,
    espocrm,
    espocrm_events,
    espocrm_links,
    espocrm_records,
    espocrm_stories,
    full_lists,
    monica,
    monica_records,
    monica_relationships,
    monica_tenants,
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
        "all_day": espocrm_events.all_day,
        "attendance": espocrm_stories.attendance,
        "conversion": espocrm_stories.conversion,
        "columns": espocrm_links.columns,
        "crowds": espocrm_stories.crowds,
        "everywhere": espocrm_stories.everywhere,
        "files": espocrm_stories.files,
        "folders": espocrm.folders,
        "followers": espocrm_links.followers,
        "follows_stage": espocrm_events.follows_stage,
        "full_lists": full_lists.of_espocrm,
        "hidden": espocrm_records.hidden,
        "history": espocrm_stories.history,
        "inbox": espocrm.inbox,
        "linked_filters": espocrm_events.linked_filters,
        "levels": espocrm_records.levels,
        "locks": espocrm_stories.locks,
        "main_accounts": espocrm_records.main_accounts,
        "moved_events": espocrm_events.moved_events,
        "named": espocrm_records.named,
        "numbers": espocrm_records.numbers,
        "opted_out": espocrm_stories.opted_out,
        "pages": espocrm_records.pages,
        "parents": espocrm_events.parents,
        "ranks": espocrm_records.ranks,
        "stream_pages": espocrm_stories.stream_pages,
        "streams": espocrm.streams,
        "undeleted": espocrm_records.undeleted,
        "versions": espocrm_records.versions,
    },
    "monica": {
        "birthdays": monica_records.birthdays,
        "cascades": monica_records.cascades,
        "counters": monica.counters,
        "degrees": monica_records.degrees,
        "details": monica_records.details,
        "favorites": monica_records.favorites,
        "foreign": monica_tenants.foreign,
        "full_lists": full_lists.of_monica,
        "given_photos": monica_records.given_photos,
        "lasts": monica_records.lasts,
        "messages": monica_records.messages,
        "money": monica_records.money,
        "moves": monica.moves,
        "pages": monica_records.pages,
        "parts": monica.parts,
        "recurring": monica_records.recurring,
        "relationships": monica_relationships.relationships,
        "searched_fields": monica_records.searched_fields,
        "tags": monica.tags,
        "unsent": monica.unsent,
        "upcoming": monica.upcoming,
        "wall_times": monica_records.wall_times,
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
        "nulls": ResourceLaw(espocrm_records.nulls),
        "orphans": ResourceLaw(espocrm_records.orphans, lambda r: r.name in espocrm_records.OWNED),
        "restoring": ResourceLaw(espocrm.restoring),
        "rights": ResourceLaw(espocrm.rights),
        "selections": ResourceLaw(espocrm.selections),
        "shared_addresses": ResourceLaw(
            espocrm_records.shared_addresses, lambda r: r.members.keys() >= _ADDRESSES
        ),
        "stamps": ResourceLaw(espocrm_records.stamps),
    },
}
