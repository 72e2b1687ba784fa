"""The documents agree with what real servers answered, and the checks of that can fail."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import pytest

from crmkit.contract.schemas import Tree
from tests.contract.recorded import (
    ROOT,
    RecordedDocument,
    RecordedExchange,
    document,
    evidence,
    pairs,
)


@dataclass(frozen=True)
class Measured:
    """A document, the recorded pairs that it is validated by, and the bounds.

    Args:
        file: The document.
        recorded: Name of the recorded pairs.
        base: Path of the recorded requests before the document's own.
        slash: Whether a trailing slash makes another path.
        share: Minimum share of pairs that have an operation.
        tight: Minimum share of damaged replies that are rejected.
        left_out: Labels of pairs without an operation, each with the reason.
        ignored: Labels of pairs whose body the server accepted although the document refuses it,
            with the reason: it did not heed it, or took it for something else.
        odd: Labels of pairs whose reply the document refuses on purpose, with the reason.
    """

    file: str
    recorded: str
    base: str
    slash: bool
    share: float
    tight: float
    left_out: dict[str, str]
    ignored: dict[str, str] = field(default_factory=dict[str, str])
    odd: dict[str, str] = field(default_factory=dict[str, str])


NO_ROUTE = "the server has no such route"
NO_METHOD = "the route does not take the method"
NO_CODE = "a route without code behind it, always answered 500"
ECHO = "a value of another type comes back as it was sent, once"
LAX_INPUT = "PHP takes the value for one of the type that is described"
NO_OPERATION = "HTTP has the method for every path, the API has no operation"

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
        "method-options-json": NO_OPERATION,
        "method-head": NO_OPERATION,
        "method-delete-collection": NO_METHOD,
        "method-post-record-json": NO_METHOD,
        "list-trailing-slash": NO_ROUTE,
        "no-route-json": NO_ROUTE,
        "mass-old-massUpdate-post": "AutoCRM's route takes PUT; EspoCRM has none",
    },
)
IGNORED = "null leaves a list of links as it is"
ESPOCRM_LIVE = Measured(
    file="autocrm.yaml",
    recorded="espocrm-live",
    base="/api/v1",
    slash=True,
    share=0.95,
    tight=0.80,
    left_out={
        "no-route": NO_ROUTE,
        "no-route-9.2": NO_ROUTE,
        "no-method": NO_METHOD,
        "no-method-9.2": NO_METHOD,
    },
    ignored={"contact-accounts-null": IGNORED, "contact-accounts-null-9.2": IGNORED},
)
MONICA_LIVE = Measured(
    file="monica.yaml",
    recorded="monica-live",
    base="/api",
    slash=False,
    share=0.99,
    tight=0.90,
    left_out={"live-logs-patch": NO_CODE},
    ignored={
        **dict.fromkeys(
            ("live-contact-gender-id-true", "live-note-true-contact", "live-type-true-delible"),
            LAX_INPUT,
        ),
        **dict.fromkeys(("live-call-emotion-object", "live-activity"), LAX_INPUT),
        **dict.fromkeys(
            ("live-entry-number-title", "live-place-exponent", "live-pet-name-number"), ECHO
        ),
    },
    odd={
        **dict.fromkeys(("live-reminder", "live-company", "live-entry-number-title"), ECHO),
        **dict.fromkeys(("live-place-exponent", "live-pet-name-number"), ECHO),
    },
)
ALL = [MONICA, MONICA_LIVE, ESPOCRM, ESPOCRM_LIVE]

for_each = pytest.mark.parametrize("what", ALL, ids=lambda what: what.recorded)


@cache
def read_pairs(name: str) -> list[RecordedExchange]:
    """Return the recorded pairs, read once."""
    return pairs(name)


@cache
def read_document(file: str) -> RecordedDocument:
    """Return a document, read once."""
    what = next(measured for measured in ALL if measured.file == file)
    return RecordedDocument(document(file), what.base, slash=what.slash)


def damaged(what: Measured, damage: Callable[[Tree], None]) -> RecordedDocument:
    """Return a damaged copy of a document."""
    tree = copy.deepcopy(read_document(what.file).tree)
    damage(tree)
    return RecordedDocument(tree, what.base, slash=what.slash)


def share(part: int, whole: int) -> float:
    """Return the share of a part in a whole that is not empty."""
    assert whole
    return part / whole


# -- the checks --------------------------------------------------------------------------------


@for_each
def test_recorded_requests_are_documented(
    what: Measured, record_property: Callable[[str, object], None]
) -> None:
    """Every recorded request has an operation, save those that are listed with a reason."""
    everything = read_pairs(what.recorded)
    uncovered = read_document(what.file).uncovered(everything)
    actual = share(len(everything) - len(uncovered), len(everything))
    record_property("figure", f"{what.file}: {actual:.1%} of {len(everything)} pairs documented")

    assert set(uncovered) == what.left_out.keys()
    assert actual >= what.share


@for_each
def test_recorded_replies_are_documented(what: Measured) -> None:
    """Every recorded reply of an operation is valid by the document."""
    measured = read_document(what.file)
    errors = [
        error
        for pair, operation in measured.covered(read_pairs(what.recorded))
        if pair.label not in what.odd
        for error in measured.reply_errors(pair, operation)
    ]

    assert errors == []


@for_each
def test_accepted_bodies_are_documented(what: Measured) -> None:
    """Every body that a server accepted is valid by the document."""
    measured = read_document(what.file)
    accepted = [
        (pair, operation)
        for pair, operation in measured.covered(read_pairs(what.recorded))
        if pair.succeeded
    ]
    refused = {
        pair.label: errors
        for pair, operation in accepted
        if (errors := measured.request_errors(pair, operation))
    }

    assert [pair for pair, _ in accepted if pair.request_body is not None]
    assert refused.keys() == what.ignored.keys(), refused


@for_each
def test_documents_are_tight(
    what: Measured, record_property: Callable[[str, object], None]
) -> None:
    """A reply with an object in place of one of its values is nearly always rejected."""
    refused, tried, places = read_document(what.file).tightness(read_pairs(what.recorded))
    actual = share(refused, tried)
    record_property("figure", f"{what.file}: {actual:.1%} of {tried} damaged replies rejected")

    assert actual >= what.tight, places


@for_each
def test_evidence_names_recorded_pairs(what: Measured) -> None:
    """Evidence that cites a recorded reply names it by a label of a recording."""
    recordings = [measured.recorded for measured in ALL if measured.file == what.file]
    labels = {pair.label for recorded in recordings for pair in read_pairs(recorded)}
    unknown = [
        item
        for item in evidence(read_document(what.file).tree)
        if item.startswith("recorded: ") and not cited(item, labels) <= labels
    ]

    assert unknown == []


def cited(item: str, labels: set[str]) -> set[str]:
    """Return the labels that a line of evidence names; the line itself if it names none."""
    numbers = re.findall(r"seq ([0-9]+(?:(?:, | and | to |, seq | and seq )[0-9]+)*)", item)
    if numbers:
        return {f"seq {number}" for text in numbers for number in re.findall("[0-9]+", text)}
    words = re.split(r"[,;:] | and ", item.removeprefix("recorded: "))
    like_labels = {word for word in words if re.fullmatch(r"[a-z0-9]+(-[^ ]+)+", word)}
    return like_labels | labels.intersection(words) or {item}


# -- the checks can fail -----------------------------------------------------------------------


def anything(tree: Tree) -> None:
    """Let every component be anything."""
    for name in tree["components"]["schemas"]:
        tree["components"]["schemas"][name] = {}


@for_each
def test_finds_documents_that_allow_anything(what: Measured) -> None:
    """Empty schemas reject hardly any damaged reply."""
    refused, tried, _ = damaged(what, anything).tightness(read_pairs(what.recorded))

    assert share(refused, tried) < 0.2


@pytest.mark.parametrize(
    ("what", "schema"), [(MONICA, "ContactShort"), (ESPOCRM, "Lead")], ids=["monica", "espocrm"]
)
def test_finds_one_empty_schema(what: Measured, schema: str) -> None:
    """Fewer damaged replies are rejected where a single one of the main schemas is empty."""

    def damage(tree: Tree) -> None:
        tree["components"]["schemas"][schema] = {}

    everything = read_pairs(what.recorded)
    refused, tried, _ = read_document(what.file).tightness(everything)
    less, as_many, _ = damaged(what, damage).tightness(everything)

    assert as_many == tried
    assert share(less, tried) < share(refused, tried) - 0.02


@pytest.mark.parametrize(
    ("what", "path"),
    [(MONICA, "/contacts"), (ESPOCRM, "/{entityType}"), (ESPOCRM, "/Lead")],
    ids=["monica", "any-entity", "leads"],
)
def test_finds_missing_paths(what: Measured, path: str) -> None:
    """Pairs of a path that is missing have no operation, or a more general one."""

    def damage(tree: Tree) -> None:
        del tree["paths"][path]

    everything = read_pairs(what.recorded)
    without = damaged(what, damage)
    before = {pair.label: operation["operationId"] for pair, operation in covered(what)}
    after = {
        pair.label: operation["operationId"] for pair, operation in without.covered(everything)
    }

    assert before != after
    assert len(without.uncovered(everything)) >= len(what.left_out)


def covered(what: Measured) -> list[tuple[RecordedExchange, Tree]]:
    """Return the pairs that have an operation, with it."""
    return list(read_document(what.file).covered(read_pairs(what.recorded)))


def missing_status(tree: Tree) -> None:
    """Remove a status with which a write is refused."""
    for path, method, status in (
        ("/contacts", "post", "422"),
        ("/Account", "post", "400"),
        ("/Opportunity/{id}", "put", "400"),
    ):
        tree["paths"].get(path, {}).get(method, {}).get("responses", {}).pop(status, None)


def stricter_reply(tree: Tree) -> None:
    """Require a member that servers do not send."""
    schemas = tree["components"]["schemas"]
    for name in {"Contact", "ContactShort", "Account"} & schemas.keys():
        schemas[name].setdefault("required", []).append("shoe_size")


@for_each
@pytest.mark.parametrize("damage", [missing_status, stricter_reply])
def test_finds_undocumented_replies(what: Measured, damage: Callable[[Tree], None]) -> None:
    """A status that is not documented, and a required member that is not sent, are found."""
    measured = damaged(what, damage)

    assert [
        error
        for pair, operation in measured.covered(read_pairs(what.recorded))
        for error in measured.reply_errors(pair, operation)
    ]


@for_each
def test_finds_undocumented_bodies(what: Measured) -> None:
    """A required member is found by the bodies that servers accepted without it."""

    def damage(tree: Tree) -> None:
        schemas = tree["components"]["schemas"]
        for name in {"NoteInput", "AccountInput"} & schemas.keys():
            schemas[name].setdefault("required", []).append("shoe_size")

    measured = damaged(what, damage)

    assert [
        error
        for pair, operation in measured.covered(read_pairs(what.recorded))
        if pair.succeeded
        for error in measured.request_errors(pair, operation)
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
def test_reads_labels_in_evidence(item: str, labels: set[str]) -> None:
    """The labels in evidence are found, and evidence without one is."""
    assert cited(item, {"star"}) == labels


# -- the recordings ----------------------------------------------------------------------------


@for_each
def test_recordings_are_small_and_labels_unique(what: Measured) -> None:
    """A recording is smaller than 500 kB, and a label names one pair."""
    everything = read_pairs(what.recorded)
    path = ROOT / "tests" / "recorded" / f"{what.recorded}.jsonl"

    assert path.stat().st_size < 500_000
    assert len({pair.label for pair in everything}) == len(everything)
    assert f"| {len(everything)} |" in path.with_name("README.md").read_text("utf-8")


@for_each
def test_recordings_have_no_secret(what: Measured) -> None:
    """Credentials in requests and replies are masked."""
    secret = {"authorization", "x-api-key", "x-hmac-authorization", "espo-authorization"}
    shown = [
        f"{pair.label}: {name}"
        for pair in read_pairs(what.recorded)
        for name, value in [*pair.request_headers.items(), *pair.headers.items()]
        if name.lower() in {*secret, "set-cookie", "cookie"} and "***" not in value
    ]

    assert shown == []
