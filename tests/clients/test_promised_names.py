"""The promised names of each client: resources, their methods, and what these take."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import crmkit

CRUD = "list get create update delete"
CREDENTIALS: dict[str, dict[str, Any]] = {
    "Relenta": {"account": "acme", "department_key": "k"},
    "AutoCRM": {"base_url": "https://acme.example", "api_key": "k"},
    "EspoCRM": {"base_url": "https://acme.example", "api_key": "k"},
    "OnePageCRM": {"uid": "u", "key": "azE="},
    "Monica": {"token": "t"},
}
ENTITIES = [
    "accounts",
    "contacts",
    "leads",
    "opportunities",
    "cases",
    "tasks",
    "meetings",
    "calls",
    "emails",
]
ENTITY = f"{CRUD} related link unlink mass_update mass_delete"
ESPO = {
    **dict.fromkeys(ENTITIES, ENTITY),
    "leads": f"{ENTITY} convert",
    "emails": f"{ENTITY} send",
    "attachments": "upload download",
    "metadata": "get",
    "stream": "list post",
    "": "entity follow unfollow me",
}
MONICA_PLAIN = [
    "notes",
    "calls",
    "activities",
    "tasks",
    "reminders",
    "contact_fields",
    "addresses",
    "companies",
    "occupations",
    "gifts",
    "debts",
    "pets",
    "life_events",
    "conversations",
    "places",
    "genders",
    "activity_types",
    "activity_type_categories",
    "contact_field_types",
    "tags",
]
METHODS: dict[str, dict[str, str]] = {
    "Relenta": {
        "contacts": "list save create",
        "activities": "list save",
        "custom_fields": "list",
    },
    "AutoCRM": ESPO,
    "EspoCRM": ESPO,
    "OnePageCRM": {
        "contacts": f"{CRUD} undo_delete",
        "actions": f"{CRUD} mark_done undo_done",
        "notes": CRUD,
        "tags": "list get create rename delete assign unassign remove_unused",
        "filters": "list get",
        "settings": "user update_user system update_system subscription timezones currencies",
        "sales": "summary closed_deals",
        "auth": "login logout change_api_key",
        "": "api_version",
    },
    "Monica": {
        "relationships": CRUD,
        "relationship_types": "list get",
        "relationship_type_groups": "list get",
        "contacts": f"{CRUD} set_tags unset_tags",
        **dict.fromkeys(MONICA_PLAIN, CRUD),
        "journal": CRUD,
        "documents": "list get create delete",
        "photos": "list get create delete",
        "countries": "list",
        "currencies": "list get",
        "compliance": "list get",
        "logs": "list",
        "": "me",
    },
}
LIST_ARGUMENTS = {
    "accounts": "where select order_by order text_filter primary_filter bool_filters",
}
ARGUMENTS: dict[str, dict[str, str]] = {
    **{
        crm: {
            "accounts.list": f"{LIST_ARGUMENTS['accounts']} start page_size options",
            "accounts.create": "input_ name website extra skip_duplicate_check options",
            "accounts.update": "id input_ name extra version_number options",
            "accounts.related": "id link",
            "accounts.link": "id link ids",
            "accounts.unlink": "id link ids",
            "accounts.mass_update": "ids where attributes",
            "accounts.mass_delete": "ids where",
            "leads.convert": "id records skip_duplicate_check",
            "emails.send": "to subject body from_",
            "attachments.upload": "file",
            "attachments.download": "id",
            "metadata.get": "key",
            ".follow": "entity id",
            ".unfollow": "entity id",
        }
        for crm in ("AutoCRM", "EspoCRM")
    },
    "OnePageCRM": {
        "contacts.list": "start options search tag",
        "contacts.create": "firstname lastname company jobtitle zip phones emails extra options",
        "contacts.update": "id firstname lastname company jobtitle zip phones emails extra options",
        "actions.list": "cid",
        "notes.list": "cid",
        "tags.rename": "tag name",
        "tags.assign": "id name",
    },
    "Monica": {
        "relationships.list": "contact_id options",
        "relationships.create": "contact_is relationship_type_id of_contact options",
        "contacts.list": "page_size start query sort options",
        "contacts.set_tags": "id",
        **{
            f"{name}.list": "contact_id start page_size options"
            for name in ("notes", "calls", "activities", "tasks", "reminders", "gifts", "debts")
        },
        "documents.list": "contact_id",
        "photos.list": "contact_id",
        "contact_fields.list": "contact_id",
    },
}


def client(name: str, *, asynchronous: bool) -> Any:
    """Return a client that never sends anything."""
    return getattr(crmkit, f"Async{name}" if asynchronous else name)(**CREDENTIALS[name])


@pytest.mark.parametrize("name", CREDENTIALS)
def test_every_client_is_there(name: str) -> None:
    """Each CRM has its client and the async twin."""
    assert {name, f"Async{name}"} <= set(crmkit.__all__)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("name", CREDENTIALS)
def test_a_client_has_its_methods(name: str, *, asynchronous: bool) -> None:
    """Every promised resource has its promised methods, documented, on both twins."""
    crm = client(name, asynchronous=asynchronous)
    missing: list[str] = []
    for resource, methods in METHODS[name].items():
        owner = getattr(crm, resource, None) if resource else crm
        for method in methods.split():
            found = getattr(owner, method, None)
            if not callable(found) or not inspect.getdoc(found):
                missing.append(f"{resource}.{method}")
    assert missing == []


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("name", ARGUMENTS)
def test_methods_take_the_promised_arguments(name: str, *, asynchronous: bool) -> None:
    """Methods have the promised arguments by name, on both twins."""
    crm = client(name, asynchronous=asynchronous)
    missing: list[str] = []
    for path, arguments in ARGUMENTS[name].items():
        resource, _, method = path.partition(".")
        owner = getattr(crm, resource) if resource else crm
        taken = inspect.signature(getattr(owner, method)).parameters
        missing += [f"{path}({one})" for one in arguments.split() if one not in taken]
    assert missing == []


@pytest.mark.parametrize("name", CREDENTIALS)
def test_twins_are_alike(name: str) -> None:
    """Both twins have the same public methods with the same arguments and defaults."""
    sync, asynchronous = (client(name, asynchronous=one) for one in (False, True))
    for resource in METHODS[name]:
        one, other = (getattr(crm, resource) if resource else crm for crm in (sync, asynchronous))
        names = {attribute for attribute in dir(one) if not attribute.startswith("_")}
        others = {attribute for attribute in dir(other) if not attribute.startswith("_")}
        renamed = {"close": "aclose"}
        assert {renamed.get(attribute, attribute) for attribute in names} == others
        for method in METHODS[name][resource].split():
            signatures = [inspect.signature(getattr(owner, method)) for owner in (one, other)]
            first, second = ([*signature.parameters.values()] for signature in signatures)
            assert [(p.name, p.kind, p.default) for p in first] == [
                (p.name, p.kind, p.default) for p in second
            ]


@pytest.mark.parametrize("name", CREDENTIALS)
def test_nothing_shadows_a_builtin(name: str) -> None:
    """No annotation of a promised method says a bare `list`, which such a method shadows."""
    crm = client(name, asynchronous=False)
    for resource, methods in METHODS[name].items():
        owner = getattr(crm, resource) if resource else crm
        for method in methods.split():
            function = getattr(type(owner), method)
            told = [str(one) for one in inspect.get_annotations(function).values()]
            assert not [one for one in told if one.split("[")[0] == "list"], (resource, method)
