"""EspoCRM and AutoCRM as laws see them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from crmkit.contract.espocrm.entities import CUSTOM_FIELDS, CUSTOM_OPTIONS, ENTITIES, flatten

from .espocrm_lists import EspoLists
from .resources import Member, Resource, listing_of, updates_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crmkit.contract.document import Document
    from crmkit.contract.espocrm.entities import Entity
    from crmkit.contract.exchange import Reply

    from .scene import Scene

__all__ = ["espocrm_scene"]

_KINDS = {
    "varchar": "line", "text": "text", "bool": "flag", "int": "integer", "float": "number",
    "currency": "number", "date": "date", "datetime": "datetime", "enum": "choice",
}  # fmt: skip
_ACCOUNT = {"accountId": "{Account}"}
_PARENT = {"parentType": "Account", "parentId": "{Account}"}
#: What records are bound to, so that lists below others show them.
_NEEDS: dict[str, dict[str, Any]] = {
    "Contact": _ACCOUNT, "Opportunity": _ACCOUNT, "Case": _ACCOUNT, "Task": _PARENT,
    "Meeting": _PARENT, "Call": _PARENT, "Email": _PARENT,
}  # fmt: skip
#: Lists below an account, by the entity type of their rows.
_LINKS = {
    "Contact": ("contacts",), "Opportunity": ("opportunities",), "Case": ("cases",),
    "Task": ("tasks", "tasksPrimary"), "Meeting": ("meetings", "meetingsPrimary"),
    "Call": ("calls", "callsPrimary"), "Email": ("emails", "emailsPrimary"),
}  # fmt: skip
#: What the types of fields do not say.
_MEMBERS: dict[str, dict[str, Any]] = {
    "billingAddressStreet": {"longest": 255, "avoids": "<>="},
    "addressStreet": {"longest": 255, "avoids": "<>="},
    "name": {"longest": 255},
    "Account.name": {"longest": 249},
    "accountName": {"longest": 255},
    "cTier": {"choices": ("A", "B", "C")},
    "cRating": {"choices": tuple(range(1, 11)), "kind": "choice"},
    "cScore": {"digits": 14},
    "sicCode": {"longest": 40},
    "billingAddressPostalCode": {"longest": 40},
    "shippingAddressPostalCode": {"longest": 40},
    "addressPostalCode": {"longest": 40},
    "Opportunity.probability": {"nullable": False},
    "Campaign.type": {"nullable": False},
    "Email.subject": {"kind": "other"}, "Email.status": {"kind": "other"},
    "Email.from": {"kind": "other"}, "Email.to": {"kind": "other"}, "Email.cc": {"kind": "other"},
    "Email.replyTo": {"kind": "other"}, "Email.folderId": {"kind": "other"},
    "Email.bodyPlain": {"kind": "other"}, "Email.isReplied": {"kind": "other"},
    "Email.dateSent": {"kind": "other"}, "Email.body": {"kind": "line"},
    "Email.isRead": {"kind": "other"}, "Email.isImportant": {"kind": "other"},
    "Email.inTrash": {"kind": "other"},
    "isAllDay": {"kind": "other"}, "dateStartDate": {"kind": "other"},
    "dateEndDate": {"kind": "other"}, "duration": {"kind": "other"},
}  # fmt: skip


_PERIODS = (("dateStart", "dateEnd"), ("startDate", "endDate"))
_NAME = ("name",)
#: What changes besides a member itself.
_FOLLOWS: dict[str, tuple[str, ...]] = {
    # Each save sets the probability by the stage.
    "Opportunity": ("probability", "amount(Weighted)?Converted", "lastStage"),
    "Contact.title": (r"accountsColumns\..*\.role",),
    "Task.status": ("dateCompleted",),
    "dateStart": ("duration", "isOverdue", "dateEnd"),
    "dateEnd": ("duration", "isOverdue"),
    "firstName": _NAME, "lastName": _NAME, "middleName": _NAME, "salutationName": _NAME,
    "Email.name": ("subject",), "Email.body": ("bodyPlain",), "Email.isHtml": ("bodyPlain",),
    "Lead.opportunityAmount": ("opportunityAmountConverted", "opportunityAmountCurrency"),
    "Campaign.budget": ("budgetConverted", "budgetCurrency"),
    "Account.cBudget": ("cBudgetConverted", "cBudgetCurrency"),
}  # fmt: skip
#: Enums that may be empty.
_OPTIONAL = frozenset({"salutationName", "industry", "source", "leadSource", "type"})


class EspoScene(EspoLists):
    """Records of EspoCRM."""

    times: ClassVar[frozenset[str]] = frozenset(
        {"modifiedAt", "modifiedBy(Id|Name)", "versionNumber", "streamUpdatedAt"}
    )
    own: ClassVar[frozenset[str]] = frozenset(
        {"id", "createdAt", "dateCompleted", "messageId(Internal)?", "number", "cNo", "cSerial"}
    )

    trimmed: ClassVar[frozenset[str] | None] = frozenset({"line"})
    untrimmed: ClassVar[frozenset[str]] = frozenset({"Email.body"})
    stranger: ClassVar[str] = "norole"
    most_refused: ClassVar[int | None] = 4
    signed: ClassVar[tuple[str, ...]] = ("method", "path")
    signer: ClassVar[str] = "signer"
    # Live 10.0.0: its database looks the key up without regard to case.
    keys_in_any_case: ClassVar[bool] = True
    changed_at: ClassVar[str] = "modifiedAt"
    headers: ClassVar[Mapping[str, str]] = {"X-Skip-Duplicate-Check": "true"}
    answers_less: ClassVar[bool] = True
    unlisted: ClassVar[frozenset[str]] = frozenset({"bodyPlain"})
    unanswered: ClassVar[Mapping[str, frozenset[str]]] = {
        "Contact": frozenset({r"accountsColumns\..*\.role"}),
        "*": frozenset({"(emailAddress|phoneNumber)Is(OptedOut|Invalid)"}),
        "Email": frozenset({"users(Ids|Names|Columns)", "is(NotRead|NotReplied|UsersSent)"}),
        "Opportunity": frozenset({"amount(Weighted)?Converted"}),
        "Meeting": frozenset({"duration"}),
        "Call": frozenset({"duration"}),
    }

    def follows(self, resource: Resource, member: Member) -> Sequence[str]:
        """Return patterns of the places in a record that change with a member."""
        return (
            *_FOLLOWS.get(resource.name, ()),
            *_FOLLOWS.get(f"{resource.name}.{member.name}", ()),
            *_FOLLOWS.get(member.name, ()),
        )

    def consistent(self, resource: Resource, body: dict[str, Any]) -> dict[str, Any]:
        """Return a body whose members agree with each other."""
        for first, last in _PERIODS:
            if body.get(first) and body.get(last) and body[first] >= body[last]:
                body = {**body, first: body[last], last: body[first]}
        return body

    def make(self, name: str) -> Any:
        """Create or find what stands for an id."""
        if name == "{me}":
            return self.talk.get("/App/user").bind("user.id")
        return super().make(name)

    def rows_in(self, reply: Reply) -> list[Any]:
        """Return the rows of a list."""
        rows = reply.tree.get("list") if reply.succeeded and isinstance(reply.tree, dict) else None
        return rows if isinstance(rows, list) else []

    def normal(self, member: Member, value: Any) -> Any:
        """Return the value that the server makes of one that it takes."""
        return None if value == "" else value


def _member(name: str, entity: Entity, kind: str) -> Member:
    choices = entity.options.get(name, ()) or CUSTOM_OPTIONS.get(name, ())
    longest = 100 if kind == "varchar" and name != "name" else None
    member = Member(
        name,
        _KINDS.get(kind, "other"),
        name,
        nullable=True,
        longest=longest,
        choices=choices,
        avoids="" if kind == "text" else "<>=",
    )
    if kind == "bool" or (kind == "enum" and name not in _OPTIONAL):
        member = replace(member, nullable=False)
    changes = {**_MEMBERS.get(name, {}), **_MEMBERS.get(f"{entity.name}.{name}", {})}
    return replace(member, **changes)


def _resources(document: Document, *, custom: bool) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for name, entity in ENTITIES.items():
        if entity.custom and not custom:
            continue
        fields = {**entity.fields, **(CUSTOM_FIELDS if custom and name == "Account" else {})}
        path, record = f"/{name}", f"/{name}/{{id}}"
        operation = document.operation("GET", path)
        assert operation is not None  # noqa: S101 - every document of the two has it
        marked = {"type": "startsWith", "attribute": entity.naming, "value": "{marker}"}
        lists = [
            listing_of(document, operation, path, most=200),
            listing_of(document, operation, path, most=200, is_own=True,
                       query=tuple(flatten("where", [marked]))),
        ]  # fmt: skip
        related = document.operation("GET", "/Account/1/contacts")
        for link in _LINKS.get(name, ()):
            below = f"/Account/{{Account}}/{link}"
            lists.append(listing_of(document, related or operation, below, most=200, is_own=True))
        found[name] = Resource(
            name, path, record, {**entity.body, **_NEEDS.get(name, {})},
            {key: _member(key, entity, kind) for key, kind in fields.items()},
            entity.naming, updates_of(document, record), lists=tuple(lists),
        )  # fmt: skip
    return found


def espocrm_scene(document: Document, *, custom: bool = False) -> type[Scene]:
    """Return the class of scenes.

    Args:
        document: The wire document.
        custom: Whether the server has the mock's custom types and fields.
    """
    return type("EspoScene", (EspoScene,), {"resources": _resources(document, custom=custom)})
