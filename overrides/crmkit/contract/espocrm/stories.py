"""Conversations that follow a piece of work through several resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit.contract.conversation import Conversation, Talk

from .entities import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["story_conversations"]

Trees = list[dict[str, Any]]


def story_conversations() -> Iterator[Conversation]:
    """Yield the conversations, those that matter most first."""
    yield Conversation("stories.account", _account)
    yield Conversation("stories.lead", _lead)
    yield Conversation("stories.activities", _activities)
    yield Conversation("stories.stream", _stream)
    yield Conversation("stories.mass", _mass)
    yield Conversation("stories.duplicates", _duplicates)
    yield Conversation("stories.contact accounts", _contact_accounts)
    yield Conversation("stories.attachments", _attachments)
    yield Conversation("stories.e-mail", _email)
    yield Conversation("stories.errors", _errors)


def _me(talk: Talk) -> str:
    return talk.get("/App/user").bind("user.id")


def _account(talk: Talk) -> None:
    body = {"name": talk.unique("Acme"), "website": "acme.example", "industry": "Advertising"}
    account = talk.post("/Account", body).id
    path = f"/Account/{account}"
    read = talk.get(path)
    talk.expect(read, "what was created is read", lambda tree: tree["industry"] == "Advertising")
    talk.put(path, {"description": "two\nlines", "industry": None})
    changed = talk.get(path)
    talk.expect(changed, "null clears", lambda tree: tree["industry"] is None)
    talk.patch(path, {"description": None})
    talk.get(path)
    bodies: Trees = [{}, {"nope": 1}, {"id": "nope"}, {"createdAt": "2020-01-01 00:00:00"},
                 {"deleted": True}, {"createdById": "nope"}, {"versionNumber": 1}]  # fmt: skip
    for body in bodies:
        talk.put(path, body)
    talk.get("/Account", ENTITIES["Account"].marked(talk))
    talk.put(f"{path}/starSubscription")
    talk.delete(path)
    talk.get(path)
    talk.delete(path)
    talk.put(path, {"description": "x"})
    talk.post("/Account/action/restoreDeleted", {"id": account}, keeps=True)


def _lead(talk: Talk) -> None:
    body = {"lastName": talk.unique("Lead"), "firstName": "Ann", "accountName": talk.unique("Co"),
            "emailAddress": "ann@crmkit.example", "opportunityAmount": 50,
            "opportunityAmountCurrency": "EUR"}  # fmt: skip
    lead = talk.post("/Lead", body).id
    talk.post("/Lead/action/getConvertAttributes", {"id": lead}, keeps=True)
    talk.post(f"/Lead/{lead}/action/convert", {}, keeps=True)
    records: dict[str, Any] = {
        "Account": {"name": talk.unique("Co")},
        "Contact": {"firstName": "Ann", "lastName": talk.unique("Lead")},
        "Opportunity": {"name": talk.unique("Deal"), "amount": 50, "amountCurrency": "EUR",
                        "closeDate": "2027-01-31"},
    }  # fmt: skip
    converted = talk.post("/Lead/action/convert", {"id": lead, "records": records}, keeps=True)
    talk.get(f"/Lead/{lead}")
    for name, entity in (("createdAccountId", "Account"), ("createdContactId", "Contact"),
                         ("createdOpportunityId", "Opportunity")):  # fmt: skip
        record = converted.bind(name)
        talk.get(f"/{entity}/{record}")
        talk.delete(f"/{entity}/{record}")
    talk.post("/Lead/action/convert", {"id": lead, "records": {}}, keeps=True)
    talk.post("/Lead/action/convert", {"id": "nope", "records": {}}, keeps=True)
    talk.post("/Lead/action/convert", {"records": {}}, keeps=True)


def _activities(talk: Talk) -> None:
    me = _me(talk)
    account = talk.post("/Account", {"name": talk.unique("Acme")}).id
    contact = talk.post("/Contact", {"lastName": talk.unique("Ann"), "accountId": account}).id
    for name in ("Meeting", "Call", "Task"):
        entity = ENTITIES[name]
        parent = {"parentType": "Account", "parentId": account}
        record = talk.post(f"/{name}", entity.record(talk, me, **parent)).id
        talk.put(f"/{name}/{record}", {"dateStart": "2031-03-02 08:00:00"})
        talk.get(f"/{name}/{record}")
        talk.post(f"/{name}/{record}/contacts", {"id": contact}, keeps=True)
        talk.get(f"/{name}/{record}/attendees")
    held = ENTITIES["Call"].record(talk, me, "held", status="Held", contactsIds=[contact])
    talk.post("/Call", held)
    for owner in (f"Account/{account}", f"Contact/{contact}"):
        talk.get(f"/Activities/{owner}/activities", any_order=True)
        talk.get(f"/Activities/{owner}/history", any_order=True)
    queries: Trees = [
        {"from": "2031-03-01 00:00:00", "to": "2031-03-03 00:00:00"},
        {"from": "2031-03-01 00:00:00", "to": "2031-03-03 00:00:00", "scopeList": "Call,Task"},
        {"from": "2031-03-01 00:00:00", "to": "2034-03-03 00:00:00"},
        {"from": "x", "to": "y"},
        {},
    ]  # fmt: skip
    for query in queries:
        talk.get("/Activities", query, any_order=True)
    all_day = {"dateStartDate": "2031-05-01", "dateEndDate": "2031-05-02", "dateStart": None,
               "dateEnd": None}  # fmt: skip
    for more in ({}, {"isAllDay": True}):
        body = {**ENTITIES["Meeting"].record(talk, me, "all day"), **all_day, **more}
        body = {name: value for name, value in body.items() if value is not None}
        created = talk.post("/Meeting", body)
        talk.get(f"/Meeting/{created.id}")


def _stream(talk: Talk) -> None:
    me = _me(talk)
    account = talk.post("/Account", {"name": talk.unique("Acme"), "assignedUserId": me}).id
    talk.put(f"/Account/{account}", {"type": "Customer"})
    post = {"type": "Post", "parentType": "Account", "parentId": account, "post": "Hello"}
    note = talk.post("/Note", post).id
    talk.put(f"/Note/{note}", {"post": "Hello again"})
    talk.get(f"/Note/{note}")
    contact = {"lastName": talk.unique("Ann"), "accountId": account}
    talk.post("/Contact", contact)
    case = talk.post("/Case", {"name": talk.unique("Case"), "accountId": account}).id
    talk.put(f"/Case/{case}", {"status": "Closed"})
    for path in (f"/Account/{account}", f"/Case/{case}"):
        for name in ("", "posts", "updates", "all", "nope"):
            query = {"filter": name} if name else {}
            talk.get(f"{path}/stream", query, any_order=True)
        talk.get(f"{path}/posts")
        talk.get(f"{path}/followers")
        talk.put(f"{path}/subscription")
        talk.get(f"{path}/followers")
        talk.delete(f"{path}/subscription")
    bodies: Trees = [{"type": "Nope", **post}, {"post": "x"}, {"targetType": "users"},
                 {**post, "parentId": "nope"}, {**post, "isInternal": True}, {}]  # fmt: skip
    for body in bodies:
        talk.post("/Note", body)
    talk.delete(f"/Note/{note}")


def _mass(talk: Talk) -> None:
    entity = ENTITIES["Account"]
    ids = [talk.post("/Account", {"name": talk.unique(f"mass {index}")}).id for index in range(4)]
    where = [{"type": "startsWith", "attribute": "name", "value": talk.marker}]
    some = [*ids[:1], "nope"]
    selections: Trees = [{"ids": ids[:2]}, {"ids": some}, {"where": where}, {"ids": []}, {}]
    for params in selections:
        for action, data in (("update", {"description": "mass"}), ("follow", {}), ("unfollow", {}),
                             ("recalculateFormula", {}), ("nope", {})):  # fmt: skip
            body = {"entityType": "Account", "action": action, "params": params, "data": data}
            talk.post("/MassAction", body, keeps=True)
    talk.put("/Account/action/massUpdate", {"ids": ids, "attributes": {"description": "x"}})
    talk.get("/Account", [*entity.marked(talk), ("select", "name,description"),
                          ("orderBy", "name")])  # fmt: skip
    body = {"entityType": "Account", "action": "delete", "params": {"ids": ids[:3]}}
    talk.post("/MassAction", body, keeps=True)
    talk.get("/Account", entity.marked(talk))
    talk.post("/Export", {"entityType": "Account", "format": "csv", "ids": ids}, keeps=True)
    talk.post("/Account/action/getDuplicateAttributes", {"id": ids[3]}, keeps=True)


def _duplicates(talk: Talk) -> None:
    for name, body in (
        ("Account", {"name": talk.unique("Same"), "emailAddress": "same@crmkit.example"}),
        ("Contact", {"firstName": "Same", "lastName": talk.unique("Person")}),
        ("Lead", {"firstName": "Same", "lastName": talk.unique("Person")}),
    ):
        talk.post(f"/{name}", body)
        talk.post(f"/{name}", body)
        talk.post(f"/{name}", body, headers={"X-Skip-Duplicate-Check": "true"})
        talk.post(f"/{name}", {**body, "_skipDuplicateCheck": True})


def _contact_accounts(talk: Talk) -> None:
    first = talk.post("/Account", {"name": talk.unique("First")}).id
    second = talk.post("/Account", {"name": talk.unique("Second")}).id
    bodies: Trees = [
        {"accountId": first, "title": "CEO"}, {"accountsIds": [first, second]},
        {"title": "CEO"}, {"accountId": "nope"}, {"accountsIds": ["nope"]},
        {"accountId": first, "accountsIds": [second]},
        {"accountsIds": [first], "accountsColumns": {first: {"role": "CFO", "isInactive": True}}},
    ]  # fmt: skip
    for body in bodies:
        created = talk.post("/Contact", {"lastName": talk.unique("Ann"), **body})
        path = f"/Contact/{created.id}"
        talk.get(path)
        changes: Trees = [{"accountId": second}, {"accountId": None}, {"accountsIds": [first]},
                       {"title": "CTO"}, {"accountsIds": []}]  # fmt: skip
        for change in changes:
            talk.put(path, change)
            talk.get(path)
        talk.get(f"/Account/{first}/contacts", any_order=True)
    for name in ("Opportunity", "Case"):
        contact = talk.post("/Contact", {"lastName": talk.unique("Bob"), "accountId": first}).id
        body = {**ENTITIES[name].record(talk, "", "deal"), "contactId": contact, "accountId": first}
        record = talk.post(f"/{name}", body).id
        talk.get(f"/{name}/{record}")
        talk.put(f"/{name}/{record}", {"contactId": None})
        talk.get(f"/{name}/{record}")


def _attachments(talk: Talk) -> None:
    account = talk.post("/Account", {"name": talk.unique("Acme")}).id
    file = "data:text/plain;base64,aGVsbG8="
    body = {"name": "hello.txt", "type": "text/plain", "role": "Attachment", "file": file,
            "relatedType": "Document", "field": "file"}  # fmt: skip
    attachment = talk.post("/Attachment", body).id
    talk.get(f"/Attachment/{attachment}")
    talk.get(f"/Attachment/file/{attachment}")
    talk.post("/Document", {"name": talk.unique("doc"), "fileId": attachment,
                            "publishDate": "2027-01-01"})  # fmt: skip
    talk.post("/Document", {"name": talk.unique("doc")})
    changes: Trees = [{"role": "Nope"}, {"file": "x"}, {"name": "x" * 256}, {"name": None},
                   {"relatedType": "Nope"}, {"field": "nope"}, {"type": "text/html"},
                   {"file": None}, {"name": "a/b.txt"}, {"role": None}]  # fmt: skip
    for change in changes:
        talk.post("/Attachment", {**body, **change})
    talk.post("/Note", {"type": "Post", "parentType": "Account", "parentId": account,
                        "post": "with", "attachmentsIds": ["nope"]})  # fmt: skip
    talk.get("/Attachment/nope")
    talk.get("/Attachment/file/nope")


def _email(talk: Talk) -> None:
    entity = ENTITIES["Email"]
    email = talk.post("/Email", entity.record(talk, "", "archived", body="Hello")).id
    path = f"/Email/{email}"
    talk.get(path)
    flags: Trees = [{"isRead": True}, {"isImportant": True}, {"inTrash": True}, {"isReplied": True},
                   {"name": "changed"}, {"status": "Sent"}, {"folderId": "archive"}]  # fmt: skip
    for change in flags:
        talk.put(path, change)
    talk.get(path)
    changes: Trees = [{"status": "Draft"}, {"from": None}, {"to": None}, {"name": None},
                   {"status": "Received"}, {"status": "Nope"}, {"to": "a@b.example;c@d.example"},
                   {"from": "Ann <ann@crmkit.example>"}, {"dateSent": None},
                   {"to": ["x@crmkit.example"]}, {"isHtml": False}]  # fmt: skip
    for change in changes:
        created = talk.post("/Email", {**entity.record(talk, "", "other"), **change})
        talk.get(f"/Email/{created.id}")
    talk.get("/Email", [*entity.marked(talk), ("orderBy", "name")])
    for flag in ("read", "important", "inTrash"):
        talk.post(f"/Email/inbox/{flag}", {"ids": [email]}, keeps=True)
        talk.delete(f"/Email/inbox/{flag}", {"ids": [email]})
    talk.get("/Email/inbox/notReadCounts")


def _errors(talk: Talk) -> None:
    for method, path in (
        ("GET", "/Nope"), ("GET", "/Account/nope"), ("GET", "/Account/"), ("POST", "/Account/nope"),
        ("OPTIONS", "/Account"), ("GET", "/Account/nope/nope"),
        ("POST", "/Lead/nope/action/convert"),
        ("POST", "/Account/action/nope"), ("DELETE", "/Account"), ("PATCH", "/Account"),
        ("GET", "/a/b/c/d/e"), ("POST", "/App/user"), ("GET", "/Account/action/list"),
    ):  # fmt: skip
        # The list is that of the whole account.
        talk.request(method, path, shared=path.endswith("/list"))
    for content in (b"", b"{", b"[]", b"null", b'"x"', b"5", b'{"name":"x","name":"y"}',
                    b'{"name": "\\u0000"}', b"\xff", b"{'a': 1}"):  # fmt: skip
        talk.post("/Account", content=content, headers={"Content-Type": "application/json"})
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        headers = {"Content-Type": media} if media else {}
        talk.post("/Account", content=f"name={talk.marker}".encode(), headers=headers)
