"""OnePageCRM's custom tags."""

from __future__ import annotations

from typing import Any

from tests.mock.plain_onepagecrm import ACME, JOE, OnePage, case

ELENI = "4e00465263819c0000000001"
NOBODY = "0" * 24


def tag_counts(crm: OnePage) -> dict[str, int]:
    """Return the counts of the custom tags, which are the same wherever they are shown."""
    counts = {tag["name"]: tag["count"] for tag in crm.ok("GET", "/tags")}
    for name, count in counts.items():
        assert crm.ok("GET", f"/tags/{name}") == {"name": name, "count": count}
    assert {f"#{name}": count for name, count in counts.items()} == {
        name: count for name, count in crm.counts().items() if name.startswith("#")
    }
    return counts


def test_tag_is_created_renamed_and_deleted(solar: OnePage) -> None:
    """A tag keeps its contacts and its place under a new name, and leaves them when deleted."""
    assert [tag["name"] for tag in solar.ok("GET", "/tags")] == ["Solar", "Wholesale", "Unused"]

    assert solar.ok("POST", "/tags", name=" New & more ") is None
    assert solar.ok("PUT", "/tags/Solar", name="Sun") is None
    assert solar.ok("PUT", "/tags/Sun", name="Sun") is None

    assert [(tag["name"], tag["count"]) for tag in solar.ok("GET", "/tags")] == [
        *(("Sun", 2), ("Wholesale", 1), ("Unused", 0), ("New & more", 0))
    ]
    assert solar.ok("GET", f"/contacts/{ELENI}")["tags"] == ["Sun", "Wholesale"]
    solar.refused(106, "GET", "/tags/Solar")
    assert solar.ok("DELETE", "/tags/Sun") is None
    assert solar.ok("GET", f"/contacts/{ELENI}")["tags"] == ["Wholesale"]
    assert solar.ok("GET", "/contacts?tag=Sun")["count"] == 0


def test_tag_may_contain_a_slash(solar: OnePage) -> None:
    """A slash sent as %2F is part of the name; a bare one separates parts of the path."""
    solar.ok("POST", "/tags", name="R/D")

    assert solar.ok("GET", "/tags/R%2FD") == {"name": "R/D", "count": 0}
    assert solar.ok("PUT", "/tags/R%2fD", name="R/D/Q") is None
    assert solar.ok("DELETE", "/tags/R%2FD%2FQ") is None
    solar.refused(106, "GET", "/tags/R%2FD")
    assert solar.http.get("/tags/R/D.json").status_code == 404


def test_tags_are_assigned_and_unassigned_by_get_and_post(onepage: OnePage) -> None:
    """Both do the same: add a tag, remove a tag, set `vip` for the tag VIP."""
    start = onepage.mock.snapshot()
    for method in ("GET", "POST"):
        with case(method):
            onepage.mock.restore(start)
            for name in ("A", "B", "A", "VIP"):
                change_tag(onepage, method, "assign", JOE, name)
            change_tag(onepage, method, "assign", ACME, "A")
            joe = onepage.ok("GET", f"/contacts/{JOE}")
            assert (joe["tags"], joe["vip"]) == (["A", "B"], True)
            assert tag_counts(onepage) == {"A": 2, "B": 1}
            for name in ("A", "B", "B", "VIP"):
                change_tag(onepage, method, "unassign", JOE, name)
            joe = onepage.ok("GET", f"/contacts/{JOE}")
            assert (joe["tags"], joe["vip"]) == ([], False)
            assert tag_counts(onepage) == {"A": 1, "B": 0}
            assert onepage.ok(method, "/misc/remove_unused_tags") is None
            assert tag_counts(onepage) == {"A": 1}


def change_tag(crm: OnePage, method: str, what: str, id: str, name: str) -> None:
    """Assign or unassign a tag."""
    path = f"/misc/{what}_tag"
    if method == "GET":
        assert crm.ok("GET", f"{path}?id={id}&name={name}") is None
    else:
        assert crm.ok("POST", path, id=id, name=name) is None


def test_rejects_invalid_tag(solar: OnePage) -> None:
    """106, 107, 108 or 109, and nothing has changed."""
    cases: list[tuple[int, str, str, dict[str, Any]]] = [
        (107, "POST", "/tags", {"name": "Solar"}),
        (107, "POST", "/tags", {"name": "VIP"}),
        (108, "POST", "/tags", {"name": "a,b"}),
        (109, "POST", "/tags", {"name": " \t"}),
        (109, "POST", "/tags", {}),
        (106, "PUT", "/tags/None", {"name": "x"}),
        (107, "PUT", "/tags/Solar", {"name": "Unused"}),
        (107, "PUT", "/tags/Solar", {"name": "VIP"}),
        (108, "PUT", "/tags/Solar", {"name": "a,b"}),
        (106, "DELETE", "/tags/None", {}),
        (106, "DELETE", "/tags/VIP", {}),
        (106, "GET", "/tags/VIP", {}),
        (109, "GET", f"/misc/assign_tag?id={ELENI}", {}),
        (109, "GET", "/misc/assign_tag?name=x", {}),
        (108, "GET", f"/misc/assign_tag?id={ELENI}&name=a%2Cb", {}),
        (108, "GET", f"/misc/assign_tag?id={ELENI}&name=+", {}),
        (106, "GET", f"/misc/assign_tag?id={NOBODY}&name=x", {}),
        (106, "POST", "/misc/assign_tag", {"id": NOBODY, "name": "x"}),
        (108, "POST", "/misc/assign_tag", {"id": ELENI, "name": "a,b"}),
        (109, "POST", "/misc/assign_tag", {"id": ELENI}),
        (106, "GET", f"/misc/unassign_tag?id={ELENI}&name=None", {}),
        (106, "POST", "/misc/unassign_tag", {"id": NOBODY, "name": "Solar"}),
    ]
    for code, method, path, form in cases:
        with case(f"{method} {path} {form}"):
            solar.refused(code, method, path, **form)
