"""Values that a run sends to an EspoCRM: those that fields accept, with ids that exist.

The document does not have them, as every installation has its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.contract import espocrm_demo as demo
from tests.contract.account_documents import Tree, resolved


@dataclass(frozen=True)
class Ids:
    """Ids of records of one entity type, and of the records that they are linked to.

    Attributes:
        read: Those to be read and changed one by one.
        changed: Those to be changed together.
        deleted: Those to be deleted.
        linked: Those of the records at the other end of a link.
    """

    read: list[str]
    changed: list[str]
    deleted: list[str]
    linked: list[str]


#: Records of the demo data that no run deletes, by the member that takes their ids.
KNOWN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("accountId", "accountsIds", "parentId"), (demo.ACCOUNT, demo.THIRD_ACCOUNT)),
    **dict.fromkeys(("contactId", "contactsIds"), (demo.CONTACT, demo.SECOND_CONTACT)),
    **dict.fromkeys(("assignedUserId", "userId", "usersIds"), (demo.JANA_ID, demo.INTEGRATOR_ID)),
    **dict.fromkeys(("leadId", "leadsIds"), demo.LEADS),
    "teamsIds": (demo.SALES_TEAM,),
    "attachmentsIds": (demo.ATTACHMENT,),
}
DAY = "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_ZONED = f"T{TIME}:[0-5][0-9](Z|[+-]0[0-9]:00)"
ADDRESSES = ("ann@x.example", "Bob@y.example")
#: An address that leads out of the server's network: 10.0 refuses hosts that it cannot resolve.
WEBHOOK_URL = "https://93.184.216.34/hook"
#: What members accept, by the component that describes them.
_VALUES: dict[str, Tree] = {
    "String": {"type": ["string", "null"], "pattern": "^[^<>=]*$", "maxLength": 40},
    # Servers refuse null for a flag, and keep 14 digits of a number.
    "Boolean": {"type": "boolean"},
    "Amount": {"type": ["integer", "null"], "minimum": 0, "maximum": 10**9},
    "Integer": {"type": ["integer", "null"], "minimum": 0, "maximum": 100},
    "CurrencyCode": {"enum": ["CZK", "EUR", "USD"]},
    "Date": {"type": ["string", "null"], "pattern": f"^{DAY}$"},
    "DateTimeInput": {
        "type": ["string", "null"],
        "pattern": f"^{DAY}( {TIME}(:[0-5][0-9])?|{_ZONED})$",
    },
    "LinkId": {"type": "null"},
    "LinkName": {"type": "null"},
    "Ids": {"type": ["array", "null"], "maxItems": 0},
    "ColumnMapInput": {"type": ["object", "null"], "maxProperties": 0},
}
#: What members take, by name.
_MEMBERS: dict[str, Tree] = {
    **{name: {"enum": [*ADDRESSES, None]} for name in ("to", "cc", "bcc", "replyTo")},
    "emailAddress": {"type": ["string", "null"], "pattern": "^[A-Za-z]{4,9}@x[.]example$"},
    "phoneNumber": {"enum": ["+420601000111", "+420 601 000 222", None]},
    "parentType": {"const": "Account"},
    **{name: {"enum": ["https://x.example/a", None]} for name in ("website", "joinUrl")},
    "url": {"const": WEBHOOK_URL},
    # An amount needs a currency, which a lead of the demo data may lack.
    "opportunityAmount": {"type": "null"},
    # Only a draft is sent later, and only at a time to come.
    "sendAt": {"type": "null"},
    "seconds": {"enum": [0, 60, 86400]},
    "event": {"enum": ["Account.create", "Lead.fieldUpdate.status"]},
    "from": {"enum": ["crm@example.com", ADDRESSES[0]]},
}
#: Members that take a list of entries, of which servers accept ten.
_ENTRIES = frozenset({"emailAddressData", "phoneNumberData", "reminders"})
#: Options that only AutoCRM has, or that only the server itself sets, and enums without null.
_OTHER_OPTIONS = frozenset({"Supplier", "Received"})
_NOT_NULL = frozenset(
    {
        "LeadStatus",
        "OpportunityStage",
        "CaseStatus",
        "Priority",
        "TaskStatus",
        "MeetingStatus",
        "CallDirection",
        "EmailStatus",
        "ReminderType",
    }
)
#: Members that a record cannot do without, by the schema of what is sent; with every change of
#: them something has to be sent.
NEEDED: dict[str, tuple[str, ...]] = {
    "AccountInput": ("name",),
    "ContactInput": ("lastName",),
    "LeadInput": ("lastName",),
    "OpportunityInput": ("name", "amount", "closeDate"),
    "CaseInput": ("name",),
    "TaskInput": ("name", "assignedUserId"),
    "MeetingInput": ("name", "assignedUserId", "dateStart", "dateEnd"),
    "CallInput": ("name", "assignedUserId", "dateStart", "dateEnd"),
    "EmailInput": ("name", "subject", "from", "to"),
    "RecordInput": ("name",),
    "NoteInput": ("parentId", "parentType", "post"),
    "WebhookInput": ("event", "url"),
    "EmailAddressInput": ("emailAddress",),
    "PhoneNumberInput": ("phoneNumber",),
    "ReminderInput": ("seconds", "type"),
}
#: Members of what is sent beside records, by schema, that are the same in every group.
_SENT: dict[str, dict[str, Tree]] = {
    "UnlinkAllInput": {
        "id": {"const": demo.TARGET_LIST},
        "link": {"enum": ["accounts", "contacts", "leads"]},
    },
    "ActionInput": {
        "action": {"const": "convertCurrency"},
        "data": {
            "type": "object",
            "properties": {"targetCurrency": {"enum": ["CZK", "EUR"]}},
            "required": ["targetCurrency"],
        },
    },
    "FollowersInput": {"ids": {"type": "array", "minItems": 1, "items": {"enum": [demo.JANA_ID]}}},
    "TokenInput": {"token": {"type": "string", "pattern": "^[0-9a-f]{32}$"}},
    "MassActionInput": {"action": {"enum": ["update", "delete"]}},
    "AttachmentInput": {
        "name": {"type": "string", "pattern": r"^[a-z]{1,8}[.]txt$"},
        # A file without a type is served as JSON, whatever it is.
        "type": {"enum": ["text/plain", "text/csv"]},
        "role": {"const": "Attachment"},
        "field": {"const": "file"},
        "relatedType": {"const": "Document"},
        "relatedId": {"enum": [demo.DOCUMENT, None]},
    },
    "AttachmentCopyInput": {"field": {"const": "file"}, "relatedType": {"const": "Document"}},
    # 10.0 has internal notes on cases only.
    "NoteInput": {"type": {"const": "Post"}, "isInternal": {"const": False}},
    "ConversionRecords": {},
    "ImportInput": {
        "entityType": {"const": "Lead"},
        "attributeList": {"const": ["lastName"]},
        "action": {"const": "create"},
        "delimiter": {"enum": [",", ";"]},
        "textQualifier": {"enum": ["'", '"']},
        "dateFormat": {"const": "DD.MM.YYYY"},
        "timeFormat": {"const": "HH:mm"},
        "timezone": {"const": "Europe/Prague"},
        "decimalMark": {"enum": [".", ","]},
        "currency": {"enum": ["CZK", "EUR"]},
        "personNameFormat": {"const": "f l"},
        "defaultValues": {"const": {"status": "New"}},
    },
    "TemplateDataInput": {
        "emailAddress": {"enum": [*ADDRESSES]},
        "parentType": {"const": "Account"},
        "parentId": {"const": demo.ACCOUNT},
        "relatedType": {"const": "Contact"},
        "relatedId": {"const": demo.CONTACT},
    },
    "SearchParams": {
        "orderBy": {"enum": ["createdAt", "id"]},
    },
    "WhereItem": {
        "type": {"enum": ["equals", "notEquals", "isNull", "isNotNull"]},
        "attribute": {"const": "createdAt"},
        "field": {"const": "createdAt"},
        "value": {"type": "string"},
        "dateTime": {"const": False},
        "date": {"const": False},
        "timeZone": {"const": "Europe/Prague"},
    },
}
#: Fields of the demo data's form to capture leads.
_FORM = ("firstName", "lastName")
_REQUIRED = {
    "WhereItem": ["type", "attribute"],
    "AttachmentInput": ["name", "type", "field", "relatedType", "file"],
    "AttachmentCopyInput": ["field", "relatedType"],
    "FollowersInput": ["ids"],
    "ActionInput": ["entityType", "action", "id", "data"],
    "MassActionParams": ["ids"],
    "MassUpdateInput": ["ids", "attributes"],
    "MassDeleteInput": ["ids"],
}
#: Members that are left out: what searches find is not for a run to change or to delete, a file is
#: at one place, and so is a note, which has no target beside its parent.
_LEFT_OUT = {
    "SearchParams": ("primaryFilter", "boolFilterList"),
    "AttachmentInput": ("parentType", "parentId", "isBeingUploaded", "size"),
    "AttachmentCopyInput": ("parentType",),
    "NoteInput": ("targetType",),
    "ImportInput": ("updateBy",),
    "LinkInput": ("massRelate", "where", "searchParams"),
    "MassUpdateInput": ("byWhere", "where"),
    "MassDeleteInput": ("byWhere", "where"),
    "MassActionParams": ("where", "searchParams"),
}


def narrow_records(tree: Tree) -> None:
    """Let members of records that are sent be what fields take.

    The schema is then for new records; a second one for changes has no required members.
    """
    schemas = tree["components"]["schemas"]
    for name, needed in NEEDED.items():
        members = schemas[name]["properties"]
        for member, documented in members.items():
            members[member] = _value(schemas, member, documented, needed=member in needed)
        schemas[name]["additionalProperties"] = False
        pair = ["parentType", "parentId"] if "parentType" in members else []
        schemas[f"{name}Changes"] = {**schemas[name], "required": pair}
        schemas[name]["required"] = sorted({*needed, *pair})
    for item in tree["paths"].values():
        for method in item.keys() & {"put", "patch"}:
            body = resolved(tree, item[method].get("requestBody", {}))
            for content in body.get("content", {}).values():
                changes = f"{content['schema'].get('$ref', '')}Changes"
                if changes.rpartition("/")[2] in schemas:
                    content["schema"] = {"$ref": changes}


def _value(schemas: Tree, member: str, documented: Tree, *, needed: bool) -> Tree:
    component = documented.get("$ref", "").rpartition("/")[2]
    if member in _ENTRIES:
        return {**documented, "maxItems": 3}
    schema: Tree = dict(_MEMBERS.get(member) or _VALUES.get(component) or documented)
    if member in KNOWN:
        ids = {"enum": [*KNOWN[member]]}
        many = {"type": ["array", "null"], "items": ids, "maxItems": 3}
        if member == "accountsIds":
            # The table of contacts' accounts is unique: servers fail on an account sent twice.
            many["uniqueItems"] = True
        schema = many if component == "Ids" else {"enum": [*KNOWN[member], None]}
    described = schemas.get(component, {})
    if "x-crmkit-open-enum" in described:
        (names,) = (kind["enum"] for kind in described["anyOf"] if "enum" in kind)
        options = [option for option in names if option not in _OTHER_OPTIONS]
        schema = {"enum": options if component in _NOT_NULL else [*options, None]}
    if needed and "enum" in schema:
        schema["enum"] = [choice for choice in schema["enum"] if choice is not None]
    elif needed and isinstance(schema.get("type"), list):
        schema["type"] = schema["type"][0]
        if schema.get("pattern") == _VALUES["String"]["pattern"]:
            schema["pattern"] = "^[A-Za-z][^<>=]*$"
    return schema


def narrow_others(tree: Tree, entity: str, ids: Ids) -> None:
    """Let what is sent beside records be about records of an entity type.

    Args:
        tree: The document.
        entity: Name of the entity type.
        ids: Its records.
    """
    schemas = tree["components"]["schemas"]
    for name, members in _SENT.items():
        schemas[name]["properties"] |= members
        schemas[name]["additionalProperties"] = False
    for name, names in _LEFT_OUT.items():
        for member in names:
            del schemas[name]["properties"][member]
    for name, needed in _REQUIRED.items():
        schemas[name]["required"] = needed
    named = {"const": entity}
    known_id, linked = {"enum": ids.read}, {"enum": ids.linked}
    many: Tree = {"type": "array", "minItems": 1, "items": {"enum": ids.changed}}
    deleted = {**many, "items": {"enum": ids.deleted}}
    of_family: dict[str, Tree] = {
        "RecordReference": {"id": known_id},
        "LeadConversionInput": {"id": known_id},
        "LinkInput": {"id": linked, "ids": {"type": "array", "items": linked}},
        "MassUpdateInput": {"ids": many},
        "MassDeleteInput": {"ids": deleted},
        "MassActionInput": {"entityType": named},
        "MassActionParams": {"ids": deleted},
        "ActionInput": {"entityType": named, "id": known_id},
        "ExportInput": {"entityType": named, "ids": many},
    }
    for name, members in of_family.items():
        schemas[name]["properties"] |= members
    schemas["DataUri"]["pattern"] = "^data:text/plain;base64,([A-Za-z0-9+/]{4}){0,5}$"
    # A form of which no field is sent is refused.
    schemas["LeadCaptureInput"] |= {
        "properties": {name: {"type": "string", "pattern": "^[A-Za-z]{1,9}$"} for name in _FORM},
        "required": [*_FORM],
    }
    schemas["CsvText"]["pattern"] = "^[a-z]{1,9}(,[a-z]{1,9}){0,2}$"
    schemas["CurrencyRatesInput"] = {
        "type": "object",
        "properties": {"USD": {"type": "number", "minimum": 0.1, "maximum": 10}},
        "additionalProperties": False,
    }
