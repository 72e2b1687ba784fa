"""Monica's errors: three shapes, a redirect, a rate limit; each the right class with its words."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from crmkit import (
    AuthenticationError,
    BadRequestError,
    DecodeError,
    NotFoundError,
    RateLimitError,
    ServerError,
    StatusError,
    ValidationError,
)
from tests.clients.conftest import MakeClient
from tests.clients.harness import Clock, reply
from tests.clients.monica_wire import CLIENT, TOKEN, data, recorded, refusal

CLASSES = {
    400: BadRequestError,
    401: AuthenticationError,
    404: NotFoundError,
    405: BadRequestError,
    422: ValidationError,
    429: RateLimitError,
    500: ServerError,
}
REFUSALS = {one["label"]: one for one in recorded() if one["status"] >= 400}


def refused(client: MakeClient, *answers: Any, **settings: Any) -> StatusError:
    """Return what a call ends in."""
    crm = client(*answers, **CLIENT, max_retries=0, **settings)
    with pytest.raises(StatusError) as caught:
        crm(lambda crm: crm.request("GET", "/notes/1"))
    return caught.value


def sentences(body: Any) -> list[str]:
    """Return what a recorded error says, whichever shape it has."""
    if "error" not in body:
        return [body["message"]]
    told = body["error"]["message"]
    return list(told) if isinstance(told, list) else [told]


@pytest.mark.parametrize("label", REFUSALS)
def test_every_recorded_refusal_is_the_right_error(client: MakeClient, label: str) -> None:
    """Each error that a real server sent has the class of its status, its words and its number."""
    pair = REFUSALS[label]
    body = pair.get("body")
    shown = pair.get("text", "") if body is None else body
    error = refused(client, reply(shown, pair["status"], pair["headers"]))

    assert type(error) is CLASSES[pair["status"]]
    assert error.status_code == pair["status"]
    if body is not None:
        assert error.code == body.get("error", {}).get("error_code")
        assert error.body == body
        assert error.message == " ".join(sentences(body))[:300]
        if "errors" in body:
            assert error.fields == body["errors"]
        elif error.code == 32:
            # Every recorded sentence about values names its field.
            assert [one for said in error.fields.values() for one in said] == sentences(body)


def test_there_are_recorded_refusals() -> None:
    """All shapes and most codes are among the recorded ones, so the test above is not empty."""
    bodies = [one["body"] for one in REFUSALS.values() if one.get("body")]
    assert {one["error"]["error_code"] for one in bodies if "error" in one} == {
        *(30, 31, 32, 34, 37, 39, 40)
    }
    assert any("errors" in one for one in bodies)
    assert any(set(one) == {"message"} for one in bodies)


@pytest.mark.parametrize(
    ("sentence", "field"),
    [
        ("The contact is field is required.", "contact_is"),
        ("The contact is must be an integer.", "contact_is"),
        ("The selected contact is is invalid.", "contact_is"),
        ("The of contact field is required.", "of_contact"),
        ("The is deceased date known field must be true or false.", "is_deceased_date_known"),
        ("The selected relationship type id is invalid.", "relationship_type_id"),
        ("The initial date does not match the format Y-m-d.", "initial_date"),
        ("The title may not be greater than 255 characters.", "title"),
        ("The photo id field is required when source is photo.", "photo_id"),
        ("The contacts.0 must be an integer.", "contacts.0"),
        ("The happened at is not a valid date.", "happened_at"),
        ("The photo failed to upload.", "photo"),
    ],
)
def test_the_field_of_a_sentence(client: MakeClient, sentence: str, field: str) -> None:
    """A sentence about a value stands under its field's name on the wire."""
    error = refused(client, refusal(422, 32, [sentence]))
    assert error.fields == {field: [sentence]}


def test_sentences_without_a_field(client: MakeClient) -> None:
    """What names no field, in another language or about a state, is in the message."""
    said = ["Le champ prénom est obligatoire.", "The name field is required.", "Archived."]
    error = refused(client, refusal(422, 32, said))

    assert error.fields == {"name": ["The name field is required."]}
    assert error.message == " ".join(said)


def test_several_sentences_about_one_field(client: MakeClient) -> None:
    """All that is said about a field stays together."""
    said = ["The in debt must be a string.", "The selected in debt is invalid."]
    assert refused(client, refusal(422, 32, said)).fields == {"in_debt": said}


def test_errors_in_a_list_of_lists(client: MakeClient) -> None:
    """The refusal of an archived contact has no names of fields; its words are in the message."""
    body = {"message": "The given data was invalid.", "errors": [["The contact is archived."]]}
    error = refused(client, reply(body, 422))

    assert type(error) is ValidationError
    assert error.message == "The contact is archived."
    assert error.fields == {}
    assert error.code is None


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": None, "error_code": "31"}},
        {"error": {"message": {"deep": [[[[["x"]]]]]}, "error_code": True}},
        {"error": []},
        {"errors": {"name": 5, "other": {"x": [None]}}},
        {"errors": None, "message": 7},
        [],
        None,
        "<html><title>Bad gateway</title>",
        {"error": {"message": ["The " + "a " * 10_000 + "!"], "error_code": 32}},
    ],
    ids=lambda body: repr(body)[:40],
)
def test_whatever_a_server_sends(client: MakeClient, body: Any) -> None:
    """An error of any other form is still the error of its status."""
    error = refused(client, reply(body, 422))
    assert type(error) is ValidationError
    assert error.code in {None, 32}


@pytest.mark.parametrize("location", ["https://app.monicahq.com", "https://app.monicahq.com/", "/"])
def test_the_way_to_the_front_page_is_an_authentication_error(
    client: MakeClient, location: str
) -> None:
    """Who has no good token and did not ask for JSON is sent to the front page."""
    error = refused(client, reply("<!DOCTYPE html>", 302, {"Location": location}))
    assert type(error) is AuthenticationError
    assert error.status_code == 302


def test_the_way_to_the_login_page_is_an_authentication_error(client: MakeClient) -> None:
    """So is the way to a page to log in at."""
    error = refused(client, reply("", 302, {"Location": "https://app.monicahq.com/login"}))
    assert type(error) is AuthenticationError


@pytest.mark.parametrize("location", ["https://app.monicahq.com/api/notes/1", "", "http://[x"])
def test_another_redirect_is_none(client: MakeClient, location: str) -> None:
    """A redirect elsewhere, as from http to https, says that base_url is to be looked at."""
    headers = {"Location": location} if location else {}
    error = refused(client, reply("", 301, headers))
    assert "base_url" in error.message
    assert type(error) is StatusError


def test_an_expired_token(client: MakeClient) -> None:
    """401 is an AuthenticationError with the server's word, and the token is nowhere in it."""
    error = refused(client, reply({"message": f"Unauthenticated. {TOKEN}"}, 401))

    assert type(error) is AuthenticationError
    assert error.message == "Unauthenticated. [redacted]"
    assert error.request is not None
    assert error.request.headers["Authorization"] == "[redacted]"
    assert TOKEN not in repr(error) + str(error)
    assert TOKEN.encode() not in pickle.dumps(pickle.loads(pickle.dumps(error)).request)


def test_too_many_requests(client: MakeClient) -> None:
    """429 is a RateLimitError that tells when to come back."""
    error = refused(
        client,
        refusal(429, 34, "Too many attempts, please slow down the request", {"Retry-After": "17"}),
    )
    assert type(error) is RateLimitError
    assert (error.code, error.retry_after) == (34, 17.0)


def test_what_creates_waits_out_the_limit(client: MakeClient, clock: Clock) -> None:
    """A request that was turned away unread is sent again after the pause, whatever it does."""
    turned = refusal(429, 34, "Too many attempts", {"Retry-After": "60", "X-RateLimit-Limit": "60"})
    crm = client(turned, data({"id": 1}, 201), **CLIENT)

    made = crm(lambda crm: crm.request("POST", "/tags", json={"name": "x"}))

    assert made.data == {"data": {"id": 1}}
    assert len(crm.seen) == 2
    assert sum(clock.waits) == 60.0


@pytest.mark.parametrize("crash", [500, 422, 404])
def test_what_creates_is_never_sent_twice(client: MakeClient, crash: int) -> None:
    """A creation that ended in an error may have happened, so it is not repeated."""
    crm = client(reply({"message": "Server Error"}, crash), **CLIENT)
    with pytest.raises(StatusError):
        crm(lambda crm: crm.request("POST", "/contacts", json={}))
    assert len(crm.seen) == 1


@pytest.mark.parametrize(
    "second",
    [
        refusal(422, 32, ["The selected gift id is invalid."]),
        reply(
            {"message": "x", "errors": {"contact_id": ["The selected contact id is invalid."]}}, 422
        ),
        refusal(404, 31, "The resource has not been found"),
    ],
    ids=["422", "422 by member", "404"],
)
def test_a_deletion_whose_reply_was_lost_is_done(client: MakeClient, second: Any) -> None:
    """When the second attempt finds nothing, the first has deleted it, however that is told."""
    crm = client(reply("", 502), second, **CLIENT)
    assert crm(lambda crm: crm.request("DELETE", "/gifts/1")).status_code == 204


def test_a_deletion_that_is_refused_is_an_error(client: MakeClient) -> None:
    """What the server refuses for another reason is not done."""
    crm = client(reply("", 502), refusal(422, 32, ["The contact is archived."]), **CLIENT)
    with pytest.raises(ValidationError):
        crm(lambda crm: crm.request("DELETE", "/gifts/1"))


def test_a_first_deletion_that_finds_nothing_is_an_error(client: MakeClient) -> None:
    """Who deletes what is not there is told so."""
    crm = client(refusal(422, 32, ["The selected gift id is invalid."]), **CLIENT)
    with pytest.raises(ValidationError, match="selected gift id"):
        crm(lambda crm: crm.request("DELETE", "/gifts/1"))


@pytest.mark.parametrize("body", ["<!DOCTYPE html>", "7", '"text"', "null", "{"])
def test_a_success_that_is_not_monicas(client: MakeClient, body: str) -> None:
    """A success of another form, such as a page for people, is a DecodeError."""
    crm = client(reply(body), **CLIENT)
    with pytest.raises(DecodeError):
        crm(lambda crm: crm.me())
