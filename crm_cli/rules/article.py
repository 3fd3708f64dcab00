"""An article's own rules: a title and an answer, often of a case; nothing is published without an answer."""

from collections.abc import Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Link the cases that are told and take from the first what is not said; refuse to publish nothing."""
    for draft in drafts:
        told = draft.entered.get("case")
        if told and "cases" not in draft.parts:
            draft.parts["cases"] = _linked(change, draft, told)
            if draft.before is None:
                _take_over(change, draft, told[0])
        if draft.before is None:
            known = f"#{draft.key}" if draft.key else "(no title)"
            draft.values["name"] = draft.values.get("name") or known
        if draft.values.get("status") == "published" and not draft.imported and not draft.get("body"):
            raise InvalidError(f"{draft.get('name')} has no body to publish; give one with --body")


def link(change: Change, article_id: int, cases: Sequence[int], *, remove: bool = False) -> None:
    """Say that an article answers cases, or does not.

    Raises:
        ConflictError: to be removed, but it is not linked to one of them.
    """
    draft = records.load(change, "article", [article_id])[0]
    if remove:
        rows = _linked(change, draft, ())
        kept = [row for row in rows if row["case_id"] not in cases]
        if len(kept) + len(cases) > len(rows):
            raise ConflictError(
                f"article {article_id} {draft.get('name')} is not linked to all of these cases"
            )
        draft.parts["cases"] = kept
    else:
        draft.parts["cases"] = _linked(change, draft, cases)
    records.write(change, "article", [draft])


def _linked(change: Change, draft: Draft, cases: Sequence[int]) -> list[dict[str, Any]]:
    """The cases of an article that stand, and those that come, each once."""
    question = "SELECT case_id FROM article_case WHERE article_id = ? ORDER BY id"
    standing = [row["case_id"] for row in change.rows(question, draft.id)] if draft.before else []
    return [{"case_id": each} for each in dict.fromkeys([*standing, *cases])]


def _take_over(change: Change, draft: Draft, case_id: int) -> None:
    """A new article of a case has its subject, resolution and product, where nothing else is said."""
    row = change.one('SELECT number, subject, resolution, product_id FROM "case" WHERE id = ?', case_id)
    if row is None:
        return
    values = draft.values
    values["name"] = values.get("name") or row["subject"]
    values["product_id"] = values.get("product_id") or row["product_id"]
    if not values.get("body"):
        values["body"] = row["resolution"]
        if not row["resolution"]:
            change.notes.append(f"case {row['number']} has no resolution yet; the article has no body")
