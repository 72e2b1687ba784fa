"""The conversations held with Monica."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from crmkit.contract.conversation import Conversation, Talk
from crmkit.contract.runner import shuffled

from .members import member_conversations
from .resources import CONTACT, RESOURCES, Resource, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["conversations"]

_READS = (
    "/", "/me", "/contacts", "/tags", "/notes", "/calls", "/activities", "/tasks", "/reminders",
    "/journal", "/addresses", "/places", "/companies", "/occupations", "/gifts", "/debts",
    "/documents", "/photos", "/pets", "/lifeevents", "/conversations", "/genders", "/countries",
    "/currencies", "/compliance", "/me/compliance", "/logs", "/relationshiptypes",
    "/relationshiptypegroups", "/activitytypes", "/activitytypecategories", "/contactfieldtypes",
    "/statistics", "/reminders/upcoming/0",
)  # fmt: skip


def conversations(*, seed: int = 0) -> Iterator[Conversation]:
    """Yield the conversations: reads and stories first, then generated ones in random order.

    Args:
        seed: Decides the order.
    """
    yield Conversation("reads", _reads, writes=False)
    yield Conversation("stories.contact", _contact)
    yield Conversation("stories.relationship", _relationship)
    yield Conversation("stories.messages", _messages)
    yield Conversation("stories.tags", _tags)
    yield Conversation("stories.me", _me)
    generated = list(member_conversations())
    for resource in RESOURCES.values():
        generated.append(Conversation(f"records.{resource.name}", partial(_records, resource)))
        generated.append(Conversation(f"ids.{resource.name}", partial(_ids, resource)))
    yield from shuffled(generated, seed)


def _reads(talk: Talk) -> None:
    for path in _READS:
        talk.get(path)


def _records(resource: Resource, talk: Talk) -> None:
    """Create, read, list, page, sort, change and delete records of a resource."""
    scene = Scene(talk)
    path = f"/{resource.name}"
    body = scene.fill(resource.body)
    full = scene.fill({**resource.body, **resource.more})
    first = talk.post(path, body).id
    second = talk.post(path, full).id
    third = talk.post(path, full).id
    for record in (first, second, third):
        talk.get(f"{path}/{record}")
    contact = scene.fill("{contact}")
    if resource.of_contact:
        below = f"/contacts/{contact}/{resource.of_contact}"
        talk.get(below)
        for query in ({"limit": 1}, {"limit": 1, "page": 2}, {"page": 9}, {"limit": 0},
                      {"limit": 101}, {"limit": "x"}, {"limit": -1}, {"page": 0}, {"page": "x"},
                      {"sort": "-created_at"}, {"sort": "created_at"}, {"sort": "nope"},
                      {"sort": "-updated_at"}, {"with": "contactfields"}):  # fmt: skip
            talk.get(below, query)
    talk.get(f"/contacts/{contact}")
    changed = talk.put(f"{path}/{first}", full)
    if changed.succeeded:
        talk.get(f"{path}/{first}")
        talk.patch(f"{path}/{first}", body)
        talk.put(f"{path}/{first}", {})
    talk.get(f"/contacts/{contact}/logs")
    for record in (third, third):
        talk.delete(f"{path}/{record}")
    talk.get(f"{path}/{third}")
    talk.put(f"{path}/{third}", full)
    if resource.of_contact:
        talk.get(f"/contacts/{contact}/{resource.of_contact}")


def _ids(resource: Resource, talk: Talk) -> None:
    """Use ids that are unknown, of another account, or none at all."""
    scene = Scene(talk)
    path = f"/{resource.name}"
    body = scene.fill(resource.body)
    theirs = talk.post("/contacts", CONTACT, user="other").id if talk.has_user("other") else 999999
    for id in ("999999", "0", "-1", "abc", "1.5", "%20", "%EF%BC%91"):
        for method in ("GET", "PUT", "DELETE", "POST", "PATCH"):
            talk.request(method, f"{path}/{id}", json=body, keeps=True)
        if resource.of_contact:
            talk.get(f"/contacts/{id}/{resource.of_contact}")
    if "contact_id" in resource.body:
        for contact in (theirs, 999999, 0, "abc"):
            talk.post(path, {**body, "contact_id": contact})
    gone = scene.contact()
    if "contact_id" in resource.body:
        record = talk.post(path, {**body, "contact_id": gone}).id
        talk.delete(f"/contacts/{gone}")
        talk.get(f"{path}/{record}")
        talk.put(f"{path}/{record}", {**body, "contact_id": gone})
        talk.delete(f"{path}/{record}")
    own = talk.post(path, body).id
    if talk.has_user("other"):
        for method in ("GET", "PUT", "DELETE"):
            talk.request(method, f"{path}/{own}", json=body, user="other", keeps=True)
    if resource.of_contact:
        talk.get(f"/contacts/{theirs}/{resource.of_contact}")
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        talk.post(path, content=b"title=x&name=y", headers={"Content-Type": media})
    for content in (b"{", b"[]", b"null", b'"x"', b"5", b"", b"\xff"):
        talk.post(path, content=content, headers={"Content-Type": "application/json"})


def _contact(talk: Talk) -> None:
    scene = Scene(talk)
    contact = scene.contact(email="ada@crmkit.example", nickname="Countess")
    path = f"/contacts/{contact}"
    talk.get(path)
    talk.get(f"{path}/contactfields")
    dates: list[dict[str, Any]] = [
        {"birthdate_day": 5, "birthdate_month": 3, "birthdate_year": 1980},
        {"birthdate_day": 5, "birthdate_month": 3, "birthdate_year": None},
        {"birthdate_is_age_based": True, "birthdate_age": 30},
        {"birthdate_day": 30, "birthdate_month": 2, "birthdate_year": 1980},
        {"birthdate_day": 5, "birthdate_month": 3, "birthdate_year": -1},
    ]
    for date in dates:
        talk.put(path, {**CONTACT, "is_birthdate_known": True, **date})
        talk.get(path)
    for query in (talk.marker, f"{talk.marker} Ada", "Email:ada@crmkit.example", "nope!"):
        talk.get("/contacts", {"query": query, "limit": 3})
    for wildcard in "%_":
        talk.get("/contacts", {"query": wildcard, "limit": 3}, shared=True)
    introductions: list[dict[str, Any]] = [
        {"is_date_known": True, "day": 1, "month": 2},
        {"is_date_known": True, "day": 1, "month": 2, "year": None},
        {"is_date_known": False, "general_information": "in May"},
        {"is_date_known": True, "day": 1, "month": 2, "year": 2020, "where": "Rome"},
    ]
    for introduction in introductions:
        talk.put(f"{path}/introduction", introduction)
        talk.get(path)
    talk.put(f"{path}/work", {"job": "Pilot", "company": "Air"})
    talk.put(f"{path}/food", {"food_preferences": "vegan"})
    talk.put(f"{path}/work", {"job": None})
    talk.get(path, {"with": "contactfields"})
    talk.get(f"{path}/logs")
    talk.delete(path)
    talk.get(path)


def _relationship(talk: Talk) -> None:
    scene = Scene(talk)
    first, second = scene.contact(), scene.contact()
    types = talk.get("/relationshiptypes", {"limit": 100})
    rows = types.tree["data"] if types.succeeded else []
    for index, row in enumerate(rows[:30]):
        body = {
            "contact_is": first, "relationship_type_id": types.bind(f"data.{index}.id"),
            "of_contact": second,
        }  # fmt: skip
        made = talk.post("/relationships", body).id
        talk.get(f"/contacts/{first}/relationships", any_order=True)
        talk.get(f"/contacts/{second}")
        other = types.bind(f"data.{(index + 1) % len(rows)}.id")
        talk.put(f"/relationships/{made}", {"relationship_type_id": other})
        talk.get(f"/contacts/{second}/relationships", any_order=True)
        talk.delete(f"/relationships/{made}")
        talk.get(f"/relationshiptypes/{types.bind(f'data.{index}.id')}")
        if row.get("name") == row.get("name_reverse_relationship"):
            talk.post("/relationships", {**body, "of_contact": first})


def _messages(talk: Talk) -> None:
    scene = Scene(talk)
    body = scene.fill(RESOURCES["conversations"].body)
    conversation = talk.post("/conversations", body).id
    path = f"/conversations/{conversation}"
    message: dict[str, Any] = {"contact_id": scene.fill("{contact}"), "written_at": "2026-01-05",
                               "written_by_me": True, "content": "yo"}  # fmt: skip
    first = talk.post(f"{path}/messages", message, keeps=True).bind("data.messages.0.id")
    for changed in ({**message, "content": "changed"}, {**message, "written_by_me": False}, {}):
        talk.put(f"{path}/messages/{first}", changed)
        talk.patch(f"{path}/messages/{first}", changed)
    talk.put(f"{path}/messages/999999", message)
    talk.put(f"{path}/messages/abc", message)
    values: list[Any] = [None, "", [], "abc", 5, True]
    for member in message:
        for value in values:
            talk.post(f"{path}/messages", {**message, member: value}, keeps=True)
    talk.get(path)
    talk.delete(f"{path}/messages/{first}")
    talk.delete(f"{path}/messages/{first}")
    talk.delete(f"{path}/messages/abc")
    talk.get(path)


def _tags(talk: Talk) -> None:
    scene = Scene(talk)
    contact = scene.contact()
    path = f"/contacts/{contact}"
    names = [talk.unique("a"), talk.unique("B")]
    tagged = talk.post(f"{path}/setTags", {"tags": names}, keeps=True)
    tags = [tagged.bind(f"data.tags.{index}.id") for index in range(2)]
    for name in (names[0], talk.unique("ä")):
        talk.post(f"{path}/setTags", {"tags": [name]}, keeps=True)
    talk.get(path)
    for tag in tags:
        talk.get(f"/tags/{tag}")
        talk.get(f"/tags/{tag}/contacts")
    talk.post(f"{path}/unsetTag", {"tags": [tags[0]]}, keeps=True)
    talk.post(f"{path}/unsetTag", {"tags": [999999]}, keeps=True)
    talk.put(f"/tags/{tags[1]}", {"name": names[0]})
    talk.post("/tags", {"name": names[0]})
    talk.post(f"{path}/unsetTags", keeps=True)
    talk.get(path)
    for tag in tags:
        talk.delete(f"/tags/{tag}")


def _me(talk: Talk) -> None:
    scene = Scene(talk)
    contact = scene.contact()
    values: list[Any] = [contact, 999999, "abc", None, [], 0]
    for value in values:
        talk.post("/me/contact", {"contact_id": value}, keeps=True)
    talk.get(f"/contacts/{contact}")
    talk.delete("/me/contact")
    addresses: list[Any] = ["127.0.0.1", 5, "x" * 256, None, "", []]
    for address in addresses:
        talk.post("/me/compliance", {"ip_address": address}, keeps=True)
    for month in ("0", "1", "-1", "13", "abc", "1.5"):
        talk.get(f"/reminders/upcoming/{month}")
