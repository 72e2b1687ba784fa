"""The users of every mock, with their credentials; the same after every reset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access import Level, Role, User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.espocrm.data import Record

SALES_TEAM = "6b0000000000000a1"

_EVERYTHING: Mapping[str, Level] = {
    "create": "all",
    "read": "all",
    "edit": "all",
    "delete": "all",
    "stream": "all",
}
_READ: Mapping[str, Level] = {"read": "all"}
_OWN: Mapping[str, Level] = {"create": "all", "read": "own", "edit": "no", "stream": "own"}
_SCOPES = (
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "Case",
    "Task",
    "Meeting",
    "Call",
    "Email",
    "TargetList",
    "Campaign",
    "Document",
    "EmailTemplate",
    "CGadget",
    "Note",
)

#: Ids of the roles' records, by name.
ROLE_IDS = {"Integrator": "6b0000000000000d1", "Own accounts": "6b0000000000000d2"}

#: Everything but what belongs to administrators.
INTEGRATOR = Role(
    "Integrator",
    {
        **dict.fromkeys(_SCOPES, _EVERYTHING),
        **dict.fromkeys(("User", "Team"), _READ),
        "Notification": _READ,
        # Files are listed by administrators alone.
        "Attachment": {"create": "all"},
    },
    mass_update=True,
    export=True,
)
#: Own accounts to read, without their web address; leads to create for oneself.
LIMITED = Role(
    "Own accounts",
    {"Account": _OWN, "Lead": {"create": "all", "read": "own"}},
    hidden={"Account": ("website",)},
    assignment=False,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the mock, with what opens the door.

    Attributes:
        user: The user.
        user_name: Name at the door.
        api_key: API key, or None.
        secret_key: Secret for signatures, with the API key; None if the key alone opens.
        password: Password, or None.
        active: Whether the door opens at all.
        first_name: First name, of people.
        last_name: Last name.
        email: E-mail address, or None.
    """

    user: User
    user_name: str
    api_key: str | None = None
    secret_key: str | None = None
    password: str | None = None
    active: bool = True
    first_name: str | None = None
    last_name: str = ""
    email: str | None = None

    @property
    def credentials(self) -> dict[str, Any]:
        """Constructor keywords of a client for this user."""
        if self.password is not None:
            return {"username": self.user_name, "password": self.password}
        if self.secret_key is not None:
            return {"api_key": self.api_key, "secret_key": self.secret_key}
        return {"api_key": self.api_key}


def _api(name: str, id: str, role: Role | None, api_key: str, **further: Any) -> Person:
    return Person(User(id, name, "api", role), name, api_key=api_key, last_name=name, **further)


#: The people by name. "integrator" has a broad role; "signer" the same and signs its requests;
#: "limited" reads own accounts, without one field; "norole" may do nothing; "inactive" is not let
#: in; "jana" and "admin" have passwords.
PEOPLE: dict[str, Person] = {
    one.user_name: one
    for one in (
        Person(
            User("6b0000000000000b0", "Admin", "admin"),
            "admin",
            password="admin-of-the-mock",  # noqa: S106 - opens nothing but the mock
            last_name="Admin",
        ),
        _api(
            "integrator",
            "6b0000000000000b1",
            INTEGRATOR,
            "0f6a1c3de58b47928d10c4e7a95b36f2",
        ),
        _api(
            "signer",
            "6b0000000000000b2",
            INTEGRATOR,
            "93b7e0d25c6f4a18b2d9610f7ce8a354",
            secret_key="c41f8a7be03d4965a2d8e15b7f60c39a",  # noqa: S106 - as above
        ),
        _api("limited", "6b0000000000000b3", LIMITED, "5d2c90ab71e84f36980ce7b3d1f4a627"),
        _api("norole", "6b0000000000000b4", None, "b8417f3ce9a0452d86b1d50f72ec943a"),
        _api(
            "inactive",
            "6b0000000000000b5",
            INTEGRATOR,
            "2ea6d8f19b07435c91d4e8a0c5f7b36d",
            active=False,
        ),
        Person(
            User("6b0000000000000b6", "Jana Nová", "regular", INTEGRATOR, (SALES_TEAM,)),
            "jana",
            password="jana-of-the-mock",  # noqa: S106 - as above
            first_name="Jana",
            last_name="Nová",
            email="jana@example.org",
        ),
    )
}
INTEGRATOR_ID = PEOPLE["integrator"].user.id
JANA_ID = PEOPLE["jana"].user.id
ADMIN_ID = PEOPLE["admin"].user.id


def user_record(person: Person, created_at: str) -> Record:
    """Return the record of a user."""
    name = {"firstName": person.first_name, "lastName": person.last_name}
    return {
        "id": person.user.id,
        "deleted": False,
        "userName": person.user_name,
        **{attribute: value for attribute, value in name.items() if value},
        "type": person.user.kind,
        "isActive": person.active,
        "createdAt": created_at,
        "modifiedAt": created_at,
        "createdById": ADMIN_ID,
        "emailAddress": person.email,
        "lastAccess": created_at,
    }
