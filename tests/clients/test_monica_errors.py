"""Monica's errors: three shapes, redirects, rate limits: class, message, fields."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from itertools import product
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
from tests.clients.harness import Clock, failures, reply, sync_alone
from tests.clients.monica_wire import CLIENT, TOKEN, data, recorded, refusal

asynchronous = sync_alone

CLASSES = {
    400: BadRequestError,
    401: AuthenticationError,
    404: NotFoundError,
    405: BadRequestError,
    422: ValidationError,
    429: RateLimitError,
    500: ServerError,
}
REFUSALS = {pair["label"]: pair for pair in recorded() if pair["status"] >= 400}


def error_of(client: MakeClient, *answers: Any, **settings: Any) -> StatusError:
    """Return the error that a call raises."""
    crm = client(*answers, **CLIENT, max_retries=0, **settings)
    with pytest.raises(StatusError) as caught:
        crm(lambda crm: crm.request("GET", "/notes/1"))
    return caught.value


def messages_of(body: Any) -> list[str]:
    """Return the messages of a recorded error of any shape."""
    if "error" not in body:
        return [body["message"]]
    messages = body["error"]["message"]
    return list(messages) if isinstance(messages, list) else [messages]


def test_recorded_refusals(client: MakeClient) -> None:
    """Each recorded error has the class of its status, the server's messages and its code."""

    def check(label: str) -> None:
        pair = REFUSALS[label]
        body = pair.get("body")
        content = pair.get("text", "") if body is None else body
        error = error_of(client, reply(content, pair["status"], pair["headers"]))

        assert type(error) is CLASSES[pair["status"]]
        assert error.status_code == pair["status"]
        if body is not None:
            assert error.code == body.get("error", {}).get("error_code")
            assert error.body == body
            assert error.message == " ".join(messages_of(body))[:300]
            if "errors" in body:
                assert error.fields == body["errors"]
            elif error.code == 32:
                # Every recorded message about values names its field.
                assert [
                    message for messages in error.fields.values() for message in messages
                ] == messages_of(body)

    assert failures(check, product(REFUSALS)) == []


def test_recorded_refusals_cover_shapes_and_codes() -> None:
    """The recorded errors have all shapes and most codes, so the test above is not empty."""
    bodies = [pair["body"] for pair in REFUSALS.values() if pair.get("body")]
    assert {body["error"]["error_code"] for body in bodies if "error" in body} == {
        *(30, 31, 32, 34, 37, 39, 40)
    }
    assert any("errors" in body for body in bodies)
    assert any(set(body) == {"message"} for body in bodies)


def test_finds_field_of_message(client: MakeClient) -> None:
    """A message about a value is in `.fields` under the field's wire name."""
    cases: list[tuple[Any, ...]] = [
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
    ]

    def check(sentence: str, field: str) -> None:
        error = error_of(client, refusal(422, 32, [sentence]))
        assert error.fields == {field: [sentence]}

    assert failures(check, cases) == []


def test_keeps_messages_without_field(client: MakeClient) -> None:
    """A message that names no field, in another language or about a state, is in `.message`."""
    messages = ["Le champ prénom est obligatoire.", "The name field is required.", "Archived."]
    error = error_of(client, refusal(422, 32, messages))

    assert error.fields == {"name": ["The name field is required."]}
    assert error.message == " ".join(messages)


def test_groups_messages_by_field(client: MakeClient) -> None:
    """All messages about one field stay together."""
    messages = ["The in debt must be a string.", "The selected in debt is invalid."]
    assert error_of(client, refusal(422, 32, messages)).fields == {"in_debt": messages}


def test_reads_errors_in_list_of_lists(client: MakeClient) -> None:
    """The refusal of an archived contact has no field names; its text is in `.message`."""
    body = {"message": "The given data was invalid.", "errors": [["The contact is archived."]]}
    error = error_of(client, reply(body, 422))

    assert type(error) is ValidationError
    assert error.message == "The contact is archived."
    assert error.fields == {}
    assert error.code is None


def test_error_of_any_shape_keeps_class(client: MakeClient) -> None:
    """An error of any other shape still has the class of its status."""
    cases: Iterable[tuple[Any]] = product(
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
        ]
    )

    def check(body: Any) -> None:
        error = error_of(client, reply(body, 422))
        assert type(error) is ValidationError
        assert error.code in {None, 32}

    assert failures(check, cases) == []


def test_redirect_to_front_or_login_page_is_authentication_error(client: MakeClient) -> None:
    """A redirect to the front page or a login page is an AuthenticationError."""
    site = "https://app.monicahq.com"
    cases = product([site, f"{site}/", "/", f"{site}/login"])

    def check(location: str) -> None:
        error = error_of(client, reply("<!DOCTYPE html>", 302, {"Location": location}))
        assert type(error) is AuthenticationError
        assert error.status_code == 302

    assert failures(check, cases) == []


def test_other_redirect_names_base_url(client: MakeClient) -> None:
    """A redirect elsewhere, as from http to https, is a StatusError that names base_url."""
    cases = product(["https://app.monicahq.com/api/notes/1", "", "http://[x"])

    def check(location: str) -> None:
        headers = {"Location": location} if location else {}
        error = error_of(client, reply("", 301, headers))
        assert "base_url" in error.message
        assert type(error) is StatusError

    assert failures(check, cases) == []


def test_redacts_echoed_token(client: MakeClient) -> None:
    """401 is an AuthenticationError with the server's message; the token is redacted everywhere."""
    error = error_of(client, reply({"message": f"Unauthenticated. {TOKEN}"}, 401))

    assert type(error) is AuthenticationError
    assert error.message == "Unauthenticated. [redacted]"
    assert error.request is not None
    assert error.request.headers["Authorization"] == "[redacted]"
    assert TOKEN not in repr(error) + str(error)
    assert TOKEN.encode() not in pickle.dumps(pickle.loads(pickle.dumps(error)).request)


def test_rate_limit_has_retry_after(client: MakeClient) -> None:
    """429 is a RateLimitError with `.retry_after`."""
    error = error_of(
        client,
        refusal(429, 34, "Too many attempts, please slow down the request", {"Retry-After": "17"}),
    )
    assert type(error) is RateLimitError
    assert (error.code, error.retry_after) == (34, 17.0)


def test_creation_waits_for_rate_limit(client: MakeClient, clock: Clock) -> None:
    """A creation that was refused with 429 is sent again after the pause."""
    turned = refusal(429, 34, "Too many attempts", {"Retry-After": "60", "X-RateLimit-Limit": "60"})
    crm = client(turned, data({"id": 1}, 201), **CLIENT)

    created = crm(lambda crm: crm.request("POST", "/tags", json={"name": "x"}))

    assert created.data == {"data": {"id": 1}}
    assert len(crm.seen) == 2
    assert sum(clock.waits) == 60.0


def test_failed_creation_is_not_repeated(client: MakeClient) -> None:
    """A creation that ended in an error may have been processed, so it is not repeated."""

    def check(crash: int) -> None:
        crm = client(reply({"message": "Server Error"}, crash), **CLIENT)
        with pytest.raises(StatusError):
            crm(lambda crm: crm.request("POST", "/contacts", json={}))
        assert len(crm.seen) == 1

    assert failures(check, product([500, 422, 404])) == []


def test_lost_deletion_is_done(client: MakeClient) -> None:
    """A second attempt that finds nothing means that the first has deleted it."""
    cases = product(
        [
            refusal(422, 32, ["The selected gift id is invalid."]),
            reply(
                {"message": "x", "errors": {"contact_id": ["The selected contact id is invalid."]}},
                422,
            ),
            refusal(404, 31, "The resource has not been found"),
        ]
    )

    def check(second: Any) -> None:
        crm = client(reply("", 502), second, **CLIENT)
        assert crm(lambda crm: crm.request("DELETE", "/gifts/1")).status_code == 204

    assert failures(check, cases) == []


def test_refused_deletion_raises(client: MakeClient) -> None:
    """A deletion that is refused for another reason is an error."""
    crm = client(reply("", 502), refusal(422, 32, ["The contact is archived."]), **CLIENT)
    with pytest.raises(ValidationError):
        crm(lambda crm: crm.request("DELETE", "/gifts/1"))


def test_deletion_of_missing_record_raises(client: MakeClient) -> None:
    """A first deletion that finds nothing is an error."""
    crm = client(refusal(422, 32, ["The selected gift id is invalid."]), **CLIENT)
    with pytest.raises(ValidationError, match="selected gift id"):
        crm(lambda crm: crm.request("DELETE", "/gifts/1"))


def test_success_of_another_form_is_decode_error(client: MakeClient) -> None:
    """A success of another form, such as an HTML page, is a DecodeError."""

    def check(body: str) -> None:
        crm = client(reply(body), **CLIENT)
        with pytest.raises(DecodeError):
            crm(lambda crm: crm.me())

    assert failures(check, product(["<!DOCTYPE html>", "7", '"text"', "null", "{"])) == []
