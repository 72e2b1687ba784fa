"""Monica's contacts: dates, what an update clears, deletion, tags, separately updated parts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmkit_mock import MockCRMs
from tests.mock.plain_monica import NOT_FOUND, PLAIN, Monica, client_for


def born(**date: object) -> dict[str, object]:
    """Return a body with a date of birth."""
    dates = {f"birthdate_{name}": value for name, value in date.items()}
    return {**PLAIN, "first_name": "Ann", "is_birthdate_known": True, **dates}


def test_reads_dates_of_birth(monica: Monica) -> None:
    """Days roll over the ends of months; a year may be unknown, or all but the age."""
    monica.mock.clock.set(datetime(2023, 5, 6, tzinfo=UTC))
    cases: list[tuple[dict[str, object], str, bool, bool]] = [
        ({"day": 23, "month": 6, "year": 1912}, "1912-06-23", False, False),
        ({"day": "23", "month": "6", "year": "1912"}, "1912-06-23", False, False),
        ({"day": 31, "month": 2, "year": 2000}, "2000-03-02", False, False),
        ({"day": 1, "month": 13, "year": 2000}, "2001-01-01", False, False),
        ({"day": 29, "month": 2}, "2023-03-01", False, True),
        ({"is_age_based": True, "age": 30}, "1993-01-01", True, False),
    ]
    for date, expected, is_age_based, is_year_unknown in cases:
        created = monica.post("/contacts", **born(**date))
        assert created["information"]["dates"]["birthdate"] == {
            "date": f"{expected}T00:00:00Z",
            "is_age_based": is_age_based,
            "is_year_unknown": is_year_unknown,
        }, date


def test_keeps_a_contact_whose_birthdate_is_incomplete(monica: Monica) -> None:
    """The server has no transaction there: 422, and the contact exists without the date."""
    messages = monica.expect_invalid("POST", "/contacts", born())
    assert messages == ["The day field is required.", "The month field is required."]
    (found,) = monica.page("/contacts", sort="-created_at", limit=1)["data"]
    assert found["first_name"] == "Ann"
    assert found["information"]["dates"]["birthdate"]["date"] is None
    assert monica.expect_invalid("POST", "/contacts", born(is_age_based=True)) == [
        "The age field is required."
    ]


def test_keeps_dates_that_the_database_cannot_store_as_its_zero_date(monica: Monica) -> None:
    """Years before 0 and beyond 9999 are accepted, and come back as a date of the year -1."""
    for date in ({"day": 1, "month": 1, "year": 99_999}, {"day": 1, "month": 1, "year": -1}):
        created = monica.post("/contacts", **born(**date))
        for contact in (created, monica.get(f"/contacts/{created['id']}")):
            shown = contact["information"]["dates"]["birthdate"]
            assert shown["date"] == "-0001-11-30T00:00:00Z", date
    assert created["id"] in monica.ids("/contacts", limit=100)


def test_crashes_on_a_death_without_its_date(monica: Monica) -> None:
    """The server crashes and keeps the contact; by default it is 422 and nothing is stored."""
    body = {**PLAIN, "first_name": "Dee", "is_deceased": True, "is_deceased_date_known": True}
    before = monica.mock.snapshot()
    monica.expect_invalid("POST", "/contacts", body)
    assert monica.mock.snapshot() == before
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        faithful = Monica(mocks.monica, http)
        assert faithful.tree("POST", "/contacts", body, 500).keys() == {"message"}
        assert faithful.ids("/contacts", query="Dee")


def test_creates_a_contact_with_all_members(monica: Monica) -> None:
    """Names, nickname and death are in the complete name; reminders are created and counted."""
    created = monica.post(
        "/contacts",
        **{
            **born(day=23, month=6, year=1912, add_reminder=True),
            "first_name": "Alan",
            "middle_name": "Mathison",
            "last_name": "Turing",
            "nickname": "Prof",
            "email": "alan@example.org",
            "gender_id": 1,
            "is_deceased": True,
            "is_deceased_date_known": True,
            "deceased_date_day": 7,
            "deceased_date_month": 6,
            "deceased_date_year": 1954,
            "deceased_date_add_reminder": True,
            "is_starred": True,
        },
    )
    assert created["complete_name"] == "Alan Mathison Turing (Prof) ⚰"
    assert (created["initials"], created["gender"], created["gender_type"]) == ("AMT", "Man", "M")
    assert created["is_starred"] is False
    assert created["statistics"]["number_of_reminders"] == 2
    (field,) = monica.get(f"/contacts/{created['id']}?with=contactfields")["contactFields"]
    assert (field["content"], field["contact_field_type"]["name"]) == ("alan@example.org", "Email")
    titles = [
        reminder["title"]
        for reminder in monica.page(f"/contacts/{created['id']}/reminders")["data"]
    ]
    assert len(titles) == 2


def test_update_clears_all_but_names_and_gender(monica: Monica) -> None:
    """Absent names and gender stay; description, birth and death go; null clears names too."""
    monica.put("/contacts/1", **PLAIN, first_name="Anna")
    anna = monica.get("/contacts/1")
    assert (anna["first_name"], anna["last_name"], anna["nickname"]) == ("Anna", "Rolfson", "Bay")
    assert (anna["gender"], anna["description"]) == ("Man", None)
    assert anna["information"]["dates"]["birthdate"]["date"] is None
    assert anna["information"]["career"]["job"] == "Bee keeper"
    monica.put("/contacts/1", **PLAIN, first_name="Anna", last_name=None, gender_id=None)
    anna = monica.get("/contacts/1")
    assert (anna["last_name"], anna["gender"], anna["nickname"]) == (None, None, "Bay")


def test_deletes_the_reminder_of_a_cleared_birthdate(monica: Monica) -> None:
    """An update without the date of birth deletes the reminder that came with it."""
    assert monica.get("/contacts/2")["statistics"]["number_of_reminders"] == 1
    monica.put("/contacts/2", **PLAIN, first_name="Yoshiko")
    assert monica.get("/contacts/2")["statistics"]["number_of_reminders"] == 0


def test_crashes_on_an_update_without_is_deceased(monica: Monica) -> None:
    """The rules allow it and the server crashes; by default it is 422."""
    body = {**PLAIN, "first_name": "x"}
    del body["is_deceased"]
    before = monica.mock.snapshot()
    assert monica.expect_invalid("PUT", "/contacts/1", body) == [
        "The is deceased field is required."
    ]
    assert monica.mock.snapshot() == before
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        message = {"message": 'Undefined array key "is_deceased"'}
        assert http.put("/contacts/1", json=body).json() == message


def test_updates_parts_separately(monica: Monica) -> None:
    """Work, food and introduction have routes of their own; what is not sent is cleared."""
    assert monica.put("/contacts/1/work", job="x")["information"]["career"] == {
        "job": "x",
        "company": None,
    }
    assert monica.put("/contacts/1/food")["information"]["food_preferences"] is None
    met = monica.put(
        "/contacts/1/introduction",
        is_date_known=True,
        day=1,
        month=2,
        year=2020,
        met_through_contact_id=2,
        general_information="conf",
        add_reminder=True,
    )
    how = met["information"]["how_you_met"]
    assert how["first_met_date"]["date"] == "2020-02-01T00:00:00Z"
    assert how["first_met_through_contact"]["id"] == 2
    assert how["general_information"] == "conf"
    assert monica.expect_invalid("PUT", "/contacts/1/introduction", {}) == [
        "The is date known field is required."
    ]
    kept = monica.get("/contacts/1")["information"]["how_you_met"]
    monica.expect_invalid("PUT", "/contacts/1/introduction", {"is_date_known": True, "day": 1})
    assert monica.get("/contacts/1")["information"]["how_you_met"] == kept


def test_updates_the_avatar(monica: Monica) -> None:
    """The source photo needs a photo id; adorable ones are drawn as data: URLs."""
    avatar = monica.put("/contacts/1/avatar", source="photo", photo_id=1)["information"]["avatar"]
    assert avatar["url"] == monica.get("/photos/1")["link"]
    assert monica.expect_invalid("PUT", "/contacts/1/avatar", {"source": "photo"}) == [
        "The photo id field is required when source is photo."
    ]
    drawn = monica.put("/contacts/1/avatar", source="adorable")["information"]["avatar"]
    assert drawn["url"].startswith("data:")
    assert monica.expect_invalid("PUT", "/contacts/1/avatar", {"source": "zzz"}) == [
        "The selected source is invalid."
    ]


def test_hides_a_deleted_contact(monica: Monica) -> None:
    """No list has it; its notes and calls stay, readable and listed, without a contact."""
    assert monica.delete("/contacts/2") == {"deleted": True, "id": "2"}
    monica.expect_not_found("GET", "/contacts/2")
    assert 2 not in monica.ids("/contacts")
    assert monica.get("/notes/2")["contact"] is None
    assert monica.page("/calls")["data"][0]["contact"] is None
    assert monica.get("/gifts/1")["contact"] is None
    (activity,) = monica.page("/activities")["data"]
    assert [contact["id"] for contact in activity["attendees"]["contacts"]] == [1]
    monica.expect_not_found("POST", "/notes", {"contact_id": 2, "body": "x"})


def test_rejects_deleting_and_tagging_an_archived_contact(monica: Monica) -> None:
    """Both are refused in the framework's form, whose errors are a list of lists here."""
    monica.mock.archive(1)
    for method, path, body in (
        ("DELETE", "/contacts/1", None),
        ("POST", "/contacts/1/setTags", {"tags": ["x"]}),
    ):
        error = monica.tree(method, path, body, 422)
        assert [[error["message"]]] == error["errors"], path
    assert monica.get("/contacts/1")["is_active"] is False
    with pytest.raises(ValueError, match="999"):
        monica.mock.archive(999)
    with pytest.raises(ValueError, match="nobody"):
        monica.mock.archive(1, account="nobody")


def test_adds_tags_by_name_and_removes_them_by_id(monica: Monica) -> None:
    """`setTags` never replaces, and creates tags; `unsetTag` takes ids; `unsetTags` removes all."""

    def tags() -> dict[str, int]:
        return {tag["name"]: tag["id"] for tag in monica.get("/contacts/1")["tags"]}

    assert [*tags()] == ["Family", "Bee keepers"]
    monica.tree("POST", "/contacts/1/setTags", {"tags": ["Été", "", "family"]})
    # A tag that is added again becomes the last one.
    assert [*tags()] == ["Bee keepers", "Été", "Family"]
    assert monica.get(f"/tags/{tags()['Été']}")["name_slug"] == "ete"
    monica.tree("POST", "/contacts/1/unsetTag", {"tags": [tags()["Family"], str(tags()["Été"])]})
    assert [*tags()] == ["Bee keepers"]
    monica.tree("POST", "/contacts/1/unsetTags")
    assert tags() == {}
    assert len(monica.ids("/tags")) == 3


def test_rejects_invalid_tags(monica: Monica) -> None:
    """A str is not an array; a number is not a name, a name not an id, in the framework's form."""
    before = monica.mock.snapshot()
    for tags in ("a,b", 7, True):
        messages = monica.expect_invalid("POST", "/contacts/1/setTags", {"tags": tags})
        assert messages == ["The tags must be an array."]
    for path, items, field in (
        ("setTags", ["new", 7], "name"),
        ("unsetTag", ["work"], "tag_id"),
    ):
        error = monica.tree("POST", f"/contacts/1/{path}", {"tags": items}, 422)
        assert error["errors"].keys() == {field}
    assert monica.tree("POST", "/contacts/1/unsetTag", {"tags": [999]}, 404).keys() == {"message"}
    assert monica.mock.snapshot() == before


def test_lists_the_contacts_of_a_tag(monica: Monica) -> None:
    """They are those that lists have; a deleted tag is removed from all of them."""
    assert monica.ids("/tags/1/contacts") == [1, 2]
    assert monica.ids("/tags/999/contacts") == []
    assert monica.delete("/tags/1") == {"deleted": True, "id": "1"}
    assert monica.ids("/tags/1/contacts") == []
    assert [tag["id"] for tag in monica.get("/contacts/1")["tags"]] == [2]


def test_makes_a_contact_the_users_own(monica: Monica) -> None:
    """The user can be one of the contacts, until that is deleted."""
    assert monica.tree("POST", "/me/contact", {"contact_id": 2}) == ["true"]
    assert monica.get("/me")["me_contact"]["id"] == 2
    assert monica.get("/contacts/2")["is_me"] is True
    assert monica.tree("DELETE", "/me/contact") == ["true"]
    assert monica.get("/me")["me_contact"] is None
    monica.tree("POST", "/me/contact", {"contact_id": 2})
    monica.delete("/contacts/2")
    assert monica.get("/me")["me_contact"] is None


def test_accepts_a_gender_of_another_account(monica: Monica, grace: Monica) -> None:
    """The rule looks at all accounts; a deleted gender is null."""
    id = monica.contact("Ann", gender_id=5)
    assert monica.get(f"/contacts/{id}")["gender"] == "Woman"
    assert grace.delete("/genders/5") == {"deleted": True, "id": 5}
    assert monica.get(f"/contacts/{id}")["gender"] is None


def test_separates_accounts(monica: Monica, grace: Monica) -> None:
    """Neither sees contacts, tags, notes or settings of the other; ids count over both."""
    for path in ("/contacts", "/tags", "/notes", "/genders", "/contactfieldtypes", "/logs"):
        mine = {*monica.ids(path, limit=100)}
        theirs = {*grace.ids(path, limit=100)}
        assert mine
        assert theirs
        assert not mine & theirs
    assert grace.contact("x") == monica.contact("y") - 1
    assert grace.get("/me")["name"] == "Grace Other"
    assert grace.tree("GET", "/me/compliance", status=404) == NOT_FOUND
    assert grace.get("/me")["is_policy_compliant"] is False
    signed = grace.tree("POST", "/me/compliance", {"ip_address": "::1"})["data"]
    assert (signed["ip_address"], grace.get("/me")["is_policy_compliant"]) == ("::1", True)
    again = grace.tree("POST", "/me/compliance", {"ip_address": "::2"})["data"]
    assert again == signed, "signed terms stay as they were signed"


def test_logs_what_users_do(monica: Monica) -> None:
    """A creation and an update of work are in the log of the contact and in that of the account."""
    id = monica.contact("Ann")
    monica.put(f"/contacts/{id}/work", job="x")
    entries = monica.page(f"/contacts/{id}/logs")["data"]
    assert [entry["action"] for entry in entries] == ["contact_created", "contact_work_updated"]
    assert entries[0]["objects"] == {"contact_name": "Ann", "contact_id": id}
    assert entries[0]["author"] == {"id": 1, "name": "Ada Tester"}
    assert monica.ids("/logs", limit=100)[-2:] == [entry["id"] for entry in entries]


def test_draws_the_picture_of_a_name_anew_when_it_changes(monica: Monica) -> None:
    """The URL ends in the unix time of the creation, or of the last change of name."""
    drawn: list[int] = []
    body = {**PLAIN, "first_name": "Ann"}
    created = monica.post("/contacts", **body)
    for hour, changed in enumerate((body, {**body, "description": "d"}, {**body, "nickname": "N"})):
        monica.mock.clock.set(datetime(2040, 1, 1, hour, tzinfo=UTC))
        shown = monica.put(f"/contacts/{created['id']}", **changed)
        file, _, time = shown["information"]["avatar"]["url"].partition("?")
        assert file.endswith(f"/store/avatars/{created['uuid']}.jpg")
        drawn.append(int(time))
    assert drawn[0] == drawn[1] < datetime(2040, 1, 1, tzinfo=UTC).timestamp() < drawn[2]


def test_reads_an_empty_object_as_an_empty_list() -> None:
    """PHP has one kind of array, and what it does not check comes back as it was read."""
    with MockCRMs(faithful_crashes=True) as mocks, client_for(mocks.monica) as http:
        made = http.post("/contactfieldtypes", json={"name": "Signal"}).json()["data"]
        path = f"/contactfieldtypes/{made['id']}"
        reply = http.put(path, json={"name": "Signal", "type": {}})
        assert reply.json()["data"]["type"] == []
