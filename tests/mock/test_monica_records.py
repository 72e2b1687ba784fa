"""What is special about each of Monica's other kinds of records."""

from __future__ import annotations

import base64

from crmkit_mock import MockCRMs
from tests.mock.plain_monica import Monica, client_for

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Er"
    "kJggg=="
)


def test_updates_notes_as_the_database_does(monica: Monica) -> None:
    """A number comes back as one at first, later as a str; `favorited_at` loses its time."""
    created = monica.post("/notes", contact_id="1", body=5, is_favorited=1)
    assert (created["body"], created["favorited_at"]) == (5, created["created_at"])
    read = monica.get(f"/notes/{created['id']}")
    assert (read["body"], read["favorited_at"][10:]) == ("5", "T00:00:00Z")
    changed = monica.put(f"/notes/{created['id']}", body="b", contact_id=2)
    assert (changed["is_favorited"], changed["favorited_at"]) == (True, None)
    assert changed["contact"]["id"] == 1, "the reply still has the former contact"
    assert monica.get(f"/notes/{created['id']}")["contact"]["id"] == 2
    assert created["id"] in monica.ids("/contacts/2/notes")
    assert created["id"] not in monica.ids("/contacts/1/notes")
    assert monica.delete(f"/notes/{created['id']}")["id"] == created["id"]


def test_updates_calls_and_the_contacts_last_one(monica: Monica) -> None:
    """Calls keep their contact and emotions; the newest is the contact's last call."""
    created = monica.post("/calls", contact_id=1, called_at="2024-03-01", emotions=[1, 2])
    assert [emotion["name"] for emotion in created["emotions"]] == ["adoration", "affection"]
    assert created["contact_called"] is None
    assert monica.get(f"/calls/{created['id']}")["contact_called"] is False
    changed = monica.put(f"/calls/{created['id']}", called_at="2024-03-02 10:00:00", contact_id=2)
    assert changed["called_at"] == "2024-03-02T10:00:00Z"
    assert changed["contact"]["id"] == 1
    assert len(changed["emotions"]) == 2
    assert monica.get("/contacts/1")["last_called"] == "2024-03-02T00:00:00.000000Z"
    monica.delete(f"/calls/{created['id']}")
    assert monica.get("/contacts/1")["last_called"] is None


def test_keeps_a_call_with_an_unknown_emotion(monica: Monica) -> None:
    """It is 404, but the server has stored the call before it looked."""
    body = {"contact_id": 1, "called_at": "2024-03-01", "emotions": [99_999]}
    monica.expect_not_found("POST", "/calls", body)
    (call,) = monica.page("/contacts/1/calls")["data"]
    assert call["emotions"] == []


def test_updates_activities_and_their_attendees(monica: Monica) -> None:
    """Attendees are replaced, emotions stay; unknown contacts and emotions store nothing."""
    body = {"summary": "s", "happened_at": "2024-04-30", "contacts": [1, 1, 2]}
    created = monica.post("/activities", **body, activity_type_id=1, emotions=[3])
    assert (created["attendees"]["total"], created["activity_type"]["name"]) == (2, "just hung out")
    assert monica.get("/contacts/1")["last_activity_together"] == "2024-04-30T00:00:00.000000Z"
    changed = monica.put(f"/activities/{created['id']}", **{**body, "contacts": [3]})
    assert [contact["id"] for contact in changed["attendees"]["contacts"]] == [3]
    assert (changed["activity_type"], len(changed["emotions"])) == (None, 1)
    assert created["id"] not in monica.ids("/contacts/1/activities")
    assert monica.ids("/contacts/3/activities") == [created["id"]]
    assert monica.get("/contacts/1")["last_activity_together"] == "2024-04-20T00:00:00.000000Z"
    before = monica.mock.snapshot()
    for wrong in ({"contacts": [1, 999]}, {"emotions": [999]}):
        monica.expect_not_found("POST", "/activities", {**body, **wrong})
    bad: list[dict[str, object]] = [
        {"contacts": []},
        {"happened_at": "2024-02-31"},
        {"activity_type_id": 99},
    ]
    for values in bad:
        monica.expect_invalid("POST", "/activities", {**body, **values})
    assert monica.mock.snapshot() == before
    assert monica.delete(f"/activities/{created['id']}")["id"] == str(created["id"])
    assert monica.get("/contacts/3")["last_activity_together"] is None


def test_deletes_activity_types_with_their_category(monica: Monica) -> None:
    """Both are created with 200; categories may have no name."""
    category = monica.post("/activitytypecategories", 200)
    assert category["name"] is None
    created = monica.post("/activitytypes", 200, activity_type_category_id=category["id"], name="x")
    monica.delete(f"/activitytypecategories/{category['id']}")
    monica.expect_not_found("GET", f"/activitytypes/{created['id']}")


def test_completes_tasks(monica: Monica) -> None:
    """Tasks are open at first, are completed now, need no contact and never change it."""
    created = monica.post("/tasks", 200, title="t", description="d", contact_id=1, completed=True)
    assert (created["completed"], created["completed_at"], created["uuid"]) == (False, None, None)
    done = monica.put(f"/tasks/{created['id']}", title="t", completed=1)
    assert done["completed_at"] == done["updated_at"]
    assert (done["description"], done["contact"]["id"]) == (None, 1)
    monica.expect_not_found(
        "PUT", f"/tasks/{created['id']}", {"title": "t", "completed": 1, "contact_id": 2}
    )
    assert monica.put(f"/tasks/{created['id']}", title="t", completed=0)["completed_at"] is None
    assert monica.post("/tasks", 200, title="free")["contact"] is None


def test_lists_upcoming_reminders_by_month(monica: Monica) -> None:
    """A month has what is next due in it; entries have ids of their own."""
    monica.mock.clock.set(monica.mock.epoch)

    def due(month: int) -> list[tuple[str, str]]:
        entries = monica.get(f"/reminders/upcoming/{month}")
        return [(entry["planned_date"][:10], entry["title"]) for entry in entries]

    assert due(2) == [("2024-07-01", "Honey harvest")]
    assert due(11) == [("2025-04-05", "Wish happy birthday to Yoshiko")]
    common = {"contact_id": 1, "frequency_number": 2}
    for title, type_, day in (
        ("week", "week", "2024-05-01"),
        ("month", "month", "2024-04-10"),
        ("past", "one_time", "2024-05-05"),
        ("today", "one_time", "2024-05-06"),
    ):
        body = {**common, "title": title, "frequency_type": type_, "initial_date": day}
        monica.post("/reminders", **body)
    # What is due today is planned for the next time, and one of one time for another year.
    assert due(0) == [("2024-05-15", "week")]
    assert due(24) == [("2026-05-05", "past"), ("2026-05-06", "today")]
    assert due(1) == [("2024-06-10", "month")]
    monica.put(
        "/reminders/2",
        contact_id=1,
        title="Harvest",
        initial_date="2024-07-02",
        frequency_type="year",
    )
    (entry,) = monica.get("/reminders/upcoming/2")
    assert (entry["reminder_id"], entry["object"]) == (2, "reminder")
    assert entry["id"] != 2
    assert monica.get("/reminders/upcoming/99999999999") == []
    monica.expect_not_found("GET", "/reminders/upcoming/may")
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        assert http.get("/reminders/upcoming/may").status_code == 500


def test_updates_contact_fields(monica: Monica) -> None:
    """`data` is read back as `content`; an id in the body wins over the path."""
    created = monica.post(
        "/contactfields",
        contact_id=1,
        contact_field_type_id=1,
        data="two",
        labels=["home", "Mine"],
    )
    assert created["content"] == "two"
    labels = [(label["type"], label["label"]) for label in created["labels"]]
    assert labels == [("home", "Home"), ("Mine", "Mine")]
    label_ids = [label["id"] for label in created["labels"]]
    again = {"contact_id": 2, "contact_field_type_id": 1, "data": "x", "labels": ["Mine", "home"]}
    same = monica.post("/contactfields", **again)
    assert [label["id"] for label in same["labels"]] == label_ids[::-1]
    body = {"contact_id": 1, "contact_field_type_id": 1, "data": "changed"}
    changed = monica.put("/contactfields/1", **body, contact_field_id=created["id"])
    assert (changed["id"], changed["content"]) == (created["id"], "changed")
    assert monica.get("/contactfields/1")["content"] == "bailey@example.org"


def test_deletes_contact_fields_with_their_type(monica: Monica) -> None:
    """Built-in types can be deleted too; absent members of an update stay."""
    changed = monica.put("/contactfieldtypes/1", name="Mail")
    assert (changed["name"], changed["protocol"], changed["delible"]) == ("Mail", "mailto:", False)
    monica.delete("/contactfieldtypes/1")
    assert monica.ids("/contacts/1/contactfields") == []
    monica.expect_not_found("GET", "/contactfields/1")


def test_creates_a_place_with_an_address(monica: Monica) -> None:
    """An address is a name and a place; any three letters are a country."""
    places = monica.ids("/places")
    created = monica.post("/addresses", contact_id=1, country="zzz", latitude="48.5", longitude=2)
    assert created["country"] == {"id": "zzz", "object": "country", "name": "", "iso": "zzz"}
    assert (created["latitude"], created["longitude"]) == (48.5, 2)
    (place,) = {*monica.ids("/places")} - {*places}
    monica.put(f"/places/{place}", city="Bath")
    assert monica.get(f"/addresses/{created['id']}")["city"] == "Bath"
    cleared = monica.put(f"/addresses/{created['id']}", contact_id=1, name="work")
    assert (cleared["city"], cleared["country"]) == (None, None)
    monica.delete(f"/addresses/{created['id']}")
    assert monica.ids("/places") == places
    body = {"contact_id": 1, "country": "France"}
    message = "The country may not be greater than 3 characters."
    assert monica.expect_invalid("POST", "/addresses", body) == [message]
    number = {"contact_id": 1, "country": 999_999}
    messages = ["The country must be a string.", message]
    assert monica.expect_invalid("POST", "/addresses", number) == messages


def test_deletes_occupations_with_their_company(monica: Monica) -> None:
    """Updates clear what is not sent; the occupations at a deleted company are deleted."""
    changed = monica.put("/occupations/1", contact_id=1, company_id=1, title="Lead")
    assert (changed["title"], changed["currently_works_here"]) == ("Lead", False)
    other = {"contact_id": 2, "company_id": 1, "title": "Lead"}
    monica.expect_not_found("PUT", "/occupations/1", other)
    assert monica.put("/companies/1", name="x")["number_of_employees"] is None
    monica.delete("/companies/1")
    monica.expect_not_found("GET", "/occupations/1")
    bad = {"contact_id": 1, "company_id": 1, "title": "x", "salary_unit": "second"}
    assert monica.expect_invalid("POST", "/occupations", bad) == [
        "The selected company id is invalid.",
        "The selected salary unit is invalid.",
    ]


def test_formats_money_of_gifts_and_debts(monica: Monica, grace: Monica) -> None:
    """Amounts are strings in the user's currency, empty ones without an amount; updates clear."""
    gift = monica.get("/gifts/1")
    assert (gift["amount"], gift["value"], gift["amount_with_currency"]) == (
        "12.50",
        "12.50",
        "$12.50",
    )
    changed = monica.put("/gifts/1", contact_id=2, name="x", status="offered", date="2024-12-24")
    assert (changed["amount"], changed["value"], changed["date"]) == (None, "", "2024-12-24")
    body = {"contact_id": 5, "in_debt": "no", "status": "completed", "amount": "-1234567.891"}
    assert grace.post("/debts", **body)["amount_with_currency"] == "-€1,234,567.89"
    gift = monica.tree("PUT", "/gifts/1/photo/1")["data"]
    assert [photo["id"] for photo in gift["photos"]] == [1]
    assert monica.expect_invalid("PUT", "/gifts/1/photo/999") == [
        "The selected photo id is invalid."
    ]
    monica.expect_not_found("PUT", "/gifts/1", {**changed, "contact_id": 2, "recipient_id": 5})


def test_updates_debts(monica: Monica) -> None:
    """The reason stays if none is sent; in_debt is "yes" or "no", not a bool."""
    body = {"contact_id": 1, "in_debt": "no", "status": "completed", "amount": 5}
    assert monica.put("/debts/1", **body)["reason"] == "Smoker"
    assert monica.expect_invalid("POST", "/debts", {**body, "in_debt": True}) == [
        "The in debt must be a string.",
        "The selected in debt is invalid.",
    ]
    assert monica.expect_invalid("POST", "/debts", {**body, "status": "complete"}) == [
        "The selected status is invalid."
    ]


def test_accepts_eleven_categories_of_pets(monica: Monica) -> None:
    """Categories 1 to 11 are valid, and nothing else."""
    for category in range(1, 12):
        monica.post("/pets", contact_id=1, pet_category_id=category)
    for wrong in (0, 12, "x", None, 10**18):
        monica.expect_invalid("POST", "/pets", {"contact_id": 1, "pet_category_id": wrong})


def test_crashes_on_life_events_without_name_or_note(monica: Monica) -> None:
    """Both are optional by the rules, but the server crashes without them; by default it is 422."""
    body = {
        "contact_id": 1,
        "life_event_type_id": 2,
        "happened_at": "2024-05-06",
        "has_reminder": True,
        "happened_at_month_unknown": False,
        "happened_at_day_unknown": False,
    }
    assert monica.expect_invalid("POST", "/lifeevents", body) == ["The name field is required."]
    # A reminder would need a title, which types of life events do not have.
    before = monica.ids("/lifeevents")
    texts = {"name": None, "note": "n"}
    assert monica.expect_invalid("POST", "/lifeevents", {**body, **texts}) == [
        "The title field is required."
    ]
    (id,) = {*monica.ids("/lifeevents")} - {*before}
    kept = monica.get(f"/lifeevents/{id}")["life_event_type"]
    assert kept["default_life_event_type_key"] == "retirement"
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        crash = http.post("/lifeevents", json=body)
        assert crash.json() == {"message": 'Undefined array key "name"'}


def test_updates_messages_within_their_conversation(monica: Monica) -> None:
    """Writes to a message answer its conversation; a message of another one is not found."""
    body = {"written_at": "2024-05-02", "written_by_me": "0", "content": "No."}
    conversation = monica.tree("POST", "/conversations/1/messages", body)["data"]
    assert [message["content"] for message in conversation["messages"]] == [
        "Is the queen out?",
        "No.",
    ]
    conversation = monica.put("/conversations/1/messages/2", **{**body, "content": "Yes."})
    assert conversation["messages"][1]["content"] == "Yes."
    other = monica.post(
        "/conversations", contact_id=1, happened_at="2024-05-03", contact_field_type_id=1
    )
    monica.expect_not_found("PUT", f"/conversations/{other['id']}/messages/2", body)
    monica.expect_not_found("POST", "/conversations/999/messages", {})
    monica.expect_not_found("DELETE", "/conversations/1/messages/999")
    assert monica.delete("/conversations/1/messages/2") == {"deleted": True, "id": 2}
    assert len(monica.get("/conversations/1")["messages"]) == 1
    assert monica.http.get("/conversations/1/messages").status_code == 405


def test_uploads_documents(monica: Monica) -> None:
    """Documents are sent as files; the number of downloads is null at first, then 0."""
    files = {"document": ("Récipe.PDF", b"%PDF-1.4", "application/pdf")}
    reply = monica.http.post("/documents", data={"contact_id": "1"}, files=files)
    created = reply.json()["data"]
    assert (created["original_filename"], created["type"], created["filesize"]) == (
        "Récipe.PDF",
        "pdf",
        8,
    )
    assert (created["mime_type"], created["number_of_downloads"]) == ("application/pdf", None)
    assert monica.get(f"/documents/{created['id']}")["number_of_downloads"] == 0
    assert monica.expect_invalid("POST", "/documents", {"contact_id": 1}) == [
        "The document field is required."
    ]
    assert monica.expect_invalid("POST", "/documents", {"contact_id": 1, "document": "x"}) == [
        "The document must be a file."
    ]


def test_uploads_photos(monica: Monica) -> None:
    """Photos are sent as files or data: URLs, must be pictures, and come back whole."""
    content = base64.b64decode(PIXEL)
    files = {"photo": ("a.png", content, "image/png")}
    created = monica.http.post("/photos", data={"contact_id": "1"}, files=files).json()["data"]
    url = f"data:image/png;base64,{PIXEL}"
    assert (created["dataUrl"], created["filesize"], created["mime_type"]) == (url, 70, "image/png")
    again = monica.post("/photos", contact_id=1, data=url, extension="png")
    assert again["dataUrl"] == url
    assert again["original_filename"].endswith(".png")
    files = {"photo": ("a.png", b"no picture", "image/png")}
    reply = monica.http.post("/photos", data={"contact_id": "1"}, files=files)
    assert reply.json()["error"]["message"] == ["The photo must be an image."]
    for data in (
        "data:image/png;base64,%%%",
        "https://example.org/a.png",
        f"data:,{PIXEL}",
        "nonsense",
    ):
        monica.expect_invalid("POST", "/photos", {"contact_id": 1, "data": data})
    assert monica.delete(f"/photos/{created['id']}")["id"] == created["id"]
    assert created["id"] not in monica.ids("/photos")


def test_uploads_large_photos(monica: Monica) -> None:
    """A photo of 10 MB is stored and comes back whole; beyond 20 MiB the request is 413."""
    picture = base64.b64decode(PIXEL) + b"\0" * 10_000_000
    files = {"photo": ("big.png", picture, "image/png")}
    created = monica.http.post("/photos", data={"contact_id": "1"}, files=files).json()["data"]
    assert created["filesize"] == len(picture)
    data_url = monica.get(f"/photos/{created['id']}")["dataUrl"]
    assert base64.b64decode(data_url.partition(",")[2]) == picture
    before = monica.ids("/photos")
    files = {"photo": ("bigger.png", picture * 3, "image/png")}
    assert monica.http.post("/photos", data={"contact_id": "1"}, files=files).status_code == 413
    assert monica.ids("/photos") == before


def test_rejects_genders_without_name_or_type(monica: Monica) -> None:
    """A gender needs a name and one of three types."""
    for type_ in ("M", "F", "O"):
        created = monica.post("/genders", name="x", type=type_)
        assert created["type"] == type_
        assert monica.put(f"/genders/{created['id']}", name="y", type="O")["name"] == "y"
    assert monica.expect_invalid("POST", "/genders", {"name": "x"}) == [
        "The type field is required."
    ]
    assert monica.expect_invalid("POST", "/genders", {"name": "x" * 256, "type": "Z"}) == [
        "The name may not be greater than 255 characters.",
        "The selected type is invalid.",
    ]


def test_restores_a_snapshot(monica: Monica) -> None:
    """A snapshot brings everything back, ids included."""
    before = monica.mock.snapshot()
    whole = monica.get("/contacts/1?with=contactfields")
    monica.delete("/contacts/1")
    next_id = monica.contact("x")
    monica.mock.restore(before)
    assert monica.get("/contacts/1?with=contactfields") == whole
    assert monica.contact("x") == next_id
