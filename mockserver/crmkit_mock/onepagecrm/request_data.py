"""What a request sends, in its query or as a form, read and checked by the document."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from jsonschema_rs import ValidationErrorKind

from crmkit_mock.forms import FORM_TYPE, query_pairs
from crmkit_mock.messages import Refusal
from crmkit_mock.onepagecrm.errors import Code, refusal
from crmkit_mock.onepagecrm.values import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmkit_mock.documents import Operation
    from crmkit_mock.messages import Request

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


def read_query(operation: Operation, request: Request) -> dict[str, Any]:
    """Read the query.

    Raises:
        Refusal: 109, a parameter is missing; 108, one is unknown, repeated or invalid.
    """
    try:
        names = {name for name, _ in query_pairs(request.query)}
        for parameter in operation.query_parameters.values():
            if parameter.required and parameter.name not in names:
                raise refusal(Code.INCOMPLETE, f"{parameter.name} is missing")
        query = operation.read_query(request)
    except Refusal as error:
        raise _with_code(error) from None
    return _cleaned(query)


def read_form(operation: Operation, request: Request) -> dict[str, Any]:
    """Read a form-encoded body; an operation that takes none ignores it.

    Fields that the document does not have are ignored.

    Raises:
        Refusal: 109, a field is missing; 108, one is repeated or invalid, or the body is not a
            form.
    """
    if FORM_TYPE not in operation.body_validators:
        return {}
    schema = operation.body_schemas[FORM_TYPE]
    properties = schema["properties"]
    if request.body and request.media_type != FORM_TYPE:
        raise refusal(
            Code.INVALID, f"Content-Type: expected {FORM_TYPE}, got {request.media_type[:100]!r}"
        )
    if request.charset not in (None, "utf-8", "utf8"):
        raise refusal(Code.INVALID, f"charset: expected utf-8, got {request.charset[:100]!r}")
    form: dict[str, Any] = {}
    try:
        for name, value in query_pairs(request.body):
            if name in form:
                raise refusal(Code.INVALID, f"{name[:100]} is repeated")
            if name in properties:
                form[name] = _converted(operation.document.resolve(properties[name]), value)
        cleaned = _cleaned(form)
        fits = operation.body_validators[FORM_TYPE].is_valid(cleaned)
        if not fits:
            _require_complete(operation, schema, cleaned)
        if not fits or cleaned != form:
            operation.check_body(FORM_TYPE, form)
    except Refusal as error:
        raise _with_code(error) from None
    return cleaned


def _converted(schema: dict[str, Any], value: str) -> object:
    """Convert a str to the type of its schema; one that cannot have it stays a str."""
    type_ = schema.get("type")
    if type_ == "integer" and _INTEGER.fullmatch(value):
        return int(value)
    if type_ == "number" and _NUMBER.fullmatch(value):
        number = float(value)
        return number if math.isfinite(number) else value
    return value


def _require_complete(operation: Operation, schema: dict[str, Any], form: dict[str, Any]) -> None:
    """Check that nothing is missing in a cleaned form; what was sent as whitespace is.

    Raises:
        Refusal: 109, naming what is missing.
    """
    for error in operation.body_validators[FORM_TYPE].iter_errors(form):
        if isinstance(error.kind, ValidationErrorKind.Required):
            # An `else` requires a field in place of the one that its `if` looks for.
            missing = [*(schema["if"]["required"] if "else" in error.schema_path else ())]
            names = " or ".join([*missing, error.kind.property])
            raise refusal(Code.INCOMPLETE, f"{names} is missing")


def _cleaned(params: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = {
        name: clean(value) if isinstance(value, str) else value for name, value in params.items()
    }
    return {name: value for name, value in cleaned.items() if value != ""}


def _with_code(error: Refusal) -> Refusal:
    """Give a refusal of the document's, which has no code of its own, the code of invalid data."""
    return error if error.detail is not None else refusal(Code.INVALID, error.message)
