"""OnePageCRM's custom tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm import codes, side
from crmkit_mock.onepagecrm.values import unix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit_mock.onepagecrm.account import Account
    from crmkit_mock.onepagecrm.call import Call

#: Is no custom tag, but sets `vip` where a tag is given to a contact.
_VIP = "VIP"


def require_tags(account: Account, names: Iterable[str]) -> None:
    """Make the tags that there are not yet (assumption: unknown tags are made)."""
    for name in names:
        if account.tags.get(name) is None:
            account.tags.add({"name": name}, name)


def list_(call: Call) -> list[dict[str, Any]]:
    """Answer the custom tags."""
    return side.custom_tags(call.account)


def get(call: Call) -> dict[str, Any]:
    """Answer a custom tag."""
    name = _require(call)
    (tag,) = [tag for tag in side.custom_tags(call.account) if tag["name"] == name]
    return tag


def create(call: Call) -> None:
    """Create a custom tag."""
    _require_free(call)
    require_tags(call.account, [call.sent["name"]])


def rename(call: Call) -> None:
    """Give a custom tag another name; contacts keep it."""
    account, old, new = call.account, _require(call), call.sent["name"]
    if new == old:
        return
    _require_free(call)
    tags = account.tags.all()
    # Its name is its id, so all are written anew to keep their order.
    for tag in tags:
        account.tags.remove(tag["name"])
    for tag in tags:
        require_tags(account, [new if tag["name"] == old else tag["name"]])
    for contact in account.contacts.all():
        if old in contact["tags"]:
            contact["tags"] = [new if tag == old else tag for tag in contact["tags"]]
            account.contacts.save(contact)


def delete(call: Call) -> None:
    """Delete a custom tag and take it from all contacts."""
    account, name = call.account, _require(call)
    account.tags.remove(name)
    for contact in account.contacts.all():
        if name in contact["tags"]:
            contact["tags"].remove(name)
            account.contacts.save(contact)


def assign(call: Call) -> None:
    """Give a contact a tag."""
    account, name = call.account, call.sent["name"]
    contact = account.contacts.require(call.sent["id"])
    if name == _VIP:
        contact["vip"] = True
    else:
        require_tags(account, [name])
        if name not in contact["tags"]:
            contact["tags"].append(name)
    contact["edited"] = unix(account.now)
    account.contacts.save(contact)


def unassign(call: Call) -> None:
    """Take a tag from a contact (assumption: one that it does not carry is no error)."""
    account, name = call.account, call.sent["name"]
    contact = account.contacts.require(call.sent["id"])
    if name == _VIP:
        contact["vip"] = False
    elif account.tags.get(name) is None:
        raise codes.refusal(codes.NOT_FOUND, f"There is no tag {name[:100]}")
    elif name in contact["tags"]:
        contact["tags"].remove(name)
    contact["edited"] = unix(account.now)
    account.contacts.save(contact)


def remove_unused(call: Call) -> None:
    """Delete the custom tags that no contact carries."""
    for tag in side.custom_tags(call.account):
        if not tag["count"]:
            call.account.tags.remove(tag["name"])


def _require(call: Call) -> str:
    """Return the name that the path gives.

    Raises:
        Refusal: 106, there is no such tag.
    """
    name = call.path["tag"]
    if call.account.tags.get(name) is None:
        raise codes.refusal(codes.NOT_FOUND, f"There is no tag {name[:100]}")
    return name


def _require_free(call: Call) -> None:
    """Check that no tag has the name that was sent.

    Raises:
        Refusal: 107, one has.
    """
    name = call.sent["name"]
    if name == _VIP or call.account.tags.get(name) is not None:
        raise codes.refusal(codes.EXISTS, f"There is a tag {name[:100]} already")
