"""The users of each mock and their credentials, which are the same after every reset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmkit_mock.espocrm.access import Role, Row, User

if TYPE_CHECKING:
    from crmkit_mock.espocrm.data import Record

SALES_TEAM = "6b0000000000000a1"

_EVERYTHING: Row = {
    "read": "all",
    "stream": "all",
    "edit": "all",
    "delete": "all",
    "create": "yes",
}
#: Entity types that the broad role has without limits.
_RECORDS = (
    "Account", "Contact", "Lead", "Opportunity", "Case", "Task", "Meeting", "Call", "Email",
    "TargetList", "Campaign", "CampaignLogRecord", "CampaignTrackingUrl", "MassEmail",
    "EmailQueueItem", "Document", "EmailTemplate", "CGadget",
)  # fmt: skip
_SCOPES = ("Activities", "Calendar", "GlobalStream", "Import", "ImportEml", "ImportError")

#: Ids of the roles' records, by name.
ROLE_IDS = {"Integrator": "6b0000000000000d1", "Own accounts": "6b0000000000000d2"}

#: Everything that is not reserved for administrators.
INTEGRATOR = Role(
    "Integrator",
    {
        **dict.fromkeys(_RECORDS, _EVERYTHING),
        **dict.fromkeys(_SCOPES, True),
        "User": {"read": "all"},
        "Team": {"read": "all"},
        "Currency": {"read": "yes", "edit": "yes"},
    },
    permissions={
        "assignment": "all",
        "message": "all",
        "export": "yes",
        "massUpdate": "yes",
        "followerManagement": "all",
    },
)
#: Reads own accounts, without the field `website`; creates leads for itself.
LIMITED = Role(
    "Own accounts",
    {
        "Account": {"create": "yes", "read": "own", "stream": "own"},
        "Lead": {"create": "yes", "read": "own"},
    },
    hidden={"Account": ("website",)},
)
ROLES = (LIMITED, INTEGRATOR)


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the mock with its credentials.

    Attributes:
        user: The user.
        user_name: Name to log in with.
        api_key: API key, or None.
        secret_key: Secret for signatures beside the API key; None if the key alone is enough.
        password: Password, or None.
        active: Whether the user may log in.
        first_name: First name of a login.
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
        """Keyword arguments of a client for this user."""
        if self.password is not None:
            return {"username": self.user_name, "password": self.password}
        if self.secret_key is not None:
            return {"api_key": self.api_key, "secret_key": self.secret_key}
        return {"api_key": self.api_key}


def _api(name: str, id: str, role: Role | None, api_key: str, **options: Any) -> Login:
    return Login(User(id, name, "api", role), name, api_key=api_key, last_name=name, **options)


#: The users by name. "integrator" has a broad role; "signer" the same and signs its requests;
#: "limited" reads own accounts, without one field; "norole" may do nothing; "inactive" cannot log
#: in; "jana" and "admin" have passwords.
USERS: dict[str, Login] = {
    login.user_name: login
    for login in (
        Login(
            User("6b0000000000000b0", "Admin", "admin"),
            "admin",
            password="admin-of-the-mock",  # noqa: S106 - valid for the mock alone
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
        Login(
            User("6b0000000000000b6", "Jana Nová", "regular", INTEGRATOR, (SALES_TEAM,)),
            "jana",
            password="jana-of-the-mock",  # noqa: S106 - as above
            first_name="Jana",
            last_name="Nová",
            email="jana@example.org",
        ),
    )
}
INTEGRATOR_ID = USERS["integrator"].user.id
JANA_ID = USERS["jana"].user.id
ADMIN_ID = USERS["admin"].user.id
#: The user as whom the server itself acts; it cannot log in and is in no list.
SYSTEM_ID = "system"


def role_record(role: Role, created_at: str) -> Record:
    """Return the record of a role."""
    names = ("assignment", "user", "export", "massUpdate")
    permissions = {**dict.fromkeys(names, "no"), **role.permissions}
    hidden = {
        entity: {name: {"read": "no", "edit": "no"} for name in names}
        for entity, names in role.hidden.items()
    }
    return {
        "id": ROLE_IDS[role.name],
        "name": role.name,
        **{f"{name}Permission": level for name, level in permissions.items()},
        "data": {
            scope: row if isinstance(row, bool) else dict(row) for scope, row in role.table.items()
        },
        "fieldData": hidden,
        "createdAt": created_at,
    }


def user_record(login: Login, created_at: str) -> Record:
    """Return the record of a user."""
    name = {"firstName": login.first_name, "lastName": login.last_name}
    return {
        "id": login.user.id,
        "deleted": False,
        "userName": login.user_name,
        **{attribute: value for attribute, value in name.items() if value},
        "type": login.user.kind,
        "isActive": login.active,
        "createdAt": created_at,
        "modifiedAt": created_at,
        "createdById": SYSTEM_ID if login.user.kind == "admin" else ADMIN_ID,
        "emailAddress": login.email,
        **_keys(login),
    }


def _keys(login: Login) -> dict[str, str]:
    if login.api_key is None:
        return {}
    secret = {} if login.secret_key is None else {"secretKey": login.secret_key}
    return {"authMethod": "Hmac" if secret else "ApiKey", "apiKey": login.api_key, **secret}
