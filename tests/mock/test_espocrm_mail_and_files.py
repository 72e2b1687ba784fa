"""EspoCRM's e-mails and attachments: what is sent, what is kept, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, client_for, refusal

MESSAGE = {
    "from": "crm@example.com",
    "to": "petr@work.example;b@x.example",
    "subject": "Hello",
    "body": "<p>Hi</p>",
}
HELLO = "data:text/plain;base64,aGVsbG8="


def test_mail_is_sent_only_when_its_status_is_sending(espocrm: Espo) -> None:
    """Without a status it is filed as archived, as a draft kept; only Sending sends."""
    assert espocrm.create("Email", **MESSAGE)["status"] == "Archived"
    assert espocrm.create("Email", **MESSAGE, status="Draft")["status"] == "Draft"
    assert espocrm.mock.outbox == []
    sent = espocrm.create("Email", **MESSAGE, status="Sending", cc="c@x.example")
    assert (sent["status"], sent["dateSent"]) == ("Sent", sent["createdAt"])
    (message,) = espocrm.mock.outbox
    assert message["id"] == sent["id"]
    assert (message["to"], message["cc"], message["subject"], message["body"]) == (
        MESSAGE["to"],
        "c@x.example",
        "Hello",
        "<p>Hi</p>",
    )


def test_a_draft_is_sent_by_an_update_and_sent_mail_stays(espocrm: Espo) -> None:
    """PUT with Sending sends a draft, once; afterwards its text does not change."""
    path = f"/Email/{espocrm.create('Email', **MESSAGE, status='Draft')['id']}"
    assert espocrm.update(path, subject="Better")["subject"] == "Better"
    assert espocrm.update(path, status="Sending")["status"] == "Sent"
    again = espocrm.update(path, status="Sending", subject="Changed", isImportant=True)
    assert (again["status"], again["subject"], again["isImportant"]) == ("Sent", "Better", True)
    assert len(espocrm.mock.outbox) == 1


def test_an_email_is_filed_with_its_account_and_its_people(espocrm: Espo) -> None:
    """The parent gives the account, and known addresses name their records."""
    made = espocrm.create(
        "Email", **MESSAGE, parentType="Opportunity", parentId=seed.OPPORTUNITY, status="Draft"
    )
    assert (made["accountId"], made["bodyPlain"]) == (seed.ACCOUNT, "Hi")
    assert made["idHash"] == {"petr@work.example": seed.CONTACT}
    item = {"type": "equals", "attribute": "emailAddress", "value": "b@x.example"}
    assert espocrm.find("Email", item) == ["Hello"]


@pytest.mark.parametrize(
    ("changes", "field", "kind"),
    [
        ({"from": None}, "from", "required"),
        ({"to": None}, "to", "required"),
        ({"to": "not an address"}, "to", "valid"),
        ({"to": "a@x.example;;b"}, "to", "valid"),
        ({"subject": None}, "name", "required"),
    ],
)
def test_an_improper_message_is_refused(
    espocrm: Espo, changes: dict[str, Any], field: str, kind: str
) -> None:
    """What a message lacks is named; nothing is filed or sent."""
    body = {**MESSAGE, "status": "Sending", **changes}
    reason = f"Field validation failure; entityType: Email, field: {field}, type: {kind}."
    assert refusal(espocrm.http.post("/Email", json=body), 400) == reason
    assert len(espocrm.records("/Email")) == 1
    assert espocrm.mock.outbox == []


@pytest.mark.parametrize(
    ("server", "to", "message", "left"),
    [
        ("missing", "a@x.example", "No system SMTP settings.", "Draft"),
        ("shared", "reject@x.example", "unknownError", "Draft"),
        ("not shared", "a@x.example", None, "Sending"),
    ],
)
def test_what_is_not_sent_is_told_and_stays_filed(
    espocrm: Espo, server: str, to: str, message: str | None, left: str
) -> None:
    """A mail server that is missing or refuses is a 500, and the record stays."""
    espocrm.mock.mail_server(server)
    reply = espocrm.http.post("/Email", json={**MESSAGE, "status": "Sending", "to": to})
    assert refusal(reply, 500) == ("sendingFail" if message else None)
    filed = next(one for one in espocrm.records("/Email") if one["id"] != seed.EMAIL)
    assert filed["status"] == left
    if message:
        assert reply.json() == {"id": filed["id"], "message": message}
    else:
        assert reply.content == b""
    assert espocrm.mock.outbox == []


def test_there_are_three_states_of_the_mail_server(espocrm: Espo) -> None:
    """Any other state is a ValueError, and reset brings back the usual one."""
    with pytest.raises(ValueError, match="'broken'"):
        espocrm.mock.mail_server("broken")
    espocrm.mock.mail_server("missing")
    espocrm.mock.reset()
    assert espocrm.create("Email", **MESSAGE, status="Sending")["status"] == "Sent"


# Files.


def attachment(**changes: Any) -> dict[str, Any]:
    """Return the body of an upload."""
    body = {"name": "a.txt", "type": "text/plain", "relatedType": "Document", "field": "file"}
    return {**body, "file": HELLO, **changes}


def test_a_file_comes_back_as_it_was_uploaded(espocrm: Espo) -> None:
    """Bytes, type and name of an upload are those of the download."""
    made = espocrm.create("Attachment", **attachment(name="žluťoučký.txt"))
    assert (made["size"], made["isBeingUploaded"]) == (5, False)
    reply = espocrm.http.get(f"/Attachment/file/{made['id']}")
    assert reply.content == b"hello"
    assert reply.headers["content-type"] == "text/plain;charset=UTF-8"
    assert "filename*=UTF-8''%C5%BElu" in reply.headers["content-disposition"]
    document = espocrm.create("Document", name="Doc", fileId=made["id"])
    assert document["fileName"] == "žluťoučký.txt"


def test_a_large_file_comes_in_chunks(espocrm: Espo) -> None:
    """Chunks are put together until the announced size is reached; more is refused."""
    made = espocrm.create("Attachment", **attachment(file=None, isBeingUploaded=True, size=10))
    path = f"/Attachment/chunk/{made['id']}"
    for start in (0, 5):
        headers = {"Content-Type": "text/plain", "Start": str(start)}
        assert espocrm.http.post(path, content=HELLO, headers=headers).json() is True
    assert espocrm.get(f"/Attachment/{made['id']}")["isBeingUploaded"] is False
    assert espocrm.http.get(f"/Attachment/file/{made['id']}").content == b"hellohello"
    refusal(espocrm.http.post(path, content=HELLO), 403)


@pytest.mark.parametrize(
    ("start", "content"), [("5", HELLO), ("0", "hello"), ("0", "data:text/plain;base64,a")]
)
def test_an_improper_chunk_is_refused(espocrm: Espo, start: str, content: str) -> None:
    """A chunk at another place, or that is no data URI, changes nothing."""
    made = espocrm.create("Attachment", **attachment(file=None, isBeingUploaded=True, size=10))
    headers = {"Content-Type": "text/plain", "Start": start}
    reply = espocrm.http.post(f"/Attachment/chunk/{made['id']}", content=content, headers=headers)
    assert refusal(reply, 400)
    assert espocrm.http.get(f"/Attachment/file/{made['id']}").content == b""


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"file": "aGVsbG8="}, 400, "Bad file contents."),
        ({"file": None}, 400, "No file contents."),
        ({"field": None}, 400, "No `field` and `parentType`."),
        ({"relatedType": None}, 400, "No `field` and `parentType`."),
        ({"field": "nope"}, 403, "Field 'nope' does not exist."),
        ({"relatedType": "Nope"}, 403, "Field 'file' does not exist."),
        ({"name": "a.png"}, 403, "Not allowed file type."),
        ({"isBeingUploaded": True, "size": 2**40}, 403, "File size exceeded."),
        ({"isBeingUploaded": True}, 400, "No size."),
    ],
)
def test_an_improper_upload_is_refused(
    espocrm: Espo, changes: dict[str, Any], status: int, reason: str
) -> None:
    """What is no file, or has no place, or is of a refused type, is refused with the reason."""
    reply = espocrm.http.post("/Attachment", json=attachment(**changes))
    assert refusal(reply, status) == reason


def test_a_file_of_somebody_else_needs_the_right_to_its_record(
    espocrm: Espo, mocks: MockCRMs
) -> None:
    """Who may not read the record a file belongs to may not read the file; unknown ones are 404."""
    made = espocrm.create("Attachment", **attachment())
    with client_for(mocks.espocrm, "limited") as limited:
        reply = limited.get(f"/Attachment/file/{made['id']}")
        assert refusal(reply, 403) == "No 'read' access."
        assert reply.headers["content-type"].startswith("text/html")
    assert refusal(espocrm.http.get("/Attachment/file/nope"), 404) == ""


def test_a_type_that_no_header_can_carry_is_not_sent(espocrm: Espo) -> None:
    """A file whose type is no media type is sent as bytes of any kind."""
    made = espocrm.create("Attachment", **attachment(type="text/html\r\nX-Bad: 1"))
    reply = espocrm.http.get(f"/Attachment/file/{made['id']}")
    assert reply.headers["content-type"] == "application/octet-stream"
    assert "x-bad" not in reply.headers


def test_an_export_is_a_file_to_download(espocrm: Espo) -> None:
    """An export writes the chosen attributes of what is found into a CSV file."""
    item = {"type": "equals", "attribute": "status", "value": "New"}
    body = {"entityType": "Lead", "attributeList": ["name", "status"], "where": [item]}
    id = espocrm.post("/Export", body)["id"]
    lines = espocrm.http.get(f"/Attachment/file/{id}").text.splitlines()
    assert lines[0] == "name,status"
    assert '"F05 Lead05","New"' in lines
    assert len(lines) == 6
