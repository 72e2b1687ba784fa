"""Whether members of input models may be None."""

from __future__ import annotations

from typing import Any

from codegen.document import load
from codegen.schemas import Schemas

from tests.codegen.checkout import Checkout, base
from tests.codegen.invalid_documents import CREATE, INPUT, at
from tests.codegen.loops import for_each

FORM = "application/x-www-form-urlencoded"


def nullable(checkout: Checkout, media: str, schema: dict[str, Any], **more: Any) -> bool:
    """Return whether a member of an input that is sent as a media type may be None."""
    tree = base()
    body = at(tree, *CREATE, "requestBody")
    body["content"] = {media: body["content"].pop("application/json")}
    at(tree, *INPUT).update(more)
    at(tree, *INPUT, "properties")["title"] = schema
    schemas = Schemas(load(checkout.write(tree), "openapi/notes.yaml"))
    schemas.model("NoteInput", "write")
    return schemas.models["NoteInput"].fields[0].nullable


@for_each(
    "schema",
    [
        {"type": "string"},
        {"type": "string", "format": "date"},
        {"type": "string", "x-crmkit-format": "dmy"},
        {"type": "string", "x-crmkit-separated": {"by": ",", "element": "text"}},
    ],
)
def test_form_members_are_cleared_by_an_empty_string(
    checkout: Checkout, schema: dict[str, Any]
) -> None:
    """In a form, None is sent as an empty string; in JSON, only a nullable member may be None."""
    assert nullable(checkout, FORM, schema)
    assert not nullable(checkout, "application/json", schema)


def test_form_members_that_cannot_be_cleared_are_not_nullable(checkout: Checkout) -> None:
    """Members that an empty string cannot clear are not nullable: numbers and required ones."""
    assert not nullable(checkout, FORM, {"type": "integer", "x-crmkit-format": "bit"})
    assert not nullable(checkout, FORM, {"type": "string"}, required=["title"])
