"""What reads bytes that others wrote: each reader as a function that raises the house's errors and no others.

`benchmarks/fuzzing.py` looks for bytes that break one of them; those that did, and those that lead to every place of
a reader, lie in `corpus`, and `test_corpus.py` has them read again. A text of several parts has a line before each:
`==== xl/worksheets/sheet1.xml`.
"""

import hashlib
import json
import os
import re
import shutil
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from datetime import date
from io import BytesIO, StringIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

from crm_cli import cli, fields, values
from crm_cli.errors import CrmError
from crm_cli.formats import calendar, cards, headers, mail, settle, vcard
from crm_cli.formats.source import Source
from crm_cli.formats.table import ItemRow, open_table
from crm_cli.rules.importing import programs
from crm_cli.rules.importing.wishes import Wishes
from crm_cli.values import dates, emails, folding, numbers, phones, repeats

CORPUS = Path(__file__).with_name("corpus")
SURROUNDINGS = {"CRM_TODAY": "2026-06-15", "TZ": "UTC", "LANG": "C.UTF-8"}
NAMES = (
    "table",
    "objects",
    "cards",
    "calendar",
    "mail",
    "workbook",
    "archive",
    "profile",
    "value",
    "imported",
)
"""The readers: functions of `Readers`."""
TODAY = date(2026, 6, 15)
MANY = 5_000  # rows after which nobody learns more
_PART = re.compile(rb"(?m)^==== ?([^\n]*)\n")
_NOUNS = ("contact", "company", "lead", "deal", "case", "activity")
_READINGS = (
    values.Reading(TODAY, zone="Europe/Berlin", date_order="dmy", country="DE", currency="EUR"),
    values.Reading(TODAY, zone="America/New_York", decimal=",", scale="0.01", lenient=True),
    values.Reading(
        TODAY, zone="Asia/Tehran", calendar="jalali", date_order="mdy", currency="JPY", scale=1000
    ),
)
_KINDS = sorted(values.KINDS)
_SAME = (
    "integer",
    "day",
    "instant",
    "time",
    "boolean",
    "tags",
    "list",
    "json",
    "email",
    "url",
    "currency",
    "country",
)
"""Kinds whose stored form is read as itself."""
_SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORKBOOK = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/{_SHEET}" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>'
    '<sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}"><si><t>name</t></si><si><t>Ann</t></si></sst>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="3"><xf/><xf numFmtId="14"/>'
    '<xf numFmtId="10"/></cellXfs></styleSheet>',
    _SHEET: f'<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>',
}  # fmt: skip


class Readers:
    """The readers, with a folder in which their files lie."""

    def __init__(self, folder: Path) -> None:
        """Make the folder what commands find, and a small store in it."""
        self.folder = folder
        self.base, self.store = folder / "base.db", folder / "crm.db"
        os.environ |= SURROUNDINGS | {"CRM_CONFIG": str(folder / "none.toml"), "CRM_DB": str(self.store)}
        self.root = cli.group()
        self._archive: dict[str, bytes] = {}
        for command in (
            ("company", "add", "Acme", "--domain", "acme.example"),
            ("contact", "add", "Jane Doe", "--email", "jane@acme.example", "--company", "Acme"),
            ("deal", "add", "Machines", "--company", "Acme", "--amount", "5000"),
            ("lead", "add", "Max Roe", "--email", "max@roe.example"),
            ("contact", "edit", "1", "--title", "Dr"),
        ):
            assert self.run("--db", str(self.base), *command)[0] == 0

    def read(self, name: str, data: bytes) -> None:
        """Have a reader read bytes; what it refuses in the house's way is well."""
        with suppress(CrmError):
            getattr(self, name)(data)

    def table(self, data: bytes) -> None:
        """A table of text, its columns taken for dates and for amounts."""
        self._rows(self._file("x.csv", data))

    def objects(self, data: bytes) -> None:
        """JSON, or an object a line."""
        self._rows(self._file("x.json", data))

    def _rows(self, path: str) -> None:
        with open_table(path, is_header=_known) as opened:
            assert len(set(opened.header)) == len(opened.header)
            line = 0
            for at, cells in islice(opened.rows(), MANY):
                assert at > line or opened.kind != "csv"
                assert len(cells) == len(opened.header)
                line = at
            for kind in ("instant", "money"):
                settle.settle(opened, dict.fromkeys(range(len(opened.header)), kind))

    def cards(self, data: bytes) -> None:
        """Cards of people and of organisations; what is refused is refused again with its reason in it."""
        for noun in ("contact", "company"):
            with cards.open_cards(Source(self._file("x.vcf", data)), noun, keep_extra=True) as opened:
                for _, cells in opened.rows():
                    _storable(cells)
                    if isinstance(cells, ItemRow) and cells.wrong:
                        vcard.with_reason(cells.text, cells.wrong)

    def calendar(self, data: bytes) -> None:
        """Meetings and tasks; those that are wrong are written once more."""
        source = Source(self._file("x.ics", data))
        found = list(calendar.read(source, None, "Europe/Berlin"))
        for each in found:
            _storable(each.fields.values())
        "".join(calendar.rejected([each for each in found if each.problem], [source], None))

    def mail(self, data: bytes) -> None:
        """Messages, whole and by their headers."""
        source = Source(self._file("x.mbox", data))
        for _, each in mail.read(source):
            _storable([each.key, each.subject, each.body, each.sent_at, *each.attachments, *each.answers])
        assert sum(1 for _ in mail.senders(source)) == sum(1 for _ in mail.read(source))

    def workbook(self, data: bytes) -> None:
        """A workbook: the bytes of one, or texts that take the place of parts of one."""
        if not data.startswith(b"PK"):
            data = _zipped({name: text.encode() for name, text in _WORKBOOK.items()} | _parts(data, _SHEET))
        self._rows(self._file("x.xlsx", data))

    def archive(self, data: bytes) -> None:
        """An archive of a store: a zip file, or texts that take the place of files of a sound one.

        `facts` is joined with the manifest, `manifest.json` replaces it.
        """
        if not data.startswith(b"PK"):
            said = _parts(data, "tables/contact.csv")
            facts = said.pop("facts", b"{}")
            files = self._sound_archive() | said
            if "manifest.json" not in said:
                files["manifest.json"] = _manifest(files, facts)
            data = _zipped(files)
        self._fresh(None)
        code, said_back = self.run("--db", str(self.store), "import", self._file("x.zip", data))
        assert code in (0, 2, 4, 5), said_back
        assert code == 0 or not self.store.exists()

    def profile(self, data: bytes) -> None:
        """A header on the first line, and a profile of one's own that is to read it."""
        first, _, rest = data.partition(b"\n")
        header = first.decode("utf-8", "replace").split(",")
        kept = self.folder / "profiles" / "mine.json"
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(rest)
        try:
            programs.recognised(header)
            for noun in _NOUNS:
                headers.recognise(noun, header, list(fields.noun(noun).fields))
                programs.settled(noun, header, Wishes())
            with suppress(CrmError):
                programs.load("mine")
        finally:
            kept.unlink()

    def value(self, data: bytes) -> None:
        """A text as a value: the first two bytes are the kind and what is known, or one of the other readings."""
        if len(data) < 3:
            return
        text, how = data[2:].decode("utf-8", "surrogateescape"), _READINGS[data[1] % len(_READINGS)]
        others = len(_OTHERS)
        if (at := data[0] % (len(_KINDS) + others)) < others:
            _OTHERS[at](text)
            return
        kind = _KINDS[at - others]
        found = values.read(kind, text, how, {"a": "a", "b_c": "bc"})
        _storable([found])
        shown = values.show(kind, found, how.currency or None)
        values.show_json(kind, found, how.currency or None)
        if kind in _SAME and found is not None and how.scale == 1 and not how.calendar:
            assert values.read(kind, shown, how) == found, (kind, text, shown)

    def imported(self, data: bytes) -> None:
        """A file with the noun that it is imported as on its first line; whatever becomes of it is counted."""
        first, _, rest = data.partition(b"\n")
        noun = first.decode("ascii", "replace").strip()
        command = [noun, "import"] if noun in fields.names() else ["import"]
        self._fresh(self.base)
        code, said = self.run(*command, self._file("x", rest), "--on-error", "skip", "-o", "json")
        assert code in (0, 1, 2, 4), said
        if said:
            told = json.loads(said)
            parts = ("created", "updated", "unchanged", "skipped", "rejected")
            assert told["read"] == sum(told[each] for each in parts), told
            assert self.run("export", told["noun"])[0] == 0

    def run(self, *command: str) -> tuple[int, str]:
        """Run a command in this process; returns its exit code and its answer."""
        out = TextIOWrapper(BytesIO(), "utf-8", newline="")
        stdin, sys.stdin = sys.stdin, StringIO()
        try:
            with redirect_stdout(out), redirect_stderr(StringIO()):
                code = cli.run(list(command), root=self.root)
        finally:
            sys.stdin = stdin
        out.seek(0)
        return code, out.read()

    def _file(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def _fresh(self, base: Path | None) -> None:
        """Put a copy of a store, or none, where the next command looks for its store."""
        for path in self.folder.glob("crm.db*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if base:
            shutil.copyfile(base, self.store)

    def _sound_archive(self) -> dict[str, bytes]:
        if not self._archive:
            target = self.folder / "sound"
            assert self.run("--db", str(self.base), "export", "--all", str(target))[0] == 0
            self._archive = {
                str(file.relative_to(target)): file.read_bytes()
                for file in target.rglob("*")
                if file.is_file()
            }
        return dict(self._archive)


def _known(cells: list[str]) -> int:
    """How many of a row's cells are names of columns; the words of all nouns are read by `profile`."""
    return sum(cell.strip().lower() in ("name", "email", "phone", "amount", "date") for cell in cells)


def _storable(found: Iterable[Any]) -> None:
    """Texts can be written to a store."""
    for each in found:
        if isinstance(each, str):
            each.encode()
        elif isinstance(each, int):
            assert abs(each) < 2**63, each


def _parts(data: bytes, first: str) -> dict[str, bytes]:
    """The parts of a text, each by its name; what stands before the first line of a part is `first`."""
    pieces = _PART.split(data)
    found = {first: pieces[0]} if pieces[0].strip() else {}
    return found | {
        name.decode("utf-8", "replace"): text for name, text in zip(pieces[1::2], pieces[2::2], strict=True)
    }


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as held, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, data in files.items():
            held.writestr(zipfile.ZipInfo(name or "x"), data)
    return out.getvalue()


def _manifest(files: Mapping[str, bytes], said: bytes) -> bytes:
    """The manifest of files, with true checksums, and with facts over it."""
    try:
        over = json.loads(said)
    except (ValueError, RecursionError):
        over = {}
    held = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
        if name != "manifest.json"
    }
    facts = json.loads(files["manifest.json"]) | {"files": held}
    return json.dumps(facts | over if isinstance(over, dict) else over).encode()


def _repeats(text: str) -> None:
    repeats.check(text)
    repeats.words(repeats.rule(text), TODAY)
    found = repeats.following(text, TODAY, TODAY)
    repeats.rest(text, TODAY, found or TODAY)


def _seen(text: str) -> None:
    for seen in (dates.OrderSeen(), numbers.DecimalSeen()):
        for each in text.split("\n"):
            seen.add(each)
        assert seen.settled in (None, "dmy", "mdy", "ymd", ".", ",")


def _folded(text: str) -> None:
    folding.fold(text)
    folding.ascii_digits(text)
    values.word_key(text)


def _phone(text: str) -> None:
    for country in (None, "DE", "IR", "US"):
        number = phones.e164(text, country)
        assert number is None or re.fullmatch(r"\+[0-9]{1,15}", number), number
    phones.words(phones.dial_key(text))


def _period(text: str) -> None:
    first, last = dates.period(text, today=TODAY)
    assert not (first and last) or first <= last


def _email(text: str) -> None:
    if emails.is_valid(text):
        assert emails.is_valid(emails.check(text))
    emails.domain(emails.key(text))


_OTHERS: tuple[Callable[[str], None], ...] = (_repeats, _seen, _folded, _phone, _period, _email)
