"""People who ask to be forgotten: no trace of them is left, nothing brings them back, and nothing else is lost."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Crm, Terminal
from furnishing import furnished
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli import copies, fields
from crm_cli.rules.person import Person
from crm_cli.values.folding import fold

NAME, MAIL, PHONE = "Zebulon Quuxworth", "Zeb.Q@quuxmail.example", "+31 20 765 4321"
WORDS = ("zebulon", "quuxworth", "quuxmail", "7654321", "765 4321", "xylophone", "zanzibar", "oboe", "kazoo")
"""What only this person's data holds."""


@furnished
def life(crm: Crm) -> Crm:
    """A store in which one person has left traces of every kind, beside somebody else."""
    crm("company", "add", "Acme")
    crm("contact", "add", "Bob Other", "--email", "bob@other.example", "--company", "Acme")
    crm("contact", "add", NAME, "--email", f"{MAIL},old@quuxmail.example", "--phone", PHONE, "--company", "Acme",
        "--notes", "likes zanzibar", "--tags", "kazoo", "--external-id", "Q-7",
        "--external-source", "acmecrm")  # fmt: skip
    crm("field", "add", "contact.hobby")
    crm("contact", "edit", MAIL, "--set", "hobby=kazoo playing")
    crm("contact", "edit", MAIL, "--set", "name=Zebulon B. Quuxworth")
    crm("contact", "edit", MAIL, "--set", f"name={NAME}")
    crm("deal", "add", "Two machines", "--company", "Acme", "--contact", MAIL, "--amount", "900")
    crm("call", MAIL, "Spoke of the xylophone", "--next", "Send the oboe", "--due", "2026-07-01")
    crm("meet", "deal:1", f"Lunch with {NAME}")
    crm("activity", "add", "All hands", "--kind", "meeting", "--about", f"contact:{MAIL}", "--about", "company:Acme",
        "--body", f"{NAME} <{MAIL.lower()}> came, call 020-765 43 21")  # fmt: skip
    crm(
        "case",
        "add",
        "It squeaks",
        "--contact",
        MAIL,
        "--company",
        "Acme",
        "--description",
        f"Says {NAME.upper()}",
    )
    crm("survey", "add", "9", "--contact", MAIL, "--comment", "A fine xylophone")
    crm("contact", "consent", MAIL, "opted_in", "--wording", "Yes, zanzibar news")
    crm("campaign", "add", "Spring fair", "--type", "email")
    crm("member", "add", "--campaign", "Spring fair", "--contact", MAIL, "--set", "status=responded")
    crm("lead", "add", NAME, "--email", MAIL, "--campaign", "Spring fair", "--need", "an oboe")
    crm("segment", "add", "Musicians", "--kind", "static")
    crm("segment", "include", "Musicians", MAIL)
    return crm


def forget(crm: Crm, *refs: str) -> None:
    done = crm("contact", "forget", *refs, "--yes")
    assert done.code == 0, done.err


def bytes_of(store: Path) -> bytes:
    """All that the store's files hold, in lower case."""
    files = [store, *(store.with_name(store.name + tail) for tail in ("-wal", "-shm"))]
    return b"".join(file.read_bytes() for file in files if file.exists()).lower()


def left(store: Path) -> list[str]:
    """What of the person still stands in the store's files, in any encoding that SQLite has."""
    held = bytes_of(store)
    return [
        word
        for word in WORDS
        if any(word.encode(form) in held for form in ("utf-8", "utf-16-le", "utf-16-be"))
    ]


def terms(store: Path) -> set[str]:
    """The words that the search index holds, which writes them one behind the other without their beginnings."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'search', 'row')")
        return {row[0] for row in connection.execute("SELECT term FROM temp.words")}


def asked(crm: Crm, question: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = crm("sql", question, "-o", "json").json
    return found


def test_no_byte_of_a_forgotten_person_is_left(life: Crm, store: Path) -> None:
    assert left(store) == list(WORDS)
    forget(life, MAIL)
    assert left(store) == []
    assert not {word for word in terms(store) if any(each in word for each in WORDS)}
    assert life("db", "check").code == 0


def test_what_others_share_stays_without_the_person(life: Crm) -> None:
    forget(life, MAIL)
    assert life("contact", "list", "--columns", "name", "-o", "json").json == [{"name": "Bob Other"}]
    assert asked(life, "SELECT name, contact FROM deals") == [{"name": "Two machines", "contact": None}]
    assert asked(life, "SELECT subject, contact, description FROM cases") == [
        {"subject": "It squeaks", "contact": None, "description": "Says (forgotten)"}
    ]
    assert asked(life, "SELECT score, comment, contact FROM surveys") == [
        {"score": 9, "comment": None, "contact": None}
    ]
    subjects = {each["subject"]: each["body"] for each in asked(life, "SELECT subject, body FROM activities")}
    assert subjects["Lunch with (forgotten)"] is None
    assert subjects["All hands"] == "(forgotten) <(forgotten)> came, call (forgotten)"
    assert len(subjects) == 2
    assert asked(life, "SELECT * FROM consents") == []
    assert life("segment", "members", "Musicians", "--count").out.strip() == "0"


def test_the_figures_of_a_campaign_stay(life: Crm) -> None:
    before = life("report", "campaigns", "-o", "json").json
    forget(life, MAIL)
    assert before != []
    assert life("report", "campaigns", "-o", "json").json == before
    assert asked(life, "SELECT name, contact, status FROM members") == [
        {"name": "(forgotten)", "contact": None, "status": "responded"}
    ]
    assert asked(life, "SELECT name, email, need, status FROM leads") == [
        {"name": "(forgotten)", "email": None, "need": None, "status": "unqualified"}
    ]


def test_it_says_first_what_goes_and_what_stays(life: Crm, store: Path) -> None:
    before = store.read_bytes()
    told = life("contact", "forget", MAIL, "--dry-run")
    assert told.code == 0
    assert "1 contact, 2 e-mail addresses, 1 phone number" in told.err.replace("1 lead, ", "")
    assert "1 member" in told.err
    assert "case:1" in told.err
    assert store.read_bytes() == before
    refused = life("contact", "forget", MAIL)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert store.read_bytes() == before


def test_a_person_in_a_terminal_is_asked(life: Crm, terminal: Terminal) -> None:  # noqa: ARG001 - life fills the store
    said = terminal("contact", "forget", MAIL, answers=[("Nothing brings it back", "n")], columns=200)
    assert said.code == 2
    assert "nothing was changed" in said.out


def test_the_history_tells_of_it_without_the_name(life: Crm) -> None:
    forget(life, MAIL)
    shown = life("history", "--limit", "100")
    assert "contact forget\t1 person" in shown.out
    assert "uux" not in shown.out
    assert life("history", "deal:1").code == 0
    assert life("history", "contact:1").code == 0


def test_undoing_crosses_it_aloud_and_brings_nobody_back(life: Crm, store: Path) -> None:
    forget(life, MAIL)
    refused = life("undo")
    assert refused.code == 2
    assert "contact forget" in refused.err
    undone = life("undo", "100", "--yes")
    assert undone.code == 0, undone.err
    assert asked(life, "SELECT id FROM contacts") == []
    assert left(store) == []
    again = life("redo", "--yes")
    assert again.code == 0, again.err
    assert asked(life, "SELECT name FROM contacts") == [{"name": "Bob Other"}]
    assert left(store) == []
    assert life("db", "check").code == 0


def test_what_was_undone_before_is_forgotten_too(life: Crm, store: Path) -> None:
    life("contact", "delete", MAIL, "--with-related", "--yes")
    life("undo", "--yes")
    life("undo", "3", "--yes")
    forget(life, MAIL)
    assert left(store) == []
    assert life("redo", "--yes").code in (0, 4)
    assert left(store) == []


def test_who_was_deleted_is_forgotten_by_address(life: Crm, store: Path) -> None:
    life("contact", "delete", MAIL, "--with-related", "--yes")
    life("lead", "delete", "1", "--yes")
    assert "quuxworth" in left(store)
    forget(life, MAIL)
    assert left(store) == []
    assert life("undo", "2", "--yes").code == 0
    assert left(store) == []
    assert asked(life, "SELECT name FROM contacts") == [{"name": "Bob Other"}]


def test_who_was_merged_into_somebody_goes_along(crm: Crm, store: Path) -> None:
    crm("contact", "add", NAME, "--email", MAIL)
    crm("contact", "add", "Zeb Quuxworth", "--email", "zeb@quuxmail.example", "--notes", "likes zanzibar")
    crm("contact", "merge", "1", "2", "--yes")
    forget(crm, "1")
    assert left(store) == []
    crm("undo", "--yes")
    assert left(store) == []
    assert asked(crm, "SELECT id FROM contacts") == []


def test_a_lead_is_forgotten_with_the_contact_that_it_became(crm: Crm, store: Path) -> None:
    crm("lead", "add", NAME, "--email", "zeb.q@gmail.com", "--phone", PHONE, "--company-name", "Acme",
        "--salutation", "Mr zanzibar")  # fmt: skip
    crm("lead", "convert", "1", "--amount", "900", "--deal-name", "Two machines")
    done = crm("lead", "forget", "zeb.q@gmail.com", "--yes")
    assert done.code == 0, done.err
    assert left(store) == []
    assert b"zeb.q" not in bytes_of(store)
    assert asked(crm, "SELECT id FROM contacts UNION SELECT id FROM leads") == []
    assert asked(crm, "SELECT name FROM deals") == [{"name": "Two machines"}]
    assert crm("undo", "--yes").code == 0
    assert left(store) == []


FILE = f"Name,Email,Phone,Key\n{NAME},{MAIL},,Q-7\nBob Other,bob@other.example,,Q-8\n"


def imported(crm: Crm, text: str, *more: str, noun: str = "contact") -> dict[str, int]:
    found: dict[str, int] = crm(noun, "import", "-", "-o", "json", *more, input=text).json
    return found


def test_imports_pass_over_who_is_forgotten(life: Crm) -> None:
    forget(life, MAIL)
    key = ("--source", "acmecrm", "--map", "Key=external_id")
    report = imported(life, FILE, *key)
    assert (report["read"], report["skipped"], report["created"]) == (2, 1, 0)
    assert report["read"] == sum(
        report[each] for each in ("created", "updated", "unchanged", "skipped", "rejected")
    )
    assert "1 skipped: asked to be forgotten" in report["notes"]
    assert imported(life, f"Name,Phone\nZ,{PHONE}\n")["skipped"] == 1
    assert imported(life, "Name,Key\nZ,Q-7\n", *key)["skipped"] == 1
    assert imported(life, f"Name,Email\nZ,{MAIL.upper()}\n", noun="lead")["skipped"] == 1
    assert imported(life, f"Email,Campaign\n{MAIL},Spring fair\n", noun="member")["skipped"] == 1
    assert imported(life, f"Name,Contact,Amount\nA deal,{MAIL},5\n", noun="deal")["created"] == 1
    assert asked(life, "SELECT name FROM contacts") == [{"name": "Bob Other"}]


def test_the_same_file_again_brings_nobody_back_by_a_name_alone(crm: Crm, store: Path) -> None:
    text = f"Name,Title\n{NAME},Player\nBob Other,Chief\n"
    imported(crm, text)
    forget(crm, NAME)
    assert imported(crm, text)["skipped"] == 1
    assert left(store) == []


def test_our_own_export_brings_nobody_back(life: Crm) -> None:
    people, members = (life(noun, "export").out for noun in ("contact", "member"))
    forget(life, MAIL)
    assert imported(life, people)["skipped"] == 1
    assert imported(life, members, noun="member")["skipped"] == 1
    assert asked(life, "SELECT name FROM members") == [{"name": "(forgotten)"}]


MESSAGE = """From MAILER Mon Jun 15 10:00:00 2026
From: {sender}
To: me@us.example
Subject: Hello
Date: Mon, 15 Jun 2026 10:00:00 +0000
Message-ID: <1@quux.example>

About the xylophone.

"""


@pytest.mark.parametrize("wish", ["--create-leads", "--keep-unknown"])
def test_mail_of_who_is_forgotten_makes_no_lead(life: Crm, store: Path, tmp_path: Path, wish: str) -> None:
    forget(life, MAIL)
    box = tmp_path / "in.mbox"
    box.write_text(MESSAGE.format(sender=f"{NAME} <{MAIL}>"))
    done = life("activity", "import", str(box), wish, "-o", "json")
    assert done.code == 0, done.err
    assert (done.json["read"], done.json["skipped"], done.json["linked"]) == (1, 1, {})
    assert "asked to be forgotten" in " ".join(done.json["notes"])
    assert left(store) == []


def test_adding_somebody_who_is_forgotten_needs_their_word(life: Crm) -> None:
    forget(life, MAIL)
    refused = life("contact", "add", "Z", "--email", MAIL.upper())
    assert refused.code == 4
    assert "--force" in refused.err
    assert life("lead", "add", "Z", "--phone", "020 765 4321", env={"LANG": "nl_NL.UTF-8"}).code == 4
    allowed = life("contact", "add", "Z", "--email", MAIL, "--force")
    assert allowed.code == 0
    assert "known again" in allowed.err
    assert imported(life, f"Name,Email\nZ,{MAIL}\n")["skipped"] == 0
    life("undo", "--yes")
    life("undo", "--yes")
    assert imported(life, f"Name,Email\nZ,{MAIL}\n")["skipped"] == 1


def test_an_address_that_others_have_keeps_nobody_away(crm: Crm) -> None:
    crm("contact", "add", NAME, "--email", MAIL, "--phone", PHONE)
    crm("contact", "add", "Bob Other", "--email", "bob@other.example", "--phone", PHONE)
    forget(crm, MAIL)
    assert imported(crm, f"Name,Phone\nAnn Third,{PHONE}\n")["skipped"] == 0
    assert imported(crm, f"Name,Email\nZ,{MAIL}\n")["skipped"] == 1


def test_copies_that_hold_the_person_are_named(life: Crm, store: Path) -> None:
    copy = life("db", "backup").out.strip()
    told = life("contact", "forget", MAIL, "--yes")
    assert copy in told.err
    assert life("contact", "add", "New One", "--email", "new@one.example").code == 0
    assert copy not in life("contact", "forget", "new@one.example", "--yes").err
    assert copies.holds(Path(copy), [MAIL])
    assert not copies.holds(store, [MAIL])


def test_typed_lines_that_name_the_person_are_named(
    life: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HISTFILE", str(tmp_path / "typed"))
    own, bash, other = tmp_path / "state" / "crm" / "history", tmp_path / ".bash_history", tmp_path / "typed"
    own.parent.mkdir(parents=True)
    own.write_text(f"\n# 2026-06-15\n+contact show {MAIL.upper()}\n+deal list\n+call '{NAME}' hello\n")
    bash.write_text(f'crm contact add "{NAME}"\n')
    other.write_bytes(b"crm contact list\n\xff\n")
    before = own.read_text()
    for options in (("--dry-run",), ("--yes",)):
        said = life("contact", "forget", MAIL, *options).err
        assert f"{own} names them in 2 typed lines" in said
        assert f"{bash} names them in 1 typed line;" in said
        assert str(other) not in said
    assert own.read_text() == before
    assert "typed line" not in life("contact", "forget", "1", "--dry-run").err


def test_a_copy_that_is_restored_does_not_bring_them_back_unsaid(
    life: Crm, store: Path, tmp_path: Path
) -> None:
    copy = life("db", "backup", str(tmp_path / "safe.bak")).out.strip()
    forget(life, MAIL)
    restored = life("db", "restore", copy, "--yes")
    assert restored.code == 0, restored.err
    assert "crm contact forget 2" in restored.err
    assert imported(life, f"Name,Email\nSomebody New,new@x.example\nZ,{MAIL}\n", "--dry-run")["skipped"] == 1
    kept = sorted(store.parent.glob("*before-restore*"))
    forget(life, "2")
    assert left(store) == []
    assert asked(life, "SELECT name FROM leads") == [{"name": "(forgotten)"}]
    assert [copies.holds(each, [MAIL]) for each in kept] == [False]


def test_a_message_in_the_outbox_is_named(life: Crm, store: Path) -> None:
    from crm_cli import db
    from crm_cli.rules import outgoing

    with db.change(store, "test") as change:
        outgoing.enqueue(change, to=MAIL, name=NAME, subject="xylophone", body="oboe", contact_id=2)
    assert life("delivery", "send", env={"CRM_CONFIG": str(settings_of(store))}).code == 0
    told = life("contact", "forget", MAIL, "--dry-run")
    assert ".eml holds them still" in told.err
    forget(life, MAIL)
    assert asked(life, 'SELECT "to", body, status FROM deliveries') == [
        {"to": "(forgotten)", "body": None, "status": "sent"}
    ]


def settings_of(store: Path) -> Path:
    file = store.with_name("settings.toml")
    file.write_text('me = "Ann"\nemail = "ann@us.example"\n')
    return file


def test_a_program_that_reads_meanwhile_keeps_the_file_from_being_wiped(
    life: Crm, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_cli.db.WAIT", 0.05)
    with closing(sqlite3.connect(store, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM contact").fetchone()
        done = life("contact", "forget", MAIL, "--yes")
        assert done.code == 5
        assert "crm db compact" in done.err
    assert asked(life, "SELECT name FROM contacts") == [{"name": "Bob Other"}]
    assert life("db", "compact").code == 0
    assert left(store) == []


def test_what_was_before_cannot_be_seen_any_more(life: Crm) -> None:
    assert life("segment", "diff", "Musicians", "--since", "2020-01-01").code == 0
    forget(life, MAIL)
    refused = life("segment", "diff", "Musicians", "--since", "2020-01-01")
    assert refused.code == 4
    assert "forgot a person" in refused.err


def test_several_are_forgotten_at_once(life: Crm, store: Path) -> None:
    done = life("contact", "forget", MAIL, "bob@other.example", "--yes")
    assert done.code == 0, done.err
    assert done.lines == ["2", "1"]
    assert "2 persons" in life("history", "--limit", "1").out
    assert left(store) == []
    assert asked(life, "SELECT id FROM contacts") == []


def test_namesakes_keep_their_names(crm: Crm) -> None:
    crm("contact", "add", NAME, "--email", MAIL)
    crm("contact", "add", NAME, "--email", "another@other.example")
    crm("note", "2", f"{NAME} plays", "--on", "2026-06-01")
    crm("company", "add", f"{NAME} Brothers")
    forget(crm, "1")
    assert asked(crm, "SELECT name FROM contacts") == [{"name": NAME}]
    assert asked(crm, "SELECT name FROM companies") == [{"name": f"{NAME} Brothers"}]


def test_who_has_one_name_and_one_address_is_one_person(crm: Crm) -> None:
    crm("contact", "add", NAME, "--email", MAIL)
    crm("lead", "add", NAME.upper(), "--email", MAIL.lower())
    crm("lead", "add", "Somebody Else", "--email", MAIL, "--force")
    forget(crm, MAIL)
    assert asked(crm, "SELECT name FROM leads") == [{"name": "Somebody Else"}]


def test_a_message_that_waits_is_not_sent(life: Crm, store: Path) -> None:
    from crm_cli import db
    from crm_cli.rules import outgoing

    with db.change(store, "test") as change:
        outgoing.enqueue(change, to=MAIL, name=NAME, subject="xylophone", body="oboe", contact_id=2)
    forget(life, MAIL)
    assert asked(life, 'SELECT "to", subject, status FROM deliveries') == [
        {"to": "(forgotten)", "subject": None, "status": "cancelled"}
    ]
    assert life("delivery", "send").code == 0
    assert left(store) == []


def every_row(store: Path) -> dict[tuple[str, int], dict[str, object]]:
    """All rows of all tables of records and their parts."""
    with closing(sqlite3.connect(store)) as connection:
        connection.row_factory = sqlite3.Row
        tables = [table for table in fields.tables() if table not in ("command", "log", "forgotten")]
        rows = {table: connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}
    return {(table, row["id"]): dict(row) for table, each in rows.items() for row in each}


def test_people_are_shown_all_that_is_held_about_them(life: Crm, store: Path) -> None:
    """Every row that bears the id or an address of the person is in the document."""
    held = life("contact", "export", "--subject", MAIL).json
    mine = {"contact_id": 2, "lead_id": 1}
    lists = {"case": "cases", "company": "companies", "activity": "activities", "delivery": "deliveries"}
    for (table, number), row in every_row(store).items():
        person = any(row.get(column) == number_ for column, number_ in mine.items()) or (
            row.get("noun") == "contact" and row.get("record_id") == 2
        )
        told = held.get(lists.get(table, f"{table}s"), held.get(table, []))
        if person or "quuxmail" in json.dumps(row).lower():
            assert number in [each["id"] for each in told], (table, row)
    assert [each["id"] for each in held["contacts"]] == [2]
    assert held["contacts"][0]["hobby"] == "kazoo playing"
    assert [each["id"] for each in held["leads"]] == [1]
    assert "Bob Other" not in json.dumps(held["contacts"])
    changed = [each["data"] for each in held["history"] if each["data"] and "name" in each["data"]]
    assert [NAME, "Zebulon B. Quuxworth"] in [each["name"] for each in changed]


def test_all_about_a_person_as_a_zip(life: Crm, crm_process: Crm, tmp_path: Path) -> None:  # noqa: ARG001
    import os
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "crm_cli", "contact", "export", "--subject", MAIL, "-o", "zip"],
        capture_output=True, check=True, env=os.environ,
    )  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(done.stdout)) as archive:
        held = json.loads(archive.read("contacts.json"))
    assert held[0]["name"] == NAME


def test_all_about_a_person_is_one_document_and_nothing_else(life: Crm) -> None:
    assert life("contact", "export", "--subject", MAIL, "tag=vip").code == 2
    assert life("contact", "export", "--subject", MAIL, "-o", "csv").code == 2
    assert life("contact", "export", "--subject", "nobody@there.example").code == 3


def test_compacting_leaves_what_stands(crm: Crm) -> None:
    crm("contact", "add", "Ann", "--notes", "zanzibar " * 500)
    done = crm("db", "compact")
    assert done.code == 0, done.err
    assert crm("contact", "list", "--count").out.strip() == "1"
    assert crm("db", "check").code == 0


STEPS: list[tuple[str, ...]] = [
    ("contact", "edit", MAIL, "--set", "notes=likes zanzibar"),
    ("contact", "edit", MAIL, "--set", "name=Zeb Quuxworth"),
    ("contact", "edit", MAIL, "--set", "phone=+31 20 765 4321"),
    ("contact", "edit", MAIL, "--unset", "phone"),
    ("contact", "add", "Z. Quuxworth", "--email", "z@quuxmail.example", "--notes", "oboe"),
    ("contact", "merge", MAIL, "z@quuxmail.example", "--yes"),
    ("contact", "dedupe", "--auto", "--min-score", "50", "--yes"),
    ("contact", "delete", MAIL, "--with-related", "--yes"),
    ("call", MAIL, "xylophone"),
    ("activity", "edit", "1", "--set", "subject=kazoo"),
    ("activity", "delete", "1", "--yes"),
    ("deal", "add", "A deal", "--contact", MAIL),
    ("deal", "edit", "1", "--set", f"notes={NAME} called"),
    ("deal", "edit", "1", "--unset", "contact"),
    ("deal", "delete", "1", "--with-related", "--yes"),
    ("meet", "deal:1", f"Lunch with {NAME}"),
    ("lead", "add", NAME, "--email", MAIL),
    ("lead", "convert", MAIL, "--no-deal"),
    ("contact", "consent", MAIL, "opted_in", "--wording", "zanzibar"),
    ("undo", "--yes"),
    ("undo", "2", "--yes"),
    ("redo", "--yes"),
]  # fmt: skip
LIVES = st.lists(st.sampled_from(STEPS), min_size=3, max_size=12)


@settings(
    deadline=None,
    max_examples=12,
)
@given(LIVES)
def test_whatever_was_done_nothing_is_left_and_nothing_breaks(
    crm: Crm, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, ...]]
) -> None:
    store = tmp_path_factory.mktemp("life") / "crm.db"
    crm("--db", str(store), "contact", "add", "Bob Other")
    crm("--db", str(store), "contact", "add", NAME, "--email", MAIL)
    for step in steps:
        crm("--db", str(store), *step)
    for person in (MAIL, "z@quuxmail.example"):
        done = crm("--db", str(store), "contact", "forget", person, "--yes")
        assert done.code in (0, 3), done.err
    assert left(store) == []
    for step in (("undo", "--yes"), ("undo", "3", "--yes"), ("redo", "--yes")):
        assert crm("--db", str(store), *step).code in (0, 4)
        assert left(store) == []
    assert crm("--db", str(store), "db", "check").code == 0


LETTERS = st.text(st.characters(categories=("L",)), min_size=2, max_size=8)


@settings(deadline=None)
@given(st.lists(LETTERS, min_size=2, max_size=3), st.text(max_size=20), st.text(max_size=20))
def test_full_names_are_found_however_they_are_written(words: list[str], before: str, after: str) -> None:
    name = " ".join(words)
    person = Person(names={name}, emails={"zeb.q@quuxmail.example"})
    for form in (name, fold(name), "\n".join(words), name.replace(" ", "  ")):
        text = f"{before} {form} {after}"
        assert form not in person.redact(text) or form in f"{before} (forgotten) {after}"
    assert person.redact(person.redact(name)) == person.redact(name)


@given(st.text())
def test_texts_without_the_person_stay_as_they_are(text: str) -> None:
    person = Person(names={NAME}, emails={MAIL}, phones={PHONE}, phone_keys={"+31207654321"})
    assert person.redact(text) == text
    assert person.unaddress(f"{NAME} {text}") == f"{NAME} {text}"


@pytest.mark.parametrize(
    "written", ["+31 20 765 4321", "020-7654321", "(020) 765 43 21", "0031207654321", "+31.20.765.4321"]
)
def test_numbers_are_found_however_they_are_dialled(written: str) -> None:
    person = Person(phones={PHONE}, phone_keys={"+31207654321"})
    assert "4321" not in person.redact(f"call {written}, or not").replace("43 21", "4321")
    assert person.redact("order 1207654321000") == "order 1207654321000"
