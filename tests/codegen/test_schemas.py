"""What becomes of the members of input models."""

from __future__ import annotations

from typing import Any

from codegen.document import load
from codegen.schemas import Schemas

from tests.codegen.checkout import Checkout, base
from tests.codegen.invalid_documents import CREATE, INPUT, at
from tests.codegen.loops import for_each

FORM = "application/x-www-form-urlencoded"


def nullable(checkout: Checkout, media: str, schema: dict[str, Any], **more: Any) -> bool:
    """Return whether a member of an input may be None, whose body is sent as a media type."""
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
def test_a_form_clears_by_an_empty_text(checkout: Checkout, schema: dict[str, Any]) -> None:
    """Where a form has an empty text for nothing, None is that; JSON says itself what is null."""
    assert nullable(checkout, FORM, schema)
    assert not nullable(checkout, "application/json", schema)


def test_a_form_clears_nothing_else(checkout: Checkout) -> None:
    """What a form cannot clear by an empty text is never None: numbers, and what has to be sent."""
    assert not nullable(checkout, FORM, {"type": "integer", "x-crmkit-format": "bit"})
    assert not nullable(checkout, FORM, {"type": "string"}, required=["title"])
