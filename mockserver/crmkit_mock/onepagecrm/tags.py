"""OnePageCRM's custom tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit_mock.onepagecrm.contact_lists import VIP
from crmkit_mock.onepagecrm.errors import Code, not_found, refusal
from crmkit_mock.onepagecrm.indexes import BY_LABEL
from crmkit_mock.onepagecrm.side_elements import custom_tag, custom_tags
from crmkit_mock.onepagecrm.values import unix_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crmkit_mock.onepagecrm.account import Account
    from crmkit_mock.onepagecrm.session import Session


def require_tags(account: Account, names: Iterable[str]) -> None:
    """Create the tags that do not exist yet (assumption: unknown tags are created)."""
    for name in names:
        if account.tags.read(name) is None:
            account.tags.add({"name": name}, name)


def list_(session: Session) -> list[dict[str, Any]]:
    """Return the custom tags."""
    return custom_tags(session.account)


def get(session: Session) -> dict[str, Any]:
    """Return a custom tag."""
    return custom_tag(session.account, _require(session))


def create(session: Session) -> None:
    """Create a custom tag."""
    name = session.params["name"]
    require_unused(session.account, name)
    require_tags(session.account, [name])


def rename(session: Session) -> None:
    """Give a custom tag another name; contacts keep it."""
    account, old, new = session.account, _require(session), session.params["name"]
    if new == old:
        return
    require_unused(account, new)
    names = [tag["name"] for tag in account.tags.all()]
    # Its name is its id, so all are written anew to keep their order.
    for name in names:
        account.tags.remove(name)
    require_tags(account, (new if name == old else name for name in names))
    for contact in account.contacts.find(BY_LABEL, ("tag", old)):
        tags = [new if tag == old else tag for tag in contact["tags"]]
        account.contacts.save({**contact, "tags": tags})


def delete(session: Session) -> None:
    """Delete a custom tag and remove it from all contacts."""
    account, name = session.account, _require(session)
    account.tags.remove(name)
    for contact in account.contacts.find(BY_LABEL, ("tag", name)):
        tags = [tag for tag in contact["tags"] if tag != name]
        account.contacts.save({**contact, "tags": tags})


def assign(session: Session) -> None:
    """Give a contact a tag."""
    account, name = session.account, session.params["name"]
    contact = account.contacts.require(session.params["id"])
    if name == VIP:
        contact["vip"] = True
    else:
        require_tags(account, [name])
        if name not in contact["tags"]:
            contact["tags"].append(name)
    contact["edited"] = unix_time(account.now)
    account.contacts.save(contact)


def unassign(session: Session) -> None:
    """Remove a tag from a contact (assumption: one that it does not carry is not an error)."""
    account, name = session.account, session.params["name"]
    contact = account.contacts.require(session.params["id"])
    if name == VIP:
        contact["vip"] = False
    elif account.tags.read(name) is None:
        raise not_found("tag", name)
    elif name in contact["tags"]:
        contact["tags"].remove(name)
    contact["edited"] = unix_time(account.now)
    account.contacts.save(contact)


def remove_unused(session: Session) -> None:
    """Delete the custom tags that no contact carries."""
    for tag in custom_tags(session.account):
        if not tag["count"]:
            session.account.tags.remove(tag["name"])


def require_unused(account: Account, name: str) -> None:
    """Check that no custom tag has a name, which is not `VIP` either.

    Raises:
        Refusal: 107, one has.
    """
    if name == VIP or account.tags.read(name) is not None:
        raise refusal(Code.EXISTS, f"tag already exists: {name[:100]}")


def _require(session: Session) -> str:
    """Return the name that the path names.

    Raises:
        Refusal: 106, there is no such tag.
    """
    name = session.path_params["tag"]
    if session.account.tags.read(name) is None:
        raise not_found("tag", name)
    return name
