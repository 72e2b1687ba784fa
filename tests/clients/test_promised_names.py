"""The promised names of each client: resources, their methods, and what these take."""

from __future__ import annotations

import importlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest

import crmkit
from tests.clients.harness import CREDENTIALS, both, new_client

CRUD = "list get create update delete"
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


def test_clients_are_public() -> None:
    """Each CRM has a sync and an async client."""
    for name in METHODS:
        assert {name, f"Async{name}"} <= set(crmkit.__all__)


def test_espocrm_has_the_names_of_autocrm() -> None:
    """`crmkit.espocrm` has the same objects as `crmkit.autocrm`, under the same names."""
    autocrm: Any = importlib.import_module("crmkit.autocrm")
    espocrm: Any = importlib.import_module("crmkit.espocrm")
    assert {*autocrm.__all__, "where"} <= set(espocrm.__all__)
    for name in espocrm.__all__:
        assert getattr(espocrm, name) is getattr(autocrm, name), name


def test_names_for_annotations_are_those_of_core() -> None:
    """What calls return and take can be imported from `crmkit`, as the same object."""
    from crmkit.core import options, paging, reply, types

    homes = {
        paging: ("Pager", "AsyncPager", "Page"),
        reply: ("Reply",),
        options: ("Options",),
        types: ("File", "UNSET"),
    }
    for home, names in homes.items():
        for name in names:
            assert getattr(crmkit, name) is getattr(home, name), name
    assert crmkit.__version__ == version("crmkit")


@both
@pytest.mark.parametrize("name", CREDENTIALS)
def test_client_has_its_methods(name: str, asynchronous: bool) -> None:
    """Every promised resource has its promised methods, documented, with their arguments."""
    crm = new_client(name, asynchronous=asynchronous)
    missing: list[str] = []
    for resource, methods in METHODS[name].items():
        owner = getattr(crm, resource, None) if resource else crm
        for method in methods.split():
            function = getattr(owner, method, None)
            if not callable(function) or not inspect.getdoc(function):
                missing.append(f"{resource}.{method}")
    for path, arguments in ARGUMENTS.get(name, {}).items():
        resource, _, method = path.partition(".")
        owner = getattr(crm, resource) if resource else crm
        params = inspect.signature(getattr(owner, method)).parameters
        missing += [
            f"{path}({argument})" for argument in arguments.split() if argument not in params
        ]
    assert missing == []


@pytest.mark.parametrize("name", CREDENTIALS)
def test_sync_and_async_methods_are_alike(name: str) -> None:
    """Sync and async clients have the same public methods, with the same arguments and defaults."""
    clients = new_client(name), new_client(name, asynchronous=True)
    for resource in METHODS[name]:
        owners = [getattr(crm, resource) if resource else crm for crm in clients]
        names, async_names = (
            {attribute for attribute in dir(owner) if not attribute.startswith("_")}
            for owner in owners
        )
        renamed = {"close": "aclose"}
        assert {renamed.get(attribute, attribute) for attribute in names} == async_names
        for method in METHODS[name][resource].split():
            first, second = (
                [
                    (param.name, param.kind, param.default)
                    for param in inspect.signature(getattr(owner, method)).parameters.values()
                ]
                for owner in owners
            )
            assert first == second, method


@pytest.mark.parametrize("name", CREDENTIALS)
def test_no_annotation_says_bare_list(name: str) -> None:
    """No annotation of a promised method says a bare `list`, which such a method shadows."""
    crm = new_client(name)
    for resource, methods in METHODS[name].items():
        owner = getattr(crm, resource) if resource else crm
        for method in methods.split():
            annotations = inspect.get_annotations(getattr(type(owner), method)).values()
            assert "list" not in {str(one).split("[")[0] for one in annotations}, (resource, method)
