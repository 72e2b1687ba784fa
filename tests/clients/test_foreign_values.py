"""Values of pandas and numpy: taken where nothing is lost, else refused by the member's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from crmkit import ArgumentError
from crmkit.espocrm import where as w
from tests.clients.conftest import MakeClient, MakeEspo
from tests.clients.harness import both, failures, reply, saved, sync_alone

asynchronous = sync_alone
ID = "65b21500000000001"


class Scalar:
    """A scalar as numpy's are: neither an int nor a bool, but with its Python value.

    Args:
        value: The Python value.
    """

    shape: tuple[int, ...] = ()
    dtype = "any"

    def __init__(self, value: Any) -> None:
        self._value = value

    def item(self) -> Any:
        """Return the Python value."""
        return self._value

    def __bool__(self) -> bool:
        raise ValueError("ambiguous")  # as of pandas' NA


class Series:
    """A column: it can be iterated, and has no truth value."""

    shape = (2,)
    dtype = "object"

    def __init__(self, *values: Any) -> None:
        self._values = values

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __bool__(self) -> bool:
        raise ValueError("ambiguous")


class NaT(datetime):
    """A time that is none, as pandas' is: a datetime that equals nothing and has no offset."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = datetime.__hash__

    def utcoffset(self) -> Any:
        """Fail as pandas does."""
        raise ValueError("NaTType does not support utcoffset")


class NAType:
    """What is missing: nothing can be asked of it."""

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    def __eq__(self, other: object) -> Any:
        return self

    __hash__ = None  # type: ignore[assignment]  # as of pandas' NA in a dict's key


NOT_A_TIME = NaT(2024, 1, 1, tzinfo=UTC)
TAKEN: list[tuple[Callable[[Any], Any], Callable[[Any], Any], Any]] = [
    (lambda crm: crm.contacts.create(do_not_call=Scalar(True)), lambda b: b["doNotCall"], True),
    (lambda crm: crm.contacts.create(last_name=Scalar("a")), lambda b: b["lastName"], "a"),
    (lambda crm: crm.opportunities.create(amount=Scalar(1.5)), lambda b: b["amount"], 1.5),
    (lambda crm: crm.opportunities.create(probability=Scalar(5)), lambda b: b["probability"], 5),
    (lambda crm: crm.contacts.create(extra={"cX": Scalar(5)}), lambda b: b["cX"], 5),
    (lambda crm: crm.contacts.create(extra={"cX": [Scalar(5)]}), lambda b: b["cX"], [5]),
    (
        lambda crm: crm.leads.mass_update(ids=Series(ID), attributes={"cX": Scalar(5)}),
        lambda b: (b["params"]["ids"], b["data"]["values"]),
        ([ID], {"cX": 5}),
    ),
    (lambda crm: crm.leads.link(ID, "x", Series("1", "2")), lambda b: b["ids"], ["1", "2"]),
    (lambda crm: crm.leads.link(ID, "x", {"1"}), lambda b: b["id"], "1"),
    (lambda crm: crm.leads.unlink(ID, "x", iter(["1"])), lambda b: b["id"], "1"),
]


@both
@pytest.mark.parametrize("number", range(len(TAKEN)))
def test_takes_what_loses_nothing(espo: MakeEspo, number: int) -> None:
    """Scalars go out as their Python values; ids come in any collection."""
    work, find, expected = TAKEN[number]
    crm = espo(reply({"id": ID}))

    crm(work)

    found = find(crm.seen[0].json)
    assert found == expected
    assert type(found) is type(expected)


REFUSED: list[tuple[str, Callable[[Any], Any]]] = [
    ("date_start", lambda crm: crm.meetings.create(date_start=NOT_A_TIME)),
    ("close_date", lambda crm: crm.opportunities.create(close_date=NOT_A_TIME)),
    ("close_date", lambda crm: crm.opportunities.create(close_date=float("nan"))),
    ("amount", lambda crm: crm.opportunities.create(amount=float("nan"))),
    ("amount", lambda crm: crm.opportunities.create(amount=Scalar(float("nan")))),
    ("probability", lambda crm: crm.opportunities.create(probability=Scalar(1.5))),
    ("probability", lambda crm: crm.opportunities.create(probability=Scalar(True))),
    ("last_name", lambda crm: crm.contacts.create(last_name=float("nan"))),
    ("last_name", lambda crm: crm.contacts.create(last_name=NAType())),
    ("do_not_call", lambda crm: crm.contacts.create(do_not_call=NAType())),
    ("teams_ids", lambda crm: crm.contacts.create(teams_ids=NAType())),
    ("teams_ids[1]", lambda crm: crm.contacts.create(teams_ids=["1", object()])),
    ("extra['cX']", lambda crm: crm.contacts.create(extra={"cX": NOT_A_TIME})),
    ("extra['cX']", lambda crm: crm.contacts.create(extra={"cX": NAType()})),
    ("extra['cX']['a'][1]", lambda crm: crm.contacts.create(extra={"cX": {"a": [1, NAType()]}})),
    ("extra['cX']", lambda crm: crm.contacts.create(extra={"cX": Series(1, 2)})),
    ("attributes['cX']", lambda crm: crm.leads.mass_update(ids=[ID], attributes={"cX": NAType()})),
    ("ids[1]", lambda crm: crm.leads.mass_update(ids=Series(ID, float("nan")), attributes={})),
    ("ids", lambda crm: crm.leads.mass_delete(ids=Series())),
    ("ids", lambda crm: crm.leads.mass_delete(ids=NAType())),
    ("createdAt", lambda crm: crm.leads.list(where=[w.after("createdAt", NOT_A_TIME)])),
    ("id", lambda crm: crm.leads.get(float("nan"))),
    ("id", lambda crm: crm.leads.get(NAType())),
    ("select[0]", lambda crm: crm.leads.list(select=[NAType()])),
    ("page_size", lambda crm: crm.leads.list(page_size=NAType())),
]


@both
def test_refuses_what_is_missing_by_its_name(espo: MakeEspo) -> None:
    """NaN, NaT, NA and what a member cannot hold are refused by the member; nothing is sent."""
    crm = espo(reply({"id": ID}))

    def check(argument: str, work: Callable[[Any], Any]) -> None:
        with pytest.raises(ArgumentError) as caught:
            crm(work)
        assert caught.value.argument == argument

    assert failures(check, REFUSED) == []
    assert crm.seen == []


@both
def test_other_clients_take_scalars_too(client: MakeClient) -> None:
    """Ids and plain values of numpy are taken where the wire has its own format for them."""
    crm = client(saved())

    crm(lambda crm: crm.contacts.save(id=Scalar(5), title=Scalar("a")))

    assert crm.seen[0].json == {"id": "5", "title": "a"}


@both
def test_takes_values_of_real_numpy_and_pandas(espo: MakeEspo) -> None:
    """The same holds for the libraries themselves, where they are installed."""
    np, pd = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    crm = espo(reply({"id": ID}))
    values = {
        "cA": np.int64(5),
        "cB": np.bool_(True),
        "cC": np.float32(0.5),
        "cD": np.str_("a"),
        "cE": pd.Timestamp("2024-01-01", tz="UTC"),
        "cF": [np.float64(1.5)],
    }

    crm(lambda crm: crm.contacts.create(last_name=np.str_("a"), extra=values))

    def create(crm: Any, **values: Any) -> Any:
        return crm.contacts.create(**values)

    for missing in (pd.NaT, pd.NA, np.nan, np.datetime64("NaT")):
        for name in ("last_name", "do_not_call", "teams_ids"):
            with pytest.raises(ArgumentError, match=name):
                crm(partial(create, **{name: missing}))
    crm(lambda crm: crm.leads.mass_delete(ids=pd.Series([ID])))
    crm(lambda crm: crm.leads.mass_delete(ids=np.array([ID])))

    assert crm.seen[0].json == {
        "lastName": "a",
        "cA": 5,
        "cB": True,
        "cC": 0.5,
        "cD": "a",
        "cE": "2024-01-01 00:00:00",
        "cF": [1.5],
    }
    assert all(seen.json["params"]["ids"] == [ID] for seen in crm.seen[1:])
