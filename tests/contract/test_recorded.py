"""The documents hold against what real servers answered, and the measures of that can fail."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest

from tests.contract.recorded import ROOT, Checked, Pair, Tree, document, evidence, pairs


@dataclass(frozen=True)
class Measured:
    """A document, the recorded pairs that it is held against, and what is asked of it.

    Args:
        file: The document.
        recorded: Name of the recorded pairs.
        base: Path of the recorded requests before the document's own.
        slash: Whether a slash at the end makes another path.
        share: Share of pairs that belong to operations, at least.
        tight: Share of spoilt replies that are refused, at least.
        left_out: Labels of pairs that belong to no operation, each with the reason.
    """

    file: str
    recorded: str
    base: str
    slash: bool
    share: float
    tight: float
    left_out: dict[str, str]


NO_ROUTE = "the server has no such route"
NO_METHOD = "the route does not take the method"
NO_CODE = "a route without code behind it, always answered 500"
NO_OPERATION = "what HTTP has for every path, no operation of the API"

MONICA = Measured(
    file="monica.yaml",
    recorded="monica",
    base="/api",
    slash=False,
    share=0.90,
    tight=0.90,
    left_out={
        "seq 8": NO_ROUTE,
        "seq 10": NO_METHOD,
        "seq 281": NO_METHOD,
        "seq 446": NO_ROUTE,
        "seq 507": NO_CODE,
        "seq 515": NO_METHOD,
        "seq 547": NO_OPERATION,
        "seq 548": NO_OPERATION,
        "seq 554": NO_ROUTE,
        "seq 642": NO_METHOD,
        "seq 657": NO_ROUTE,
        "seq 658": NO_ROUTE,
        "seq 659": NO_ROUTE,
        "seq 660": NO_ROUTE,
        "seq 675": NO_METHOD,
        "seq 677": NO_CODE,
    },
)
ESPOCRM = Measured(
    file="autocrm.yaml",
    recorded="espocrm",
    base="/api/v1",
    slash=True,
    share=0.85,
    tight=0.80,
    left_out={
        "method-options": NO_OPERATION,
        "method-head": NO_OPERATION,
        "method-delete-collection": NO_METHOD,
        "list-trailing-slash": NO_ROUTE,
        "mass-old-massUpdate-post": "AutoCRM's route takes PUT; EspoCRM has none",
    },
)

for_each = pytest.mark.parametrize("what", [MONICA, ESPOCRM], ids=lambda what: what.file)


@cache
def read_pairs(name: str) -> list[Pair]:
    """Return the recorded pairs, read once."""
    return pairs(name)


@cache
def read_document(file: str) -> Checked:
    """Return a document as it stands, read once."""
    (what,) = (one for one in (MONICA, ESPOCRM) if one.file == file)
    return Checked(document(file), what.base, slash=what.slash)


def spoilt(what: Measured, spoil: Callable[[Tree], None]) -> Checked:
    """Return a document with something in it spoilt."""
    tree = copy.deepcopy(read_document(what.file).tree)
    spoil(tree)
    return Checked(tree, what.base, slash=what.slash)


def share(part: int, whole: int) -> float:
    """Return a share, of something at least."""
    assert whole
    return part / whole


# -- the measures ------------------------------------------------------------------------------


@for_each
def test_recorded_pairs_belong_to_operations(
    what: Measured, record_property: Callable[[str, object], None]
) -> None:
    """What servers were asked is described, save what is listed with a reason."""
    everything = read_pairs(what.recorded)
    uncovered = read_document(what.file).uncovered(everything)
    found = share(len(everything) - len(uncovered), len(everything))
    record_property("figure", f"{what.file}: {found:.1%} of {len(everything)} pairs described")

    assert set(uncovered) == what.left_out.keys()
    assert found >= what.share


@for_each
def test_recorded_replies_are_described(what: Measured) -> None:
    """Every reply that was recorded from an operation is what the document says it may be."""
    measured = read_document(what.file)
    faults = [
        fault
        for pair, operation in measured.covered(read_pairs(what.recorded))
        for fault in measured.reply_faults(pair, operation)
    ]

    assert faults == []


@for_each
def test_bodies_that_servers_took_are_described(what: Measured) -> None:
    """Every body that a server answered with success is one that the document allows."""
    measured = read_document(what.file)
    good = [one for one in measured.covered(read_pairs(what.recorded)) if one[0].good]
    faults = [fault for one in good for fault in measured.request_faults(*one)]

    assert [pair for pair, _ in good if pair.request_body is not None]
    assert faults == []


@for_each
def test_documents_are_tight(
    what: Measured, record_property: Callable[[str, object], None]
) -> None:
    """A reply with an object in place of one of its values is nearly always refused."""
    refused, tried, places = read_document(what.file).tightness(read_pairs(what.recorded))
    found = share(refused, tried)
    record_property("figure", f"{what.file}: {found:.1%} of {tried} spoilt replies refused")

    assert found >= what.tight, places


@for_each
def test_evidence_names_pairs_that_are_there(what: Measured) -> None:
    """Evidence that cites a recorded reply names it by a label that the recording has."""
    labels = {pair.label for pair in read_pairs(what.recorded)}
    unknown = [
        item
        for item in evidence(read_document(what.file).tree)
        if item.startswith("recorded: ") and not cited(item, labels) <= labels
    ]

    assert unknown == []


def cited(item: str, labels: set[str]) -> set[str]:
    """Return the labels that a line of evidence names; something unknown if it names none."""
    numbers = re.findall(r"seq ([0-9]+(?:(?:, | and | to |, seq | and seq )[0-9]+)*)", item)
    if numbers:
        return {f"seq {number}" for text in numbers for number in re.findall("[0-9]+", text)}
    words = re.split(r"[,;:] | and ", item.removeprefix("recorded: "))
    like_labels = {word for word in words if re.fullmatch(r"[a-z0-9]+(-[^ ]+)+", word)}
    return like_labels | labels.intersection(words) or {item}


# -- the measures can fail ---------------------------------------------------------------------


def anything(tree: Tree) -> None:
    """Let every component be anything."""
    for name in tree["components"]["schemas"]:
        tree["components"]["schemas"][name] = {}


@for_each
def test_a_document_that_allows_anything_is_not_tight(what: Measured) -> None:
    """Schemas that say nothing refuse no reply, and are seen by it."""
    refused, tried, _ = spoilt(what, anything).tightness(read_pairs(what.recorded))

    assert share(refused, tried) < 0.2


@pytest.mark.parametrize(
    ("what", "schema"), [(MONICA, "ContactShort"), (ESPOCRM, "Lead")], ids=["monica", "espocrm"]
)
def test_one_schema_that_says_nothing_is_seen(what: Measured, schema: str) -> None:
    """Tightness drops where a single one of the main schemas says nothing."""

    def spoil(tree: Tree) -> None:
        tree["components"]["schemas"][schema] = {}

    everything = read_pairs(what.recorded)
    refused, tried, _ = read_document(what.file).tightness(everything)
    less, as_many, _ = spoilt(what, spoil).tightness(everything)

    assert as_many == tried
    assert share(less, tried) < share(refused, tried) - 0.02


@pytest.mark.parametrize(
    ("what", "path"),
    [(MONICA, "/contacts"), (ESPOCRM, "/{entityType}"), (ESPOCRM, "/Lead")],
    ids=["monica", "any-entity", "leads"],
)
def test_a_path_that_is_missing_is_seen(what: Measured, path: str) -> None:
    """Pairs of a path that the document lost belong to no operation, or to a looser one."""

    def spoil(tree: Tree) -> None:
        del tree["paths"][path]

    everything = read_pairs(what.recorded)
    without = spoilt(what, spoil)
    before = {pair.label: one["operationId"] for pair, one in covered(what)}
    after = {pair.label: one["operationId"] for pair, one in without.covered(everything)}

    assert before != after
    assert len(without.uncovered(everything)) >= len(what.left_out)


def covered(what: Measured) -> list[tuple[Pair, Tree]]:
    """Return the pairs that belong to an operation, with it."""
    return list(read_document(what.file).covered(read_pairs(what.recorded)))


def missing_status(tree: Tree) -> None:
    """Forget how creating an account, or a contact, may be refused."""
    for path, status in (("/contacts", "422"), ("/Account", "400")):
        tree["paths"].get(path, {}).get("post", {}).get("responses", {}).pop(status, None)


def stricter_reply(tree: Tree) -> None:
    """Require what servers do not send."""
    schemas = tree["components"]["schemas"]
    for name in {"Contact", "ContactShort", "Account"} & schemas.keys():
        schemas[name].setdefault("required", []).append("shoe_size")


@for_each
@pytest.mark.parametrize("spoil", [missing_status, stricter_reply])
def test_a_reply_that_is_not_described_is_seen(
    what: Measured, spoil: Callable[[Tree], None]
) -> None:
    """A status that is not described, and a member that is required in vain, are found."""
    measured = spoilt(what, spoil)

    assert [
        fault
        for pair, operation in measured.covered(read_pairs(what.recorded))
        for fault in measured.reply_faults(pair, operation)
    ]


@for_each
def test_a_body_that_is_not_described_is_seen(what: Measured) -> None:
    """A member that bodies must have in vain is found by the bodies that were taken without it."""

    def spoil(tree: Tree) -> None:
        schemas = tree["components"]["schemas"]
        for name in {"NoteInput", "AccountInput"} & schemas.keys():
            schemas[name].setdefault("required", []).append("shoe_size")

    measured = spoilt(what, spoil)

    assert [
        fault
        for pair, operation in measured.covered(read_pairs(what.recorded))
        if pair.good
        for fault in measured.request_faults(pair, operation)
    ]


@pytest.mark.parametrize(
    ("item", "labels"),
    [
        ("recorded: seq 84 and seq 103, relationships", {"seq 84", "seq 103"}),
        ("recorded: seq 94, 95, 632 to 635, refused", {"seq 94", "seq 95", "seq 632", "seq 635"}),
        ("recorded: list-q; list-select, names", {"list-q", "list-select"}),
        ("recorded: star, 403", {"star"}),
        ("recorded: replies of a server", {"recorded: replies of a server"}),
    ],
)
def test_labels_in_evidence_are_read(item: str, labels: set[str]) -> None:
    """Evidence is read for the labels in it; evidence without one is found."""
    assert cited(item, {"star"}) == labels


# -- the recordings ----------------------------------------------------------------------------


@for_each
def test_recordings_are_small_and_have_labels_of_their_own(what: Measured) -> None:
    """A recording stays below 500 kB, and a label leads to one pair."""
    everything = read_pairs(what.recorded)
    path = ROOT / "tests" / "recorded" / f"{what.recorded}.jsonl"

    assert path.stat().st_size < 500_000
    assert len({pair.label for pair in everything}) == len(everything)
    assert f"| {len(everything)} |" in path.with_name("README.md").read_text("utf-8")


@for_each
def test_recordings_hold_no_secret(what: Measured) -> None:
    """Whatever a request or reply proves somebody's identity with is masked."""
    secret = {"authorization", "x-api-key", "x-hmac-authorization", "espo-authorization"}
    shown = [
        f"{pair.label}: {name}"
        for pair in read_pairs(what.recorded)
        for name, value in [*pair.request_headers.items(), *pair.headers.items()]
        if name.lower() in {*secret, "set-cookie", "cookie"} and "***" not in value
    ]

    assert shown == []
