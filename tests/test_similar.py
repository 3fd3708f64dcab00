"""Cases like a case: which come first, what does not help, what is taken over, and what a person is shown."""

from pathlib import Path

import pytest
from conftest import Crm, Terminal
from furnishing import furnished

from crm_cli import db
from crm_cli.rules import records


@furnished
def desk(crm: Crm) -> Crm:
    """A service desk for coffee machines: settled cases, open ones, articles."""
    crm("product", "add", "Grinder M")
    crm("product", "add", "Brewer L")
    for subject, description, product, resolution in (
        (
            "Grinder jams on dark beans",
            "The burrs stick and the motor hums",
            "Grinder M",
            "Cleaned the burrs",
        ),
        ("Invoice has the wrong address", "It names the old street", None, "Sent a new invoice"),
        ("Brewer leaks at the seal", "Water under the machine", "Brewer L", "Replaced the seal"),
        ("Where is the manual?", "We lost the booklet of the machine", "Brewer L", "Sent the manual"),
        ("Opening hours", "When do you answer the phone?", None, "Told them"),
        ("Display stays dark", "No letters on the machine", "Grinder M", "Changed the fuse"),
        ("Brewer is loud", "The pump of the machine rattles", "Brewer L", "Tightened the pump"),
        ("Cancel the order", "We do not need the machine", None, "Cancelled"),
        ("Machine trips the fuse", "It goes dark when the pump starts", "Brewer L", "New pump"),
        ("Price of the large machine", "What is it?", None, "Sent a quote"),
    ):
        told = ("--description", description, "--status", "resolved", "--resolution", resolution)
        crm("case", "add", subject, *told, *(("--product", product) if product else ()))
    return crm


def found(result: object) -> list[tuple[str, int]]:
    return [(row["noun"], row["id"]) for row in result.json]  # type: ignore[attr-defined]


def test_columns_and_formats(desk: Crm) -> None:
    row = desk("case", "similar", "burrs", "-o", "json").json[0]
    assert list(row) == ["id", "number", "subject", "status", "resolution", "score", "noun"]
    assert (row["id"], row["number"], row["resolution"], row["noun"]) == (
        1, "C-2026-0001", "Cleaned the burrs", "case"
    )  # fmt: skip
    assert row["score"] > 0
    assert desk("case", "similar", "burrs").out.startswith(
        "1\tC-2026-0001\tGrinder jams on dark beans\tresolved\t"
    )


def test_any_of_the_words_is_enough_and_the_rarest_tell_most(desk: Crm) -> None:
    made = desk("case", "add", "The machine is dark and the burrs stick")
    assert found(desk("case", "similar", made.out.strip(), "-o", "json"))[0] == ("case", 1)
    assert found(desk("search", "machine burrs unicorn", "-o", "json")) == []


def test_words_that_most_cases_hold_do_not_help(desk: Crm) -> None:
    assert found(desk("case", "similar", "the", "seal", "-o", "json")) == [("case", 3)]
    made = desk("case", "add", "The zebra", "--description", "It is the quagga of the steppe")
    assert desk("case", "similar", made.out.strip()).out == ""


def test_asked_for_nothing_else_they_are_looked_for(desk: Crm) -> None:
    assert len(found(desk("case", "similar", "the", "-o", "json"))) == 3


def test_the_same_product_tells_too(desk: Crm) -> None:
    made = desk("case", "add", "Broken again", "--product", "Grinder M")
    assert set(found(desk("case", "similar", made.out.strip(), "-o", "json"))) == {("case", 1), ("case", 6)}
    words = desk("case", "add", "It is dark", "--product", "Grinder M").out.strip()
    first = found(desk("case", "similar", words, "-o", "json"))
    assert ("case", 9) not in first[:2]  # dark too, but another product


def test_resolved_cases_come_first_then_articles_with_published_ones_first(desk: Crm) -> None:
    desk("case", "add", "Grinder jams on dark beans: burrs stick")
    desk("article", "add", "Burrs that stick and jam", "--body", "Brush the burrs")
    desk("article", "add", "Burrs", "--body", "Order new burrs", "--status", "published")
    desk("article", "add", "Burrs of old grinders", "--body", "burrs", "--status", "archived")
    rows = desk("case", "similar", "burrs stick", "-o", "json").json
    assert [(row["noun"], row["id"], row["status"]) for row in rows] == [
        ("case", 1, "resolved"), ("case", 11, "new"), ("article", 2, "published"), ("article", 1, "draft"),
    ]  # fmt: skip
    assert desk("case", "similar", "burrs stick", "-o", "ids").lines == ["case:1", "case:11"]


def test_a_case_is_not_like_itself_nor_like_a_cancelled_one(desk: Crm) -> None:
    desk("case", "add", "Burrs stick", "--status", "cancelled")
    assert found(desk("case", "similar", "1", "-o", "json")).count(("case", 1)) == 0
    assert ("case", 11) not in found(desk("case", "similar", "burrs", "-o", "json"))


def test_at_most_three_unless_told(desk: Crm) -> None:
    assert len(found(desk("case", "similar", "machine dark pump seal", "-o", "json"))) == 3
    assert len(found(desk("case", "similar", "machine dark pump seal", "--limit", "5", "-o", "json"))) > 3
    assert desk("case", "similar", "seal", "--limit", "0").code == 2


def test_letters_that_the_index_does_not_know_are_passed_over(desk: Crm) -> None:
    made = desk("case", "add", "ᦰᦰᦰᦰ burrs").out.strip()
    assert found(desk("case", "similar", made, "-o", "json")) == [("case", 1)]


def test_a_product_that_most_cases_are_about_tells_nothing(desk: Crm) -> None:
    desk("case", "edit", "1", "2", "3", "4", "5", "6", "7", "--product", "Brewer L")
    made = desk("case", "add", "Zebra", "--product", "Brewer L").out.strip()
    assert desk("case", "similar", made).out == ""


def test_letter_forms_and_case_do_not_matter(crm: Crm) -> None:
    crm("case", "add", "آسیاب قهوه گیر كرده", "--description", "تيغه‌ها کثیف‌اند")
    crm("case", "add", "Éclair FONDÜ")
    assert found(crm("case", "similar", "گیر کرده", "-o", "json")) == [("case", 1)]
    assert found(crm("case", "similar", "eclair fondu", "-o", "json")) == [("case", 2)]


@pytest.mark.parametrize(
    "words", ['"', "AND", "NEAR(burrs", "burrs*", "-burrs", "text:burrs", "(", "a^b", "😀"]
)
def test_no_word_is_taken_for_an_operator(desk: Crm, words: str) -> None:
    done = desk("case", "similar", "-o", "json", "--", words)
    assert done.code in (0, 2)
    assert done.err.count("\n") == (done.code == 2)


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("99", 3, "no case answers to '99'"),
        ("C-2026-0099", 3, "did you mean C-2026-0009"),
        ("", 2, "at least one word"),
        ("…", 2, "at least one word"),
    ],
)
def test_what_cannot_be_looked_for_is_told(desk: Crm, what: str, code: int, said: str) -> None:
    done = desk("case", "similar", what)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert said in done.err


def test_a_long_description_is_looked_for_by_its_most_telling_words(desk: Crm) -> None:
    filler = " ".join(f"filler{number}" for number in range(2000))
    made = desk("case", "add", "Burrs stick", "--description", f"the machine {filler}")
    assert found(desk("case", "similar", made.out.strip(), "-o", "json"))[0] == ("case", 1)


def test_the_best_resolution_is_taken_over_and_given_back(desk: Crm) -> None:
    made = desk("case", "add", "Burrs stick again").out.strip()
    asked = ("case", "list", made, "--columns", "resolution,status")
    dry = desk("case", "similar", made, "--copy", "--dry-run")
    assert (dry.code, dry.out) == (0, "")
    subject = desk("case", "list", "1", "--columns", "subject").out.strip()
    assert f"would take over the resolution of case 1 {subject}: Cleaned the burrs" in dry.err
    assert desk(*asked).out == "\tnew\n"
    assert desk("case", "similar", made, "--copy").out == f"{made}\n"
    assert desk(*asked).out == "Cleaned the burrs\tnew\n"
    assert desk("case", "resolve", made).code == 0
    desk("undo", "2", "--yes")
    assert desk(*asked).out == "\tnew\n"
    desk("redo", "--yes")
    assert desk(*asked).out == "Cleaned the burrs\tresolved\n"


def test_what_stands_is_replaced_only_where_somebody_says_so(desk: Crm) -> None:
    made = desk("case", "add", "Burrs stick again", "--resolution", "Looking into it").out.strip()
    refused = desk("case", "similar", made, "--copy")
    assert (refused.code, refused.out) == (2, "")
    assert "has a resolution. Replace it?" in refused.err
    assert desk("case", "similar", made, "--from", "C-2026-0003", "--yes").code == 0
    assert desk("case", "list", made, "--columns", "resolution").out == "Replaced the seal\n"


def test_an_article_that_answers_is_linked(desk: Crm) -> None:
    desk("article", "add", "Noise", "--body", "Tighten the screws")
    made = desk("case", "add", "Rattles").out.strip()
    assert desk("case", "similar", made, "--from", "article:1").code == 0
    assert desk("case", "list", made, "--columns", "resolution").out == "Tighten the screws\n"
    assert "Rattles" in desk("article", "show", "1").out


def test_a_case_is_resolved_with_what_another_or_an_article_says(desk: Crm) -> None:
    desk("article", "add", "Noise", "--body", "Tighten the screws")
    for source, said in (("C-2026-0003", "Replaced the seal"), ("article:1", "Tighten the screws")):
        made = desk("case", "add", "Rattles").out.strip()
        assert desk("case", "resolve", made, "--copy", source).code == 0
        assert desk("case", "list", made, "--columns", "status,resolution").out == f"resolved\t{said}\n"
    done = desk("case", "resolve", "1", "--copy", "2", "--resolution", "Both")
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("Rattles like a snake", "--copy"), 2, "a case takes a resolution over"),
        (("11", "--copy"), 3, "no resolved case or published article is like it"),
        (("11", "--from", "11"), 2, "cannot take over its own resolution"),
        (("11", "--from", "12"), 2, "has no resolution to take over"),
        (("11", "--from", "article:1"), 2, "has no body to take over"),
        (("11", "--from", "nothing"), 3, "no case or article answers to 'nothing'"),
    ],
)
def test_nothing_is_taken_over_where_there_is_nothing(
    desk: Crm, args: tuple[str, ...], code: int, said: str
) -> None:
    desk("case", "add", "Zebra")
    desk("case", "add", "Quagga")
    desk("article", "add", "Empty")
    done = desk("case", "similar", *args)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert said in done.err


def test_who_opens_a_case_in_a_terminal_sees_the_like(desk: Crm, terminal: Terminal) -> None:
    seen = terminal("case", "add", "Burrs stick again").out
    assert "like it" in seen
    assert "Cleaned the burrs" in seen
    assert "like it" not in terminal("case", "add", "Zebra").out
    assert (
        desk("case", "add", "Burrs stick once more").err
        == "added case 13 C-2026-0013 Burrs stick once more\n"
    )


def test_other_nouns_do_not_crowd_out_cases(store: Path, crm: Crm) -> None:
    with db.change(store, "many") as change:
        records.add(change, "case", subject="Smith's grinder")
        records.add(change, "case", subject="Another thing")
        for number in range(300):
            records.add(change, "contact", name=f"Ada Smith {number}")
    assert found(crm("case", "similar", "smith", "-o", "json")) == [("case", 1)]


def test_words_held_by_very_many_cases_are_estimated_and_the_rarer_one_wins(store: Path, crm: Crm) -> None:
    from crm_cli.rules.drafts import Draft

    with db.change(store, "many") as change:
        texts = ["pump hums" if number % 3 else "pump valve" for number in range(3200)]
        drafts = [
            Draft({"subject": text, "number": f"N{place}"}, imported=True) for place, text in enumerate(texts)
        ]
        records.write(change, "case", drafts)
        records.add(change, "case", subject="valve of the hose")
    rows = crm("case", "similar", "pump hums hose", "-o", "json").json
    assert rows[0]["subject"] == "valve of the hose"
