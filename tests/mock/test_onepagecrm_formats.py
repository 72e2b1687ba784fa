"""OnePageCRM's three formats: every operation in each, one tree, whatever the texts hold."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crmkit_mock.onepagecrm import rendering, tags
from tests.contract.written_forms import Tree
from tests.mock.plain_onepagecrm import FORMATS, MEDIA_TYPES, UNSIGNED, OnePage, read, written

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

#: Every operation: method, path, form, and calls that have to come before.
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


def operations() -> dict[str, tuple[str, str, Tree]]:
    """Return the document's operations: method, path, node."""
    return {
        node["operationId"]: (method.upper(), path, node)
        for path, item in written().tree["paths"].items()
        for method, node in item.items()
    }


def test_every_operation_is_called() -> None:
    """The calls below are all that the document has."""
    assert CALLS.keys() == operations().keys()


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("name", CALLS)
def test_every_operation_answers_in_every_format(solar: OnePage, name: str, extension: str) -> None:
    """Each operation works in each format, and says there what its JSON says."""
    for before in CALLS[name][3:]:
        assert send(solar, before, "json").json()["status"] == 0
    state = solar.mock.snapshot()
    plain = send(solar, name, "json").json()
    after = solar.mock.snapshot()
    solar.mock.restore(state)

    reply = send(solar, name, extension)

    assert reply.status_code == 200
    assert reply.headers["content-type"] == f"{MEDIA_TYPES[extension]}; charset=utf-8"
    tree = read(reply, schema_of(operations()[name][2]))
    assert tree == plain
    assert tree["status"] == 0
    assert tree["message"] == "OK"
    assert solar.mock.snapshot() == after
    assert solar.mock.journal[-1].operation == name


@pytest.mark.parametrize("extension", FORMATS)
def test_errors_come_in_the_format_that_was_asked_for(onepage: OnePage, extension: str) -> None:
    """A refusal is an envelope in the format of the URL, under HTTP 200."""
    reply = onepage.http.get(f"/contacts/{'0' * 24}.{extension}")

    assert reply.status_code == 200
    assert read(reply, written().tree["components"]["schemas"]["Error"]) == {
        "timestamp": 1338797714,
        "status": 106,
        "message": f"contact not found: {'0' * 24}",
    }


@pytest.mark.parametrize("path", ["/contacts", "/contacts.", "/contacts.html", "/x", "/tags/Solar"])
@pytest.mark.parametrize("signed", [True, False])
def test_no_format_is_406_and_nothing_else(onepage: OnePage, path: str, signed: bool) -> None:
    """A missing or unknown extension is answered 406 with an empty body, signed or not."""
    reply = onepage.http.get(path) if signed else onepage.http.get(path, auth=UNSIGNED)

    assert reply.status_code == 406
    assert reply.content == b""
    assert "content-type" not in reply.headers


@pytest.mark.parametrize("path", ["/x.yaml", "/contacts.old.yaml", "/contacts/1/2.yaml"])
def test_an_unknown_path_is_404(onepage: OnePage, path: str) -> None:
    """What the document does not have is HTTP 404, with the envelope of code 106."""
    reply = onepage.http.get(path)

    assert reply.status_code == 404
    assert yaml.safe_load(reply.text)["status"] == 106


def test_an_unknown_method_is_405(onepage: OnePage) -> None:
    """A method that a path does not take is HTTP 405 with Allow, in the format of the URL."""
    reply = onepage.http.put("/contacts.xml")

    assert reply.status_code == 405
    assert reply.headers["allow"] == "GET, POST, HEAD"
    assert ET.fromstring(reply.text).tag == "hash"  # noqa: S314  # our own reply


@pytest.mark.parametrize(
    ("extension", "start"), [("json", "{"), ("xml", "<?xml "), ("yaml", "---\n")]
)
def test_faults_come_in_the_format_that_was_asked_for(
    onepage: OnePage, extension: str, start: str
) -> None:
    """The error body of a fault is an envelope in the format of the request."""
    onepage.mock.fail(status=503)

    reply = onepage.http.get(f"/contacts.{extension}")

    assert reply.status_code == 503
    assert reply.text.startswith(start)
    assert "999" in reply.text


@pytest.mark.parametrize("extension", FORMATS)
def test_a_reply_that_breaks_the_document_is_noticed(
    onepage: OnePage, extension: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mock holds its own replies against the document whatever their format."""
    monkeypatch.setattr(tags, "custom_tags", lambda _: [{"name": "a", "count": -1}])

    reply = onepage.http.get(f"/tags.{extension}")

    assert reply.status_code == 500
    assert "does not fit the document" in reply.text


# -- the renderer ------------------------------------------------------------------------------

AWKWARD = (
    "off no yes ~ null 0 1e3 12e34 07 1_000 .5 2012-06-04 31.08.2011 12:30:45 <a>&amp;]]>",
    "\"' \\ \\n # - ? : ! & * %1 @ ` { [ , | > =",
    *("off", "12e34", "0123", "~", "true", "-", "- a", "a: b", "a #b", "null", "=", "<<", "1:30"),
    *("a\nb", "a\r\nb", "\ttab", "a\u2028b\u0085c", "\ufeffbom", "\U0001f600", "é ü ж 漢", "\x7f"),
    *("]]>", "<![CDATA[x]]>", "<!-- -->", "&lt;", "&#0;", "%", "\u00a0", "\ue000"),
)


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("extension", FORMATS)
def test_any_text_arrives_as_it_was_sent(onepage: OnePage, text: str, extension: str) -> None:
    """Texts that are markup elsewhere are written so that a reader gets them back."""
    sent = {"company": "x", "description": f"a{text}z", "tags": text.replace(",", "").strip(" \t")}
    reply = onepage.http.post(f"/contacts.{extension}", data=sent)

    data = read(reply, schema_of(operations()["contacts_create"][2]))["data"]
    assert data["description"] == sent["description"]
    assert data["tags"] == [sent["tags"]]


def test_characters_that_xml_cannot_carry_are_dropped(onepage: OnePage) -> None:
    """They are ignored when they come in, so all formats show the same text."""
    sent = "".join(map(chr, range(32))) + "a\ufffe\uffff\x0bb" + "".join(map(chr, range(32)))
    id = onepage.ok("POST", "/contacts", company="\x01 a\x0bb\ufffe", description=f"[{sent}]")["id"]
    schema = schema_of(operations()["contacts_get"][2])

    shown = [read(onepage.http.get(f"/contacts/{id}.{one}"), schema)["data"] for one in FORMATS]

    assert [one["company"] for one in shown] == ["ab"] * 3
    assert [one["description"] for one in shown] == ["[\t\n\rab\t\n\r]"] * 3


@pytest.mark.parametrize("extension", FORMATS)
def test_a_message_quotes_only_what_its_format_can_carry(onepage: OnePage, extension: str) -> None:
    """A refusal that names what was sent can be read, whatever was sent."""
    reply = onepage.http.get(f"/tags/a%01%EF%BF%BE%3C%26%C3%A9.{extension}")

    tree = read(reply, written().tree["components"]["schemas"]["Error"])
    assert tree["status"] == 106
    assert tree["message"] == "tag not found: a<&é"


TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cc"])
    | st.sampled_from("\t\n\r\x7f\x85&<>'\"]#:-{[|~"),
    max_size=8,
)


@given(st.dictionaries(st.sampled_from(["firstname", "lastname", "company"]), TEXT | st.none()))
def test_the_formats_hold_the_same_tree(names: dict[str, str | None]) -> None:
    """Rendered in any format and read by the schema, a tree is what it was."""
    names = {"firstname": None, "lastname": None, "company": None, **names}
    page = written().tree["components"]["examples"]["ContactListPage"]["value"]
    contact = {**page["data"]["contacts"][0], **names}
    tree = {**page, "data": {**page["data"], "contacts": [contact]}}
    schema = {"$ref": "#/components/schemas/ContactListReply"}

    for extension in FORMATS:
        reply = rendering.render(extension, 200, tree)
        sent = httpx.Response(
            200, content=reply.body, headers={"content-type": str(reply.media_type)}
        )
        assert read(sent, schema) == tree
        assert reply.tree == tree


def test_examples_are_rendered_as_the_document_writes_them() -> None:
    """The renderer's XML has the names, types and nulls of the document, its YAML the values."""
    seen = 0
    for response in written().tree["components"]["responses"].values():
        body = response.get("content", {}).get("application/json", {})
        for example in body.get("examples", {}).values():
            tree = written().resolve(example)["value"]
            seen += 1

            assert ET.canonicalize(rendering.to_xml(tree)) == ET.canonicalize(
                written().to_xml(tree, body["schema"])
            )
            assert yaml.safe_load(rendering.to_yaml(tree)) == tree
    assert seen > 25


@pytest.mark.parametrize("number", [0.0, 5130.0, 1e16, 1e-7, -2.5, 1e22])
def test_floats_stay_floats(number: float) -> None:
    """Numbers with a fraction are floats to XML's type and to a reader of YAML 1.1."""
    tree = {"won": number}

    assert yaml.safe_load(rendering.to_yaml(tree)) == tree
    element = ET.fromstring(rendering.to_xml(tree))[0]  # noqa: S314  # our own reply
    assert element.get("type") == "float"
    assert float(element.text or "") == number


@pytest.mark.parametrize("write", [rendering.to_json, rendering.to_xml, rendering.to_yaml])
def test_only_trees_are_rendered(write: Any) -> None:
    """What no format can carry is a bug of the mock and said so."""
    with pytest.raises((TypeError, ValueError)):
        write({"a": object()})
