"""Faults of Relenta's mock."""

from __future__ import annotations

from tests.contract.faults.fault import Fault
from tests.contract.faults.wire import WireExchange


def _stale_list(exchange: WireExchange) -> None:
    """Show a list as it was before the last save: a cache that is a request behind."""
    if exchange.method == "POST" and exchange.status == 200:
        exchange.memory["saved"] = True
    elif exchange.path.endswith(".list.json") and exchange.status == 200:
        key = (exchange.path, exchange.query)
        former = exchange.memory.get(key)
        exchange.memory[key] = exchange.body
        if former is not None and exchange.memory.pop("saved", False):
            exchange.body = former


def _double_encoded(exchange: WireExchange) -> None:
    """Encode what is beyond ASCII in UTF-8 twice."""
    if exchange.path.endswith("/activity.list.json"):
        for row in exchange.tree.get("data", []):
            row["subject"] = row["subject"].encode("utf-8", "surrogatepass").decode("latin-1")


def _row_without_member(exchange: WireExchange) -> None:
    """Leave a member out of every third row, which no schema requires."""
    if exchange.path.endswith("/contact.list.json"):
        for row in exchange.tree.get("data", [])[2::3]:
            row.pop("company", None)


def _code_of_refusals(exchange: WireExchange) -> None:
    """Say 400 in the envelope of every refusal."""
    if exchange.status in (401, 404) and "code" in exchange.tree:
        exchange.tree["code"] = 400


def _refused_as_success(exchange: WireExchange) -> None:
    """Answer an unknown id with HTTP 200 and the envelope of the error."""
    if exchange.status == 404 and exchange.path.endswith(".save.json"):
        exchange.status = 200


def _leading_zeros(exchange: WireExchange) -> None:
    """Lose zeros at the start of what looks like a number."""
    for row in exchange.tree.get("data", []) if exchange.path.endswith("t.list.json") else []:
        if row.get("fax", "").isdecimal():
            row["fax"] = row["fax"].lstrip("0")


def _last_row_twice(exchange: WireExchange) -> None:
    """Show the last row of a full page of activities in place of the one before it as well."""
    data = exchange.tree.get("data") if exchange.path.endswith("/activity.list.json") else None
    if data and len(data) >= 3:
        data[-2] = data[-1]


RELENTA = [
    Fault(
        "relenta-later-pages-skip-one",
        "document: pages together are the whole list",
        "relenta/operations.py",
        '(session.query.get("page", 1) - 1) * size)',
        '(session.query.get("page", 1) - 1) * size + (session.query.get("page", 1) > 2))',
    ),
    Fault(
        "relenta-page-size-capped-at-250",
        "document: assumption, a page has at most 500 records, and as many as page_size says",
        "relenta/operations.py",
        'size = session.query.get("page_size", _PAGE_SIZE)',
        'size = min(250, session.query.get("page_size", _PAGE_SIZE))',
    ),
    Fault(
        "relenta-default-page-99",
        "document: default of page_size is 100",
        "relenta/operations.py",
        "_PAGE_SIZE = 100",
        "_PAGE_SIZE = 99",
    ),
    Fault(
        "relenta-upsert-of-contact",
        "page: Status Codes, 404 where an id was provided but no resource exists",
        "relenta/contacts.py",
        """    if stored is None:
        raise not_found("contact", id)
""",
        """    if stored is None:
        return create_contact(session)
""",
    ),
    Fault(
        "relenta-create-updates",
        "document: contact.create.json ignores an id and never updates",
        "relenta/contacts.py",
        """    session.body.pop("id", None)
    limit""",
        """    known = contacts.read(session.department, str(session.body.get("id")))
    if known is not None:
        return save_contact(session)
    session.body.pop("id", None)
    limit""",
    ),
    Fault(
        "relenta-plan-limit-per-department",
        "page: Status Codes, 401 for the limit of the account's plan, which has all departments",
        "relenta/contacts.py",
        "contacts.count() >= limit",
        "contacts.count(session.department) >= limit",
    ),
    Fault(
        "relenta-unsent-custom-fields-lost",
        "document: members that are not sent keep their values",
        "relenta/contacts.py",
        'return _apply({**stored, "dt_modified": write_datetime(now)}, sent, definitions)',
        "kept = {name: value for name, value in stored.items() if name in MEMBERS}\n"
        '    return _apply({**kept, "dt_modified": write_datetime(now)}, sent, definitions)',
    ),
    Fault(
        "relenta-update-moves-dt-created",
        "page: sample, dt_created is the time of the creation",
        "relenta/contacts.py",
        '{**stored, "dt_modified": write_datetime(now)}, sent, definitions',
        '{**stored, "dt_created": write_datetime(now), "dt_modified": write_datetime(now)},'
        " sent, definitions",
    ),
    Fault(
        "relenta-flag-cannot-be-unset",
        "document: what is saved is read back; do_not_mass_email True, then False",
        "relenta/contacts.py",
        'contact[member] = EMPTY[member] if value in ("", None) else value',
        'contact[member] = EMPTY[member] if value in ("", None) else value or contact[member]',
    ),
    Fault(
        "relenta-empty-string-is-not-null",
        "page: sample, an empty title is null; document: null and an empty string clear",
        "relenta/contacts.py",
        'contact[member] = EMPTY[member] if value in ("", None) else value',
        "contact[member] = EMPTY[member] if value is None else value",
    ),
    Fault(
        "relenta-nfd-becomes-nfc",
        "document: what is saved is read back",
        "relenta/contacts.py",
        'contact[member] = EMPTY[member] if value in ("", None) else value',
        'import unicodedata\n            contact[member] = EMPTY[member] if value in ("", None)'
        ' else value if value is True or value is False else unicodedata.normalize("NFC", value)',
    ),
    Fault(
        "relenta-cleared-field-gets-its-default",
        "document: null and an empty string clear, also a custom field with a default",
        "relenta/contacts.py",
        "            contact.pop(member, None)\n",
        "            contact.pop(member, None)\n"
        "            if member in custom and custom[member].default_value:\n"
        "                contact[member] = custom[member].default_value\n",
    ),
    Fault(
        "relenta-full-name-of-sent-parts-only",
        "document: members that are not sent keep their values; the full name is of both parts",
        "relenta/contacts.py",
        'part for part in (contact["first_name"], contact["last_name"]) if part',
        'part for part in (sent.get("first_name"), sent.get("last_name")) if part',
    ),
    Fault(
        "relenta-name-split-at-last-space",
        "document: assumption, a full name is split at its first space",
        "relenta/contacts.py",
        'contact["full_name"].strip().partition(" ")',
        'contact["full_name"].strip().rpartition(" ")',
    ),
    Fault(
        "relenta-key-in-any-case",
        "document: 401 for a wrong key",
        "relenta/authentication.py",
        'request.headers.get(KEY_HEADER, "")',
        'request.headers.get(KEY_HEADER, "").lower()',
    ),
    Fault(
        "relenta-parameters-before-key",
        "document: the key is checked first: 401, whatever else is wrong",
        "relenta/server.py",
        """        department = Authenticator().authenticate(request)
        query = operation.read_query(request)
""",
        """        query = operation.read_query(request)
        department = Authenticator().authenticate(request)
""",
    ),
    Fault(
        "relenta-definitions-of-first-department",
        "document: custom fields are those of the key's department",
        "relenta/session.py",
        "self.custom_fields.view(self.department, _read_definitions)",
        'self.custom_fields.view("agents", _read_definitions)',
    ),
    Fault(
        "relenta-activity-of-other-department-updated",
        "document: departments never see each other's records",
        "relenta/activities.py",
        "    stored = activities.read(department, str(number))\n",
        "    stored = activities.read(department, str(number))\n"
        "    if stored is None:\n"
        '        department = "laboratory" if department == "agents" else "agents"\n'
        "        stored = activities.read(department, str(number))\n",
    ),
    Fault(
        "relenta-activity-update-reopens",
        "document: members that are not sent keep their values",
        "relenta/activities.py",
        'return _apply({**stored, "dt_modified": write_datetime(now)}, sent)',
        'return _apply({**stored, **DEFAULTS, "dt_modified": write_datetime(now)}, sent)',
    ),
    Fault(
        "relenta-dates-cannot-be-cleared",
        "document: null and an empty string clear",
        "relenta/activities.py",
        "            activity[member] = EMPTY[member]\n",
        "            if member not in DATETIMES:\n"
        "                activity[member] = EMPTY[member]\n",
    ),
    Fault(
        "relenta-texts-of-activities-stripped",
        "document: what is saved is read back, line ends included",
        "relenta/activities.py",
        "            activity[member] = value\n    return",
        "            activity[member] = value.rstrip() if isinstance(value, str) else value\n"
        "    return",
    ),
    Fault(
        "relenta-minutes-of-offset-ignored",
        "document: datetimes are RFC 3339 with any offset, and listed in UTC",
        "relenta/values.py",
        "value.astimezone(UTC).replace(microsecond=0, tzinfo=None)",
        "value.astimezone(UTC).replace(minute=value.minute, microsecond=0, tzinfo=None)",
    ),
    Fault(
        "relenta-negative-numbers-refused",
        "document: assumption, a Number is a decimal number",
        "relenta/custom_fields.py",
        'r"-?[0-9]+(?:\\.[0-9]+)?"',
        'r"[0-9]+(?:\\.[0-9]+)?"',
    ),
    Fault(
        "relenta-cleared-tags-are-empty",
        "page: sample, empty groups and tags are left out",
        "relenta/contacts.py",
        "        if value:\n            contact[member] = value\n",
        '        if value or (value == "" and member in contact):\n'
        "            contact[member] = value\n",
    ),
    Fault(
        "relenta-page-zero",
        "document: minimum of page is 1",
        "documents.py",
        "            value = int(text)\n",
        '            value = int(text) or int(self.name == "page")\n',
    ),
    Fault(
        "relenta-first-choice-checked-only",
        "document: values that a definition does not allow are refused, each choice of several",
        "relenta/custom_fields.py",
        'for choice in value.split(";")',
        'for choice in value.split(";")[:1]',
    ),
    Fault(
        "relenta-activity-modified-stays",
        "document: dt_modified is when the activity was last changed",
        "relenta/activities.py",
        '{**stored, "dt_modified": write_datetime(now)}',
        "{**stored}",
    ),
    Fault(
        "relenta-texts-cut-at-255",
        "document: what is saved is read back, however long",
        "relenta/activities.py",
        "            activity[member] = value\n    return",
        "            activity[member] = value[:255] if isinstance(value, str) else value\n"
        "    return",
    ),
    Fault(
        "relenta-past-the-end",
        "document: a page beyond the last is empty",
        "relenta/operations.py",
        "offset=offset)\n    data",
        "offset=min(offset, max(0, collection.count(department) - 1)) if limit"
        " > 0 else offset)\n"
        "    data",
    ),
    Fault(
        "relenta-one-contact-more-than-planned",
        "page: Status Codes, 401 for the limit of the account's plan",
        "relenta/contacts.py",
        "contacts.count() >= limit",
        "contacts.count() > limit",
    ),
    Fault(
        "relenta-plan-blocks-updates",
        "page: Status Codes, the plan limits the number of contacts",
        "relenta/contacts.py",
        "    number = int(id)\n",
        '    limit = session.settings.get("plan_limit")\n'
        "    if limit is not None and contacts.count() >= limit:\n"
        "        raise plan_limit_reached()\n"
        "    number = int(id)\n",
    ),
    Fault(
        "relenta-defaults-for-empty-contacts-only",
        "document: default_value is the value of new contacts",
        "relenta/contacts.py",
        "        if field.default_value:\n",
        "        if field.default_value and not sent:\n",
    ),
    Fault(
        "relenta-emails-lower",
        "document: what is saved is read back",
        "relenta/contacts.py",
        'contact[member] = EMPTY[member] if value in ("", None) else value',
        'contact[member] = EMPTY[member] if value in ("", None) else'
        ' value.lower() if member == "emails" else value',
    ),
    Fault(
        "relenta-list-of-fields-of-first-department",
        "document: custom fields are those of the key's department",
        "relenta/operations.py",
        "_list(session, session.custom_fields, -1, 0)",
        '_list(__import__("dataclasses").replace(session,'
        ' department="agents"), session.custom_fields, -1, 0)',
    ),
    Fault(
        "relenta-unknown-contact-member",
        "document: assumption, an unknown member of a contact is refused",
        "relenta/contacts.py",
        "        elif member not in ABSENT_WHEN_EMPTY:\n",
        "        elif member not in ABSENT_WHEN_EMPTY and len(member) < 3:\n",
    ),
    Fault(
        "relenta-case-of-choices",
        "document: assumption, values that a definition does not allow are refused",
        "relenta/custom_fields.py",
        "allowed = value in self.choices",
        "allowed = value.lower() in [c.lower() for c in self.choices]",
    ),
    Fault(
        "relenta-times-can-be-sent",
        "document: dt_modified is set by the server",
        "relenta/contacts.py",
        "        if member in READ_ONLY:\n            continue\n",
        "        if member in READ_ONLY:\n"
        "            if value:\n"
        "                contact[member] = value\n"
        "            continue\n",
    ),
    Fault(
        "relenta-wire-stale-list",
        "document: what is saved is listed",
        wire=_stale_list,
    ),
    Fault(
        "relenta-wire-double-encoded",
        "document: what is saved is read back",
        wire=_double_encoded,
    ),
    Fault(
        "relenta-wire-rows-without-company",
        "page: sample, a contact has company, null where there is none",
        wire=_row_without_member,
    ),
    Fault(
        "relenta-wire-code-of-refusals",
        "document: assumption, the HTTP status equals the envelope's code",
        wire=_code_of_refusals,
    ),
    Fault(
        "relenta-wire-unknown-id-is-200",
        "page: Status Codes, 404",
        wire=_refused_as_success,
    ),
    Fault(
        "relenta-wire-leading-zeros",
        "document: fax is a string, and what is saved is read back",
        wire=_leading_zeros,
    ),
    Fault(
        "relenta-wire-row-twice",
        "document: a record is listed once",
        wire=_last_row_twice,
    ),
    Fault(
        "relenta-cleared-to-defaults",
        "assumption: an empty status stays empty",
        "relenta/activities.py",
        "            activity[member] = EMPTY[member]",
        "            activity[member] = DEFAULTS.get(member, EMPTY[member])",
    ),
    Fault(
        "relenta-modified-earlier",
        "page: dt_modified is the time of the last save",
        "relenta/contacts.py",
        '{**stored, "dt_modified": write_datetime(now)}',
        '{"dt_modified": write_datetime(now), **stored}',
    ),
    Fault(
        "relenta-names-split-last",
        "assumption: a full name is split at its first space",
        "relenta/contacts.py",
        'contact["full_name"].strip().partition(" ")',
        'contact["full_name"].strip().rpartition(" ")',
    ),
    Fault(
        "relenta-leap-seconds-stay",
        "RFC 3339: second 60 is the next minute's first",
        "relenta/values.py",
        "value += timedelta(seconds=1)",
        "value += timedelta(seconds=0)",
    ),
    Fault(
        "relenta-any-choice",
        "assumption: all choices are among those of the definition",
        "relenta/custom_fields.py",
        "allowed = all(choice",
        "allowed = any(choice",
    ),
    Fault(
        "relenta-plus-signs",
        "assumption: a number has no plus sign",
        "relenta/custom_fields.py",
        'r"-?[0-9]+',
        'r"[-+]?[0-9]+',
    ),
    Fault(
        "relenta-last-names-first",
        "assumption: the first name comes first in the full name",
        "relenta/contacts.py",
        'part for part in (contact["first_name"], contact["last_name"]) if part',
        'part for part in (contact["last_name"], contact["first_name"]) if part',
    ),
]
