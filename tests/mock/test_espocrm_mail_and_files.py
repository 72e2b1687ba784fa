"""EspoCRM's e-mails and attachments: what is sent, stored and rejected."""

from __future__ import annotations

from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm import seed
from tests.mock.espo import Espo, brackets, client_for, error_reason

MESSAGE = {
    "from": "crm@example.com",
    "to": "petr@work.example;b@x.example",
    "subject": "Hello",
    "body": "<p>Hi</p>",
}
_FAILED = "Field validation failure; entityType: Attachment"
HELLO = "data:text/plain;base64,aGVsbG8="


def test_sends_email_only_with_status_sending(espocrm: Espo) -> None:
    """Without a status an e-mail is archived, with Draft stored; only Sending sends it."""
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


def test_update_sends_a_draft_and_keeps_a_sent_email(espocrm: Espo) -> None:
    """PUT with Sending sends a draft, once; afterwards nothing of it changes by PUT."""
    path = f"/Email/{espocrm.create('Email', **MESSAGE, status='Draft')['id']}"
    assert espocrm.update(path, subject="Better")["subject"] == "Better"
    assert espocrm.update(path, status="Sending")["status"] == "Sent"
    again = espocrm.update(path, status="Sending", subject="Changed", isImportant=True)
    assert (again["status"], again["subject"]) == ("Sent", "Better")
    assert "isImportant" not in again
    assert len(espocrm.mock.outbox) == 1


def test_email_has_account_and_known_people(espocrm: Espo) -> None:
    """The account is the parent's, and known addresses name their records."""
    created = espocrm.create(
        "Email", **MESSAGE, parentType="Opportunity", parentId=seed.OPPORTUNITY, status="Draft"
    )
    assert (created["accountId"], created["bodyPlain"]) == (seed.ACCOUNT, "Hi")
    system = {"crm@example.com": "6b0000000000000f1"}
    assert created["idHash"] == {**system, "petr@work.example": seed.CONTACT}
    addresses = [{"emailAddress": address} for address in ("One@x.example", "Two@x.example")]
    espocrm.update(f"/Contact/{seed.SECOND_CONTACT}", emailAddressData=addresses)
    second = espocrm.create("Email", **{**MESSAGE, "to": "TWO@x.example"})
    assert second["to"] == "Two@x.example"
    assert second["idHash"] == {**system, "Two@x.example": seed.SECOND_CONTACT}
    item = {"type": "equals", "attribute": "emailAddress", "value": "b@x.example"}
    assert espocrm.find("Email", item) == ["Hello"]


def test_rejects_invalid_emails(espocrm: Espo) -> None:
    """The invalid attribute is named; nothing is stored or sent."""
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"from": None}, "from", "required"),
        ({"to": None}, "to", "required"),
        ({"to": "not an address"}, "to", "valid"),
        ({"to": "a@x.example;;b"}, "to", "valid"),
        ({"subject": None}, "name", "required"),
    ]
    for changes, field, kind in cases:
        body = {**MESSAGE, "status": "Sending", **changes}
        reason = f"Field validation failure; entityType: Email, field: {field}, type: {kind}."
        assert error_reason(espocrm.http.post("/Email", json=body), 400) == reason, changes
    assert len(espocrm.records("/Email")) == 1
    assert espocrm.mock.outbox == []


def test_failed_sending_keeps_the_email(espocrm: Espo) -> None:
    """A mail server that is missing or rejects a message is a 500, and the e-mail remains."""
    cases = (
        ("missing", "a@x.example", "No system SMTP settings.", "Draft"),
        ("shared", "reject@x.example", "unknownError", "Draft"),
        ("not shared", "a@x.example", None, "Sending"),
    )
    for server, to, message, status in cases:
        espocrm.mock.reset()
        espocrm.mock.mail_server(server)
        reply = espocrm.http.post("/Email", json={**MESSAGE, "status": "Sending", "to": to})
        assert error_reason(reply, 500) == ("sendingFail" if message else None), server
        stored = next(one for one in espocrm.records("/Email") if one["id"] != seed.EMAIL)
        assert stored["status"] == status, server
        if message:
            assert reply.json() == {"id": stored["id"], "message": message}, server
        else:
            assert reply.content == b"", server
        assert espocrm.mock.outbox == [], server


def test_rejects_unknown_state_of_the_mail_server(espocrm: Espo) -> None:
    """An unknown state is a ValueError, and reset restores the default."""
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


def test_downloads_what_was_uploaded(espocrm: Espo) -> None:
    """Bytes, type and name of an upload are those of the download."""
    created = espocrm.create("Attachment", **attachment(name="žluťoučký.txt"))
    assert (created["size"], created["isBeingUploaded"]) == (5, False)
    reply = espocrm.http.get(f"/Attachment/file/{created['id']}")
    assert reply.content == b"hello"
    assert reply.headers["content-type"] == "text/plain;charset=UTF-8"
    assert "filename*=UTF-8''%C5%BElu" in reply.headers["content-disposition"]
    document = espocrm.create(
        "Document", name="Doc", fileId=created["id"], publishDate="2024-01-25"
    )
    assert document["fileName"] == "žluťoučký.txt"


def test_uploads_in_chunks(espocrm: Espo) -> None:
    """Chunks are joined until the announced size is reached; a further one is rejected."""
    created = espocrm.create("Attachment", **attachment(file=None, isBeingUploaded=True, size=10))
    path = f"/Attachment/chunk/{created['id']}"
    for start in (0, 5):
        headers = {"Content-Type": "text/plain", "Start": str(start)}
        assert espocrm.http.post(path, content=HELLO, headers=headers).json() is True
    assert espocrm.get(f"/Attachment/{created['id']}")["isBeingUploaded"] is False
    assert espocrm.http.get(f"/Attachment/file/{created['id']}").content == b"hellohello"
    error_reason(espocrm.http.post(path, content=HELLO), 403)


def test_rejects_invalid_chunks(espocrm: Espo) -> None:
    """A chunk that is empty, not a data URI, or longer than announced is rejected, not stored."""
    created = espocrm.create("Attachment", **attachment(file=None, isBeingUploaded=True, size=4))
    path = f"/Attachment/chunk/{created['id']}"
    for content, reason in (
        ("", ""),
        ("hello", "Bad file data."),
        (HELLO, "File size mismatch. A real server answers 500."),
    ):
        reply = espocrm.http.post(path, content=content, headers={"Content-Type": "text/plain"})
        assert error_reason(reply, 400) == reason, content
        assert espocrm.http.get(f"/Attachment/file/{created['id']}").content == b"", content


def test_takes_base64_as_php_does(espocrm: Espo) -> None:
    """What is not base64 is skipped, whatever stands before the comma."""
    for file, content in (
        ("data:text/csv;base64,!!!", b""),
        ("x,YSx\niCg==", b"a,b\n"),
        ("data:text/csv,YQ", b"a"),
        ("data:;base64,YSxiC", b"a,b"),
    ):
        created = espocrm.create("Attachment", **attachment(file=file))
        assert espocrm.http.get(f"/Attachment/file/{created['id']}").content == content, file


def test_rejects_invalid_uploads(espocrm: Espo) -> None:
    """An upload without content or field, or of a type that is not accepted, is rejected."""
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"file": "aGVsbG8="}, 400, "Bad file contents."),
        ({"file": None}, 400, "Non-string file contents."),
        ({"role": None}, 400, f"{_FAILED}, field: role, type: valid."),
        ({"name": "x" * 300}, 400, f"{_FAILED}, field: name, type: maxLength."),
        ({"field": None}, 400, "No `field` and `parentType`."),
        ({"relatedType": None}, 400, "No `field` and `parentType`."),
        ({"field": "nope"}, 403, "Field 'nope' does not exist."),
        ({"relatedType": "Nope"}, 403, "Field 'file' does not exist."),
        ({"name": "a.png"}, 403, "Not allowed file type."),
        ({"file": ["x"]}, 400, "Non-string file contents."),
        ({"role": "Nope"}, 403, "Role not allowed."),
        ({"field": "name"}, 403, "Field type 'varchar' is not allowed for Attachment."),
        (
            {"isBeingUploaded": True, "size": 2**40},
            403,
            "Attachment size exceeds `attachmentUploadMaxSize`.",
        ),
    ]
    for changes, status, reason in cases:
        reply = espocrm.http.post("/Attachment", json=attachment(**changes))
        assert error_reason(reply, status) == reason, changes


def test_file_of_another_user_needs_access_to_its_record(espocrm: Espo, mocks: MockCRMs) -> None:
    """A user who may not read the record of a file may not read the file; unknown ones are 404."""
    created = espocrm.create("Attachment", **attachment())
    with client_for(mocks.espocrm, "limited") as limited:
        reply = limited.get(f"/Attachment/file/{created['id']}")
        assert error_reason(reply, 403) == "No 'read' access."
        assert reply.headers["content-type"].startswith("text/html")
    assert error_reason(espocrm.http.get("/Attachment/file/nope"), 404) == ""


def test_invalid_media_type_is_sent_as_octet_stream(espocrm: Espo) -> None:
    """A file whose type is not a valid media type is application/octet-stream."""
    created = espocrm.create("Attachment", **attachment(type="text/html\r\nX-Bad: 1"))
    reply = espocrm.http.get(f"/Attachment/file/{created['id']}")
    assert reply.headers["content-type"] == "application/octet-stream"
    assert "x-bad" not in reply.headers


def test_exports_records_to_a_file(espocrm: Espo) -> None:
    """An export writes the selected attributes of the found records to a CSV file."""
    item = {"type": "equals", "attribute": "status", "value": "New"}
    body = {"entityType": "Lead", "attributeList": ["name", "status"], "where": [item]}
    id = espocrm.post("/Export", body)["id"]
    lines = espocrm.http.get(f"/Attachment/file/{id}").text.splitlines()
    assert lines[0] == "name,status"
    assert '"F05 Lead05",New' in lines
    assert len(lines) == 6


def test_state_of_emails_is_each_users_own(espocrm: Espo) -> None:
    """Inbox routes set the state of e-mails that the user has; updates and others' do not."""
    id = espocrm.create("Email", **MESSAGE, status="Sending")["id"]
    path, body = f"/Email/{id}", {"ids": [id, "nope"]}
    only = brackets({"where": [{"type": "equals", "attribute": "id", "value": id}]})
    for flag in ("important", "inTrash"):
        name = "isImportant" if flag == "important" else flag
        for method, value in (("POST", True), ("DELETE", False)):
            reply = espocrm.http.request(method, f"/Email/inbox/{flag}", json=body)
            assert (reply.json(), espocrm.get(path)[name]) == (True, value), (method, flag)
    espocrm.http.request("DELETE", "/Email/inbox/read", json=body)
    assert espocrm.records("/Email", **only)[0]["isRead"] is False
    assert espocrm.get("/Email/inbox/notReadCounts")["inbox"] == 1
    # Reading marks it as read, but still shows the state before.
    assert [espocrm.get(path)["isRead"] for _ in range(2)] == [False, True]
    espocrm.post("/Email/inbox/folders/archive", body)
    assert espocrm.records("/Email", **only)[0]["inArchive"] is True
    with client_for(espocrm.mock, "jana") as jana:
        assert "isImportant" not in jana.get(path).json()
    assert error_reason(espocrm.http.post("/Email/inbox/read", json={}), 400) == "No `ids`."


def test_idle_export_is_done_later(espocrm: Espo) -> None:
    """An export in the background is pending at first, then has the id of its file."""
    job = espocrm.post("/Export", {"entityType": "Lead", "idle": True})["exportId"]
    path = f"/Export/{job}/status"
    assert espocrm.get(path) == {"status": "Pending", "attachmentId": None}
    done = espocrm.get(path)
    assert done["status"] == "Success"
    assert espocrm.http.get(f"/Attachment/file/{done['attachmentId']}").status_code == 200
    with client_for(espocrm.mock, "jana") as jana:
        assert error_reason(jana.get(path), 403) == ""


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (" padded ", "padded"),
        ("100%_\\", "100%\\_\\\\"),
        ("- a", "\\- a"),
        ("1. b", "1\\. b"),
        ("7.5", "7.5"),
        ("0", None),
        (2.5, "2.5"),
        (True, "1"),
        ({}, "Object"),
        ("<p>  x </p>", " x"),
        ("x<p># a</p>- b", "x\r\n\r\n\\# a\r\n\r\n- b"),
        ("<b> x </b>y <code>a*b</code>", " **x** y `a*b`"),
        ("<div>a*b</div>", "a*b"),
        ("<pre>a_b\n  c</pre>", "```\r\na_b\r\n  c\r\n```"),
    ],
)
def test_plain_body_is_markdown_of_the_body(espocrm: Espo, body: object, plain: str | None) -> None:
    """What is Markdown by chance is escaped, and what is not a text is cast to one."""
    assert espocrm.create("Email", **{**MESSAGE, "body": body})["bodyPlain"] == plain


def test_update_of_an_email_always_changes_it(espocrm: Espo) -> None:
    """Even without changes; a sender that is no address stays."""
    email = espocrm.create("Email", **MESSAGE)
    reply = espocrm.http.put(f"/Email/{email['id']}", json={})
    assert reply.json()["modifiedById"] == email["createdById"]
    reply = espocrm.http.put(f"/Email/{email['id']}", json={"from": "x" * 300})
    assert reply.json()["from"] == MESSAGE["from"]
    reply = espocrm.http.put(f"/Email/{email['id']}", json={"to": "0"})
    assert reply.json()["to"] == ""


@pytest.mark.parametrize("is_own", [True, False])
def test_creation_shows_the_state_of_an_own_email(
    mocks: MockCRMs, espocrm: Espo, is_own: bool
) -> None:
    """Who is assigned the e-mail that it creates has it unread; others do not have it."""
    owner = mocks.espocrm.user_ids["integrator" if is_own else "jana"]
    sent = {"from": "a@x.example", "to": "b@x.example", "dateSent": "2024-01-05 10:00:00"}
    email = espocrm.create("Email", name="x", status="Archived", assignedUserId=owner, **sent)

    assert (email["isRead"], email["isUsers"]) == (not is_own, is_own)
    assert {"inTrash", "inArchive", "isImportant"} & email.keys() == (
        {"inTrash", "inArchive", "isImportant"} if is_own else set()
    )
