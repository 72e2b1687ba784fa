"""One call of an operation: its account and what was sent, read and checked by the document."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jsonschema_rs import ValidationErrorKind

from crmkit_mock.forms import query_pairs
from crmkit_mock.messages import Refusal
from crmkit_mock.onepagecrm import codes
from crmkit_mock.onepagecrm.values import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.documents import Operation
    from crmkit_mock.messages import Request
    from crmkit_mock.onepagecrm.account import Account

FORM_TYPE = "application/x-www-form-urlencoded"

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        account: The account that it is about.
        path: Values of the path's templates.
        sent: What was sent, in the query of a GET or DELETE, in the body of a POST or PUT. Texts
            are clean; what was sent as an empty text is absent.
    """

    account: Account
    path: Mapping[str, str]
    sent: Mapping[str, Any]


def read_query(operation: Operation, request: Request) -> dict[str, Any]:
    """Read the query.

    Raises:
        Refusal: 109, a parameter is missing; 108, one is unknown, repeated or improper.
    """
    try:
        names = {name for name, _ in query_pairs(request.query)}
        for parameter in operation.query_parameters.values():
            if parameter.required and parameter.name not in names:
                raise codes.refusal(codes.INCOMPLETE, f"{parameter.name} is missing")
        sent = operation.read_query(request)
    except Refusal as refusal:
        raise _as_invalid(refusal) from None
    return _cleaned(sent)


def read_form(operation: Operation, request: Request) -> dict[str, Any]:
    """Read a form-encoded body; an operation that takes none ignores it.

    Members that the document does not know are ignored.

    Raises:
        Refusal: 109, a member is missing; 108, one is repeated or improper, or the body is no form.
    """
    if FORM_TYPE not in operation.body_validators:
        return {}
    body = operation.document.resolve(operation.node["requestBody"])
    schema = operation.document.resolve(body["content"][FORM_TYPE]["schema"])
    if request.body and request.media_type != FORM_TYPE:
        raise codes.refusal(codes.INVALID, f"The body must come as {FORM_TYPE}")
    if request.charset not in (None, "utf-8", "utf8"):
        raise codes.refusal(codes.INVALID, "The body must be UTF-8")
    form: dict[str, Any] = {}
    try:
        for name, text in query_pairs(request.body):
            if name in form:
                raise codes.refusal(codes.INVALID, f"{name[:100]} stands there twice")
            if name in schema["properties"]:
                form[name] = _typed(operation, schema["properties"][name], text)
        _require_whole(operation, schema, form)
        operation.check_body(FORM_TYPE, form)
    except Refusal as refusal:
        raise _as_invalid(refusal) from None
    return _cleaned(form)


def _typed(operation: Operation, schema: dict[str, Any], text: str) -> object:
    """Give a text the type that its schema asks for; one that cannot have it stays a text."""
    kind = operation.document.resolve(schema).get("type")
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _require_whole(operation: Operation, schema: dict[str, Any], form: dict[str, Any]) -> None:
    """Check that nothing is missing; what was sent as a blank text is.

    Raises:
        Refusal: 109, naming what is missing.
    """
    for error in operation.body_validators[FORM_TYPE].iter_errors(_cleaned(form)):
        if isinstance(error.kind, ValidationErrorKind.Required):
            # An `else` needs a member in place of the one that its `if` looks for.
            missing = [*(schema["if"]["required"] if "else" in error.schema_path else ())]
            names = " or ".join([*missing, error.kind.property])
            raise codes.refusal(codes.INCOMPLETE, f"{names} is missing")


def _cleaned(sent: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = {
        name: clean(value) if isinstance(value, str) else value for name, value in sent.items()
    }
    return {name: value for name, value in cleaned.items() if value != ""}


def _as_invalid(refusal: Refusal) -> Refusal:
    """Give a refusal without a code of its own, one of the document's, the code of invalid data."""
    if refusal.detail is not None:
        return refusal
    return codes.refusal(codes.INVALID, refusal.message)
