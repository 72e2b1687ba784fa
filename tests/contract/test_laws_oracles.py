"""What judges laws: claims over several replies, strict readers, and differences of records."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from crmkit.contract import CRMS, Conversation, Reply, Talk
from crmkit.contract.laws.differences import differing, pruned
from crmkit.contract.xml_reader import XMLReader
from crmkit.contract.yaml_reader import read_yaml
from tests.contract.engine import Store, held

DOCUMENT = CRMS["onepagecrm"]().document()
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": ["string", "null"]},
        "vip": {"type": "boolean"},
        "count": {"type": "integer"},
        "amount": {"type": "number"},
        "tags": {"type": "array", "items": {"type": "string", "xml": {"name": "tag"}}},
    },
}


def test_claims_hold_for_each_server() -> None:
    """A law over several replies is found on the side where it is not kept, a sentence each."""

    def kept(first: Reply, last: Reply, id: Any) -> Iterator[str]:
        if first.tree["name"] != last.tree["name"]:
            yield f"thing {id} has another name"

    def hold(talk: Talk) -> None:
        created = talk.post("/things", {"name": talk.unique()})
        read = talk.get(f"/things/{created.id}")
        talk.claim(read, "a thing is read as it was created", kept, created, read, created.id)

    def spoil(method: str, path: str, body: Any) -> Any:
        return {**body, "name": "x"} if method == "GET" and path != "/things" else body

    summary = held(Conversation("claims", hold), server=Store(), mock=Store(7, spoil))
    laws = [str(d) for step in summary.steps for d in step.differences if d.kind == "law"]

    assert laws == ["law (mock): a thing is read as it was created: thing 7 has another name"]


def test_counts_what_was_compared() -> None:
    """A check counts as many comparisons as it returns, and one if it returns none."""

    def compared(reply: Reply, count: int) -> Generator[str, None, int]:
        if reply.status >= 500:
            yield "it fails"
        return count

    def unable(reply: Reply) -> Iterator[str]:
        yield reply.headers["x-nope"]

    def hold(talk: Talk) -> None:
        read = talk.get("/things")
        for count in (0, 3, 0, 4):
            talk.claim(read, "things are counted", compared, read, count)
        talk.claim(read, "a list counts as one", lambda _: [], read)
        talk.claim(read, "so does what cannot be checked", unable, read)
        missing = talk.get("/things/999").bind("name")
        talk.claim(read, "nothing is compared with what is missing", lambda *_: [], read, missing)

    (conversation,) = held(Conversation("claims", hold), server=Store()).held

    assert conversation.error == ""
    assert conversation.claims == 3 + 4 + 1 + 1


XML = {
    "as documented": (
        (
            '<hash><name nil="true"/><vip>1</vip><count type="integer">7</count>'
            '<amount type="float">7.0</amount><tags type="array"><tag>a</tag></tags></hash>'
        ),
        {"name": None, "vip": True, "count": 7, "amount": 7.0, "tags": ["a"]},
    ),
    "an empty string": ("<hash><name/></hash>", {"name": ""}),
    "another root": ("<root><name>x</name></root>", None),
    "a boolean in words": ("<hash><vip>true</vip></hash>", None),
    "an integer without its type": ("<hash><count>7</count></hash>", None),
    "an integer as a float": ('<hash><count type="float">7.0</count></hash>', None),
    "a float without its dot": ('<hash><amount type="float">7</amount></hash>', None),
    "another name for items": ('<hash><tags type="array"><item>a</item></tags></hash>', None),
    "a list without its type": ("<hash><tags><tag>a</tag></tags></hash>", None),
    "a member twice": ("<hash><vip>1</vip><vip>1</vip></hash>", None),
    "another member": ("<hash><nope>1</nope></hash>", None),
    "not XML": ("<hash>", None),
}


@pytest.mark.parametrize("case", XML)
def test_reads_xml_strictly(case: str) -> None:
    """XML that is not written as the document has it is not read."""
    text, tree = XML[case]
    reader = XMLReader(DOCUMENT)

    if tree is None:
        with pytest.raises(ValueError, match=r"."):
            reader.read(text.encode(), SCHEMA)
    else:
        assert reader.read(text.encode(), SCHEMA) == tree


def test_reads_yaml_as_it_stands() -> None:
    """A scalar without quotes is what YAML 1.1 makes of it, which the document refuses then."""
    assert read_yaml(b'a: "07018"\nb: x\nc: null\n') == {"a": "07018", "b": "x", "c": None}
    assert read_yaml(b"a: 07010\nb: yes\n") == {"a": 0o7010, "b": True}
    for text in (b"a: b: c\n", b"a: - b\n", b"a: 1\na: 2\n"):
        with pytest.raises(ValueError, match="not YAML"):
            read_yaml(text)


def test_names_the_places_that_differ() -> None:
    """Differences are named by place, types count, and what refers to a record may change."""
    left = {"id": 1, "flag": 1, "of": {"id": 7, "name": "a"}, "ownerId": "x", "ownerName": "a"}
    right = {"id": 1, "flag": True, "of": {"id": 7, "name": "b"}, "ownerId": "x", "ownerName": "b"}

    assert list(differing(left, right)) == [
        "flag differs", "of.name differs", "ownerName differs"
    ]  # fmt: skip
    assert list(differing(left, right, {"flag", r"of\..*"})) == ["ownerName differs"]
    assert list(differing(pruned(left, 7), pruned(right, 7))) == [
        "flag differs",
        "ownerName differs",
    ]
    assert list(differing(pruned(left, "x"), pruned(right, "x"))) == [
        "flag differs", "of.name differs"
    ]  # fmt: skip
