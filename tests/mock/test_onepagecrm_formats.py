"""OnePageCRM's three formats: every operation answers the same tree in each."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import httpx
import pytest
import yaml

from crmkit_mock.onepagecrm import tags
from crmkit_mock.onepagecrm.operations import OPERATIONS
from tests.contract.written_forms import Tree
from tests.mock.plain_onepagecrm import (
    ACME,
    FORMATS,
    MEDIA_TYPES,
    UNSIGNED,
    OnePage,
    case,
    read,
    written,
)

ELENI = "4e00465263819c0000000001"
OFF = "4e00465263819c0000000002"
FILTER = "4e00465263819f0000000001"
DONE = "4e00465263819a0000000004"
OPEN = "4e00465263819a0000000001"
DEAL = "4e00465263819d0000000003"
CONTACT = {"lastname": "Doe", "tags": "Solar,New", "phones": "work|1,home|2", "country": "EL"}
SYSTEM = {
    "status": "client",
    "reminder_type": "never",
    "reminder_hour": 7,
    "timezone": "dublin",
    "currency": "GBP",
    "date_format": "%d/%m/%Y",
}
NOTE = {"body": "Called.", "date": "01.06.2012"}

#: A call of every operation: method, path, form, and operations that come before.
CALLS: dict[str, tuple[Any, ...]] = {
    "auth_login": ("POST", "/auth/login", {"login": "eleni@solar.example", "password": "helios"}),
    "auth_logout": ("GET", "/auth/logout"),
    "auth_change_api_key": ("GET", "/auth/change_api_key"),
    "contacts_list": ("GET", "/contacts"),
    "contacts_get": ("GET", f"/contacts/{ELENI}"),
    "contacts_create": ("POST", "/contacts", CONTACT),
    "contacts_update": ("PUT", f"/contacts/{ELENI}", CONTACT),
    "contacts_delete": ("DELETE", f"/contacts/{ELENI}"),
    "contacts_undo_delete": ("GET", "/misc/undo_contact_deletion", {}, "contacts_delete"),
    "contacts_undo_delete_post": ("POST", "/misc/undo_contact_deletion", {}, "contacts_delete"),
    "actions_list": ("GET", f"/actions?cid={ELENI}"),
    "actions_get": ("GET", f"/actions/{OPEN}"),
    "actions_create": ("POST", "/actions", {"cid": OFF, "name": "Call", "next": 1}),
    "actions_update": ("PUT", f"/actions/{OPEN}", {"cid": ELENI, "name": "Call", "waiting": 1}),
    "actions_delete": ("DELETE", f"/actions/{DONE}"),
    "actions_mark_done": ("POST", "/misc/mark_action_as_done", {"cid": ELENI}),
    "actions_undo_done": (
        *("POST", "/misc/undo_action_completion", {"cid": ELENI}),
        "actions_mark_done",
    ),
    "notes_list": ("GET", f"/notes?cid={ELENI}"),
    "notes_get": ("GET", f"/notes/{DEAL}"),
    "notes_create": ("POST", "/notes", {"cid": OFF, **NOTE, "type": "deal", "amount": 12.5}),
    "notes_update": ("PUT", f"/notes/{DEAL}", {**NOTE, "amount": 7, "status": "won"}),
    "notes_delete": ("DELETE", f"/notes/{DEAL}"),
    "tags_list": ("GET", "/tags"),
    "tags_get": ("GET", "/tags/Solar"),
    "tags_create": ("POST", "/tags", {"name": "Hot <leads> & more"}),
    "tags_rename": ("PUT", "/tags/Solar", {"name": "Sun"}),
    "tags_delete": ("DELETE", "/tags/Solar"),
    "tags_assign": ("GET", f"/misc/assign_tag?id={OFF}&name=New"),
    "tags_assign_post": ("POST", "/misc/assign_tag", {"id": OFF, "name": "New"}),
    "tags_unassign": ("GET", f"/misc/unassign_tag?id={OFF}&name=Solar"),
    "tags_unassign_post": ("POST", "/misc/unassign_tag", {"id": OFF, "name": "Solar"}),
    "tags_remove_unused": ("GET", "/misc/remove_unused_tags"),
    "tags_remove_unused_post": ("POST", "/misc/remove_unused_tags"),
    "filters_list": ("GET", "/filters"),
    "filters_get": ("GET", f"/filters/{FILTER}"),
    "settings_user": ("GET", "/settings/user"),
    "settings_update_user": ("POST", "/settings/user", {"email": "e@example.com"}),
    "settings_system": ("GET", "/settings/system"),
    "settings_update_system": ("POST", "/settings/system", SYSTEM),
    "settings_subscription": ("GET", "/settings/subscription"),
    "settings_timezones": ("GET", "/settings/timezone_list"),
    "settings_currencies": ("GET", "/settings/currency_list"),
    "sales_summary": ("GET", "/sales/index"),
    "sales_closed_deals": ("GET", "/sales/closed_deals"),
    "sales_closed_deals_post": ("POST", "/sales/closed_deals"),
    "api_version": ("GET", "/misc/api_version"),
}


def send(solar: OnePage, name: str, extension: str) -> httpx.Response:
    """Send the call of an operation in a format."""
    method, path, *rest = CALLS[name]
    path, mark, query = path.partition("?")
    return solar.http.request(
        method, f"{path}.{extension}{mark}{query}", data=rest[0] if rest else None
    )


def schema_of(operation: Tree) -> Tree:
    """Return the schema of an operation's success."""
    response = written().resolve(operation["responses"]["200"])
    schemas = [response["content"][media]["schema"] for media in MEDIA_TYPES.values()]
    assert schemas[0] == schemas[1] == schemas[2]
    schema: Tree = schemas[0]
    return schema


def operations() -> dict[str, Tree]:
    """Return the document's operations."""
    return {
        node["operationId"]: node
        for item in written().tree["paths"].values()
        for node in item.values()
    }


def test_every_operation_has_a_handler_and_a_call() -> None:
    """The table of operations and the calls below are those that the document has."""
    assert operations().keys() == OPERATIONS.keys() == CALLS.keys()


def test_every_operation_answers_in_every_format(solar: OnePage) -> None:
    """Each operation works in each format, and says there what its JSON says."""
    start = solar.mock.snapshot()
    for name, call in CALLS.items():
        solar.mock.restore(start)
        for earlier in call[3:]:
            assert send(solar, earlier, "json").json()["status"] == 0, name
        before = solar.mock.snapshot()
        in_json = send(solar, name, "json").json()
        after = solar.mock.snapshot()
        assert (in_json["status"], in_json["message"]) == (0, "OK"), name
        for extension in FORMATS:
            with case(f"{name} {extension}"):
                solar.mock.restore(before)
                reply = send(solar, name, extension)
                assert reply.status_code == 200
                content_type = f"{MEDIA_TYPES[extension]}; charset=utf-8"
                assert reply.headers["content-type"] == content_type
                assert read(reply, schema_of(operations()[name])) == in_json
                assert solar.mock.snapshot() == after
                assert solar.mock.journal[-1].operation == name


def test_errors_come_in_the_format_of_the_url(onepage: OnePage) -> None:
    """A refusal is an envelope in the format of the URL, under HTTP 200."""
    for extension in FORMATS:
        with case(extension):
            reply = onepage.http.get(f"/contacts/{'0' * 24}.{extension}")
            assert reply.status_code == 200
            assert read(reply, written().tree["components"]["schemas"]["Error"]) == {
                "timestamp": 1338797714,
                "status": 106,
                "message": f"contact not found: {'0' * 24}",
            }


def test_faults_come_in_the_format_of_the_url(onepage: OnePage) -> None:
    """The error body of a fault is an envelope in the format of the request."""
    for extension, start in (("json", "{"), ("xml", "<?xml "), ("yaml", "---\n")):
        onepage.mock.fail(status=503)
        reply = onepage.http.get(f"/contacts.{extension}")
        assert reply.status_code == 503, extension
        assert reply.text.startswith(start), extension
        assert "999" in reply.text, extension


def test_unknown_format_is_406_without_body(onepage: OnePage) -> None:
    """A missing or unknown extension is answered 406 with an empty body, signed or not."""
    for path in ("/contacts", "/contacts.", "/contacts.html", "/x", "/tags/Solar"):
        for reply in (onepage.http.get(path), onepage.http.get(path, auth=UNSIGNED)):
            assert reply.status_code == 406, path
            assert reply.content == b"", path
            assert "content-type" not in reply.headers, path


def test_unknown_path_is_404(onepage: OnePage) -> None:
    """What the document does not have is HTTP 404, with the envelope of code 106."""
    for path in ("/x.yaml", "/contacts.old.yaml", "/contacts/1/2.yaml"):
        reply = onepage.http.get(path)
        assert reply.status_code == 404, path
        assert yaml.safe_load(reply.text)["status"] == 106, path


def test_unknown_method_is_405(onepage: OnePage) -> None:
    """A method that a path does not take is HTTP 405 with Allow, in the format of the URL."""
    reply = onepage.http.put("/contacts.xml")

    assert reply.status_code == 405
    assert reply.headers["allow"] == "GET, POST, HEAD"
    assert ET.fromstring(reply.text).tag == "hash"  # noqa: S314  # our own reply


def test_reply_that_breaks_the_document_is_reported(
    onepage: OnePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mock checks its own replies against the document, whatever their format."""
    monkeypatch.setattr(tags, "custom_tags", lambda _: [{"name": "a", "count": -1}])

    for extension in FORMATS:
        reply = onepage.http.get(f"/tags.{extension}")
        assert reply.status_code == 500, extension
        assert "does not fit the document" in reply.text, extension


AWKWARD = (
    "off no yes ~ null 0 1e3 12e34 07 1_000 .5 2012-06-04 31.08.2011 12:30:45 <a>&amp;]]>",
    "\"' \\ \\n # - ? : ! & * %1 @ ` { [ , | > =",
    *("off", "12e34", "0123", "~", "true", "-", "- a", "a: b", "a #b", "null", "=", "<<", "1:30"),
    *("a\nb", "a\r\nb", "\ttab", "a\u2028b\u0085c", "\ufeffbom", "\U0001f600", "é ü ж 漢", "\x7f"),
    *("]]>", "<![CDATA[x]]>", "<!-- -->", "&lt;", "&#0;", "%", "\u00a0", "\ue000"),
)


def test_awkward_strings_arrive_as_they_were_sent(onepage: OnePage) -> None:
    """Strings that mean something to a format are written so that a reader gets them back."""
    schema = schema_of(operations()["contacts_update"])
    for value in AWKWARD:
        tag = value.replace(",", "").strip(" \t")
        form = {"company": "x", "description": f"a{value}z", "tags": tag}
        for extension in FORMATS:
            reply = onepage.http.put(f"/contacts/{ACME}.{extension}", data=form)
            contact = read(reply, schema)["data"]
            assert contact["description"] == form["description"], (value, extension)
            assert contact["tags"] == [tag], (value, extension)


def test_characters_that_xml_cannot_carry_are_dropped(onepage: OnePage) -> None:
    """They are ignored when they come in, so all formats show the same string."""
    controls = "".join(map(chr, range(32)))
    id = onepage.ok(
        *("POST", "/contacts"),
        company="\x01 a\x0bb\ufffe",
        description=f"[{controls}a\ufffe\uffff\x0bb{controls}]",
    )["id"]
    schema = schema_of(operations()["contacts_get"])

    for extension in FORMATS:
        contact = read(onepage.http.get(f"/contacts/{id}.{extension}"), schema)["data"]
        assert contact["company"] == "ab", extension
        assert contact["description"] == "[\t\n\rab\t\n\r]", extension


def test_message_quotes_only_what_its_format_can_carry(onepage: OnePage) -> None:
    """A refusal that quotes what was sent can be read, whatever was sent."""
    for extension in FORMATS:
        reply = onepage.http.get(f"/tags/a%01%EF%BF%BE%3C%26%C3%A9.{extension}")
        tree = read(reply, written().tree["components"]["schemas"]["Error"])
        assert tree["status"] == 106, extension
        assert tree["message"] == "tag not found: a<&é", extension
