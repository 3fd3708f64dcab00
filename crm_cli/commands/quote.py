"""What we offer at which price: the commands of quotes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crm_cli import lazy, output
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option, Refs, counted
from crm_cli.commands.quoting import Terms, made
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

if TYPE_CHECKING:
    from crm_cli.rules.drafts import Draft

app = lazy.application(
    "What you offer at which price, until when.",
    epilog="crm deal quote 12 --discount 5% && crm quote send Q-2026-0001",
)
verbs.common(
    app,
    "quote",
    add='crm quote add --company Acme --items "Grinder M x 3; Delivery @ 40" --valid-until +30d',
    list="crm quote list status=sent valid_until=..+7d",
    show="crm quote show Q-2026-0001",
    edit="crm quote edit Q-2026-0001 --valid-until +30d",
)
Quote = Annotated[
    str,
    Argument(metavar="QUOTE", help="Which: its number, id …", autocompletion=completing.references),
]
Locale = Annotated[
    str | None, Option(metavar="ll_CC", help="In which language and whose figures; else the configured one")
]
On = Annotated[str | None, Option(metavar="DATE", help="The day it was decided; else today")]
KINDS = {".txt": "text", ".md": "md", ".html": "html", ".htm": "html", ".pdf": "pdf"}


@app.command()
def render(
    ctx: typer.Context,
    *,
    quote: Quote,
    as_: Annotated[
        str | None, Option("--as", metavar="text|md|html|pdf", help="As what; else as the file is named")
    ] = None,
    out: Annotated[Path | None, Option(metavar="FILE", help="Into a file; else to standard output")] = None,
    locale: Locale = None,
) -> None:
    """Write a quote as its reader gets it: text, Markdown, HTML or PDF.

    A template of your own, beside the settings as quote.html.j2, quote.txt.j2 or quote.md.j2, takes the place
    of the usual one; `quote template` writes one to begin with.

    crm quote render Q-2026-0001
    crm quote render Q-2026-0001 --out offer.pdf --locale de_DE
    """
    desk: Desk = ctx.obj
    kind = _kind(as_, out)
    quote_id = desk.resolve("quote", quote)
    from crm_cli.papers import manner, pdf, writing
    from crm_cli.papers import quote as papers

    page = papers.page(desk.connection, desk.config, quote_id, manner.chosen(desk.config, locale))
    drawn = pdf.draw(page, desk.config.get("quote.font")) if kind == "pdf" else None
    written = "" if drawn else writing.render(page, kind)
    if out:
        _write(out, drawn or written.encode())
        desk.say(f"wrote {page.title} to {out}")
    elif drawn:
        output.binary(drawn, desk.style, "FILE.pdf")
    else:
        output.raw([written])


@app.command()
def template(
    kind: Annotated[
        str, Argument(metavar="text|md|html", help="Of which kind", autocompletion=completing.papers)
    ] = "html",
) -> None:
    """Write the usual template, to make one's own of it.

    crm quote template html > ~/.config/crm/quote.html.j2
    """
    from crm_cli import fields
    from crm_cli.papers import writing

    if kind not in writing.FILES:
        raise fields.nearest(kind, list(writing.FILES), "template")
    output.raw([writing.usual(kind)])


@app.command()
def revise(ctx: typer.Context, *, quote: Quote, terms: Terms, doing: Doing) -> None:
    """Make the next revision of a quote, with the same number.

    The one before is superseded. The lines are the same; `crm deal quote DEAL --revise` takes those that the
    deal has now.

    crm quote revise Q-2026-0001 --discount 7%
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import quoting

    with desk.change("quote revise", dry_run=doing.dry_run) as change:
        quote_id = desk.resolve("quote", quote, change.connection)
        currency = change.held("quote", quote_id, "currency")
        draft = quoting.revise(change, quote_id, quoting.read(change, currency, terms.texts()))
        change.summary = str(draft.get("number"))
    made(desk, draft, doing)


@app.command()
def send(
    ctx: typer.Context,
    *,
    quote: Quote,
    to: Annotated[str | None, Option(metavar="EMAIL", help="Where to; else the contact's address")] = None,
    locale: Locale = None,
    override: Annotated[
        str | None, Option(metavar="WHY", help="Write to somebody who wants no e-mail; the reason is kept")
    ] = None,
    doing: Doing,
) -> None:
    """Send a quote by e-mail: as text, as HTML, and as PDF with the extra `pdf`.

    From then on it stays as it went out; `quote revise` offers it anew.

    crm quote send Q-2026-0001
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import quote as rules
    from crm_cli.rules import quote_mail, records

    with desk.change("quote send", dry_run=doing.dry_run) as change:
        quote_id = desk.resolve("quote", quote, change.connection)
        sent = quote_mail.send(change, quote_id, to=to, locale=locale, override=override)
        change.summary = rules.called(records.load(change, "quote", [quote_id])[0])
    if doing.dry_run:
        desk.say(f"would send {change.summary} to {sent.to}")
        return
    desk.say(f"{change.summary} goes to {sent.to}")
    desk.written("quote", [quote_id], format=doing.format)
    from crm_cli.commands import sending

    sending.send(desk, [sent.delivery])


@app.command()
def accept(
    ctx: typer.Context,
    *,
    refs: Refs,
    on: On = None,
    win: Annotated[
        bool | None, Option("--win/--no-win", help="Win the deal too; in a terminal you are asked")
    ] = None,
    doing: Doing,
) -> None:
    """Accept quotes: their deals get the lines and the amount as quoted.

    The amount of a deal is before tax, as that of its own lines.

    crm quote accept Q-2026-0001 --win
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    ids, filtered = desk.targets("quote", refs)
    if filtered and not doing.dry_run:
        desk.confirm(f"Accept {counted(ids, 'quote')}?", yes=doing.yes)
    if win is None and desk.interactive and not doing.yes and not doing.dry_run:
        win = _ask_win(desk, ids)
    from crm_cli.rules import quoting

    with desk.change("quote accept", dry_run=doing.dry_run) as change:
        drafts = quoting.accept(change, ids, quoting.day(change, on), win=bool(win))
        change.notes += quoting.told(change, drafts)
        change.summary = _called(drafts)
    _decided(desk, "accept", drafts, doing)


@app.command()
def reject(
    ctx: typer.Context,
    *,
    refs: Refs,
    reason: Annotated[str | None, Option(metavar="WORDS", help="Why it was rejected")] = None,
    on: On = None,
    doing: Doing,
) -> None:
    """Note that quotes were rejected, and why; their deals stay open.

    crm quote reject Q-2026-0001 --reason "too expensive"
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    ids, filtered = desk.targets("quote", refs)
    if filtered and not doing.dry_run:
        desk.confirm(f"Reject {counted(ids, 'quote')}?", yes=doing.yes)
    if reason is None and desk.interactive:
        import questionary

        reason = questionary.text("Why was it rejected?").unsafe_ask()
    from crm_cli.rules import quoting

    with desk.change("quote reject", dry_run=doing.dry_run) as change:
        drafts = quoting.reject(change, ids, reason or "", quoting.day(change, on))
        change.summary = _called(drafts)
    _decided(desk, "reject", drafts, doing)


def _write(file: Path, data: bytes) -> None:
    try:
        file.expanduser().write_bytes(data)
    except OSError as error:
        raise InvalidError(f"cannot write {file}: {error.strerror}") from error


def _kind(said: str | None, out: Path | None) -> str:
    """As what a quote is written: as is said, else as the file is named, else as text."""
    named = KINDS.get(out.suffix.lower()) if out else None
    kind = (said or named or "text").lower()
    if kind not in KINDS.values():
        from crm_cli import fields

        raise fields.nearest(kind, sorted(set(KINDS.values())), "kind of paper")
    return kind


def _ask_win(desk: Desk, ids: list[int]) -> bool:
    """Whether the open deals of quotes are won, too."""
    from crm_cli.rules import quoting

    names = quoting.open_deals(desk.connection, ids)
    if not names:
        return False
    import questionary

    said = output.visible(names[0]) if len(names) == 1 else f"{len(names)} deals"
    answer: bool = questionary.confirm(f"Win {said}, too?").unsafe_ask()
    return answer


def _called(drafts: list["Draft"]) -> str:
    from crm_cli.rules.quote import called

    return ", ".join(called(draft) for draft in drafts[:3])


def _decided(desk: Desk, verb: str, drafts: list["Draft"], doing: Doing) -> None:
    """Say what was decided."""
    said = f"would {verb}" if doing.dry_run else f"{verb}ed"
    ids = [draft.id for draft in drafts]
    what = f"{counted(ids, 'quote')} {_called(drafts)}".strip() if len(ids) == 1 else counted(ids, "quote")
    desk.say(f"{said} {what}" if ids else f"no quote to {verb}")
    if not doing.dry_run:
        desk.written("quote", ids, format=doing.format)
