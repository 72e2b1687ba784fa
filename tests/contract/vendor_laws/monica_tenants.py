"""Nothing of Monica's may refer to a record of another account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.laws.differences import differing
from crmkit.contract.monica.resources import CONTACT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["foreign"]

_OTHER = "other"
#: What the other account has: path and body, by the members that name such a record.
_THINGS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "contact_id": ("/contacts", CONTACT),
    "contact_is": ("/contacts", CONTACT),
    "of_contact": ("/contacts", CONTACT),
    "recipient_id": ("/contacts", CONTACT),
    "contacts": ("/contacts", CONTACT),
    "company_id": ("/companies", {"name": "Other"}),
    "contact_field_type_id": ("/contactfieldtypes", {"name": "Other"}),
    "activity_type_category_id": ("/activitytypecategories", {"name": "Other"}),
}

#: Recorded: the company of a new occupation may be another account's.
_TAKEN = frozenset({("occupations", "company_id")})


def foreign(scene: Scene) -> None:
    """Name records of another account in every member that takes an id, and in paths."""
    talk = scene.talk
    if not talk.has_user(_OTHER):
        return
    theirs: dict[str, Any] = {}
    for path, body in _THINGS.values():
        if path not in theirs:
            theirs[path] = talk.post(path, body, user=_OTHER).id
    for resource in scene.resources.values():
        record = scene.create(resource)
        for member, (path, _) in _THINGS.items():
            if member not in resource.members or (resource.name, member) in _TAKEN:
                continue
            id = [theirs[path]] if member == "contacts" else theirs[path]
            made = talk.post(resource.collection, {**scene.body(resource), member: id})
            talk.claim(made, f"{member} of {resource.name} is of the same account", _refused, made)
            if resource.updates and resource.record:
                before = scene.read(record)
                changed = scene.update(record, {member: id})
                after = scene.read(record)
                talk.claim(after, f"{member} of {resource.name} stays in the account", _stays,
                           changed, before, after)  # fmt: skip
    _paths(scene, theirs)


def _paths(scene: Scene, theirs: Mapping[str, Any]) -> None:
    """Tag, introduce and give with what is of another account."""
    talk = scene.talk
    person = scene.create(scene.resources["contacts"])
    talk.post(f"{person.path}/setTags", {"tags": [talk.unique("mine")]}, keeps=True)
    tag = talk.post("/tags", {"name": talk.unique("theirs")}, user=_OTHER).id
    photo_body = scene.body(scene.resources["photos"], contact_id=theirs["/contacts"])
    photo = talk.post("/photos", photo_body, user=_OTHER).id
    gift = scene.create(scene.resources["gifts"])
    before = [scene.read(person), scene.read(gift)]
    introduced = {"is_date_known": False, "met_through_contact_id": theirs["/contacts"]}
    steps = {
        "a tag": talk.post(f"{person.path}/unsetTag", {"tags": [tag]}, keeps=True),
        "who introduced": talk.put(f"{person.path}/introduction", introduced, keeps=True),
        "a photo": talk.put(f"{gift.path}/photo/{photo}", keeps=True),
        "a picture": talk.put(f"{person.path}/avatar", {"source": "photo", "photo_id": photo},
                              keeps=True),
        "me": talk.post("/me/contact", {"contact_id": theirs["/contacts"]}, keeps=True),
    }  # fmt: skip
    after = [scene.read(person), scene.read(gift)]
    for what, step in steps.items():
        talk.claim(step, f"{what} is of the same account", _refused, step)
    for first, last in zip(before, after, strict=True):
        talk.claim(last, "what is of another account changes nothing", _same, first, last)
    shown = talk.get(f"/tags/{tag}/contacts")
    talk.claim(shown, "a tag of another account has no contacts", _empty, shown)


def _refused(reply: Reply) -> Iterator[str]:
    if reply.status not in {404, 422}:
        yield f"it answers {reply.outcome}"


def _stays(changed: Reply, before: Reply, after: Reply) -> Iterator[str]:
    # Where an update does not take the member, it may ignore it.
    if not changed.succeeded:
        yield from _refused(changed)
        yield from _same(before, after)
    else:
        yield from differing(before.tree["data"], after.tree["data"], {"updated_at"})


def _same(before: Reply, after: Reply) -> Iterator[str]:
    yield from differing(before.tree["data"], after.tree["data"])


def _empty(reply: Reply) -> Iterator[str]:
    if reply.tree["data"]:
        yield f"it has {len(reply.tree['data'])}"
