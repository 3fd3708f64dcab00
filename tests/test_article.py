"""Articles: made of cases, published, archived, linked; found; exported and brought back."""

from pathlib import Path

import pytest
from conftest import Crm
from furnishing import furnished


@furnished
def known(crm: Crm) -> Crm:
    """Two cases, one settled and about a product."""
    crm("product", "add", "Grinder M")
    crm(
        "case", "add", "Grinder jams", "--product", "Grinder M", "--status", "resolved", "--resolution",
        "Brush the burrs",
    )  # fmt: skip
    crm("case", "add", "Grinder is loud")
    return crm


def article(crm: Crm, number: int = 1) -> dict[str, object]:
    columns = "name,body,status,product,cases"
    found: dict[str, object] = crm("article", "list", str(number), "--columns", columns, "-o", "json").json[0]
    return found


def test_an_article_of_a_case_has_its_subject_resolution_and_product(known: Crm) -> None:
    assert known("article", "add", "--case", "C-2026-0001").out == "1\n"
    assert article(known) == {
        "name": "Grinder jams",
        "body": "Brush the burrs",
        "status": "draft",
        "product": "Grinder M",
        "cases": [{"case": "Grinder jams", "case_id": 1}],
    }


def test_what_is_said_goes_before_what_the_case_says(known: Crm) -> None:
    known("article", "add", "Jams", "--body", "Clean it", "--case", "1,2")
    made = article(known)
    assert (made["name"], made["body"]) == ("Jams", "Clean it")
    assert made["cases"] == [
        {"case": "Grinder jams", "case_id": 1}, {"case": "Grinder is loud", "case_id": 2},
    ]  # fmt: skip


def test_an_article_of_an_open_case_says_that_it_has_no_body(known: Crm) -> None:
    done = known("article", "add", "--case", "2")
    assert "case C-2026-0002 has no resolution yet; the article has no body" in done.err


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("add",), 2, "which article? Give its name"),
        (("add", "X", "--case", "C-2026-0099"), 3, "no case answers to 'C-2026-0099'"),
        (("add", "X", "--status", "published"), 2, "X has no body to publish"),
        (("publish", "1"), 2, "Empty has no body to publish"),
        (("edit", "1", "--set", "status=published"), 2, "Empty has no body to publish"),
        (("link", "1", "1", "--remove"), 4, "article 1 Empty is not linked to all of these cases"),
        (("link", "1", "Nothing"), 3, "no case answers to 'Nothing'"),
        (("publish", "Nothing"), 3, "no article answers to 'Nothing'"),
    ],
)
def test_what_cannot_be_is_refused(known: Crm, args: tuple[str, ...], code: int, said: str) -> None:
    known("article", "add", "Empty")
    before = known("article", "export").out
    done = known("article", *args)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert said in done.err
    assert known("article", "export").out == before


def test_publish_and_archive_are_one_step_each(known: Crm) -> None:
    known("article", "add", "--case", "1")
    assert known("article", "publish", "Grinder jams").out == "1\n"
    assert "article 1 was so already" in known("article", "publish", "1").err
    assert known("article", "archive", "status=published", "--yes").out == "1\n"
    assert article(known)["status"] == "archived"
    assert known("article", "archive", "status=published", "--yes").err == "no article to archive\n"
    known("undo", "--yes")
    assert article(known)["status"] == "published"


def test_links_come_go_and_are_undone(known: Crm) -> None:
    known("article", "add", "Jams", "--body", "Clean it")
    assert known("article", "link", "Jams", "1", "2", "--dry-run").code == 0
    assert article(known)["cases"] == []
    known("article", "link", "Jams", "1", "2")
    known("article", "link", "Jams", "2")  # once is enough
    assert [each["case_id"] for each in article(known)["cases"]] == [1, 2]  # type: ignore[attr-defined]
    assert "C-2026-0002" in known("article", "show", "Jams").out
    known("article", "link", "Jams", "1", "--remove")
    assert [each["case_id"] for each in article(known)["cases"]] == [2]  # type: ignore[attr-defined]
    known("undo", "--yes")
    assert [each["case_id"] for each in article(known)["cases"]] == [1, 2]  # type: ignore[attr-defined]


def test_an_edit_adds_a_case_and_changes_no_words(known: Crm) -> None:
    known("article", "add", "Jams", "--body", "Clean it")
    known("article", "edit", "1", "--case", "1")
    assert (article(known)["name"], article(known)["body"]) == ("Jams", "Clean it")
    assert known("article", "list", "cases.case=1", "-o", "ids").lines == ["1"]


def test_articles_come_back_byte_for_byte(known: Crm, tmp_path: Path) -> None:
    known("article", "add", "--case", "1", "--tags", "grinders")
    known("article", "publish", "1")
    known("article", "add", 'A "draft", on two\nlines')
    known("article", "link", "2", "1", "2")
    whole, other = known("article", "export").out, {"CRM_DB": str(tmp_path / "other.db")}
    for noun in ("product", "calendar", "sla", "case", "article"):
        file = tmp_path / f"{noun}.csv"
        file.write_text(known(noun, "export").out, encoding="utf-8")
        if noun != "article":
            known(noun, "import", str(file), env=other)
    done = known("article", "import", str(file), env=other)
    assert done.code == 0, done.err
    assert known("article", "export", env=other).out == whole
    again = known("article", "import", str(file), "-o", "json", env=other).json
    assert (again["unchanged"], again["created"], again["updated"]) == (2, 0, 0)


def test_another_programs_articles_are_read(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "faq.csv"
    file.write_text(
        "Title,Body,Status\nDescale,Fill the tank,Published\nEmpty,,Published\n", encoding="utf-8"
    )
    assert crm("article", "import", str(file), "-o", "json").json["created"] == 2
    assert crm("article", "list", "--columns", "name,body,status").lines == [
        "Descale\tFill the tank\tpublished", "Empty\t\tpublished",
    ]  # fmt: skip


def test_search_tells_where_an_article_and_a_case_stand(known: Crm) -> None:
    known("article", "add", "--case", "1")
    assert known("search", "jams").lines == [
        "article\t1\tGrinder jams\tdraft",
        "case\t1\tGrinder jams\tresolved",
    ]


def test_a_deleted_case_takes_no_article_along(known: Crm) -> None:
    known("article", "add", "--case", "1")
    refused = known("case", "delete", "1", "--yes")
    assert (refused.code, "1 article" in refused.err) == (4, True)
    known("case", "delete", "1", "--with-related", "--yes")
    assert article(known)["cases"] == []
