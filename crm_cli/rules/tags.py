"""Labels on records of any noun: a sorted list of words, each once, compared without case."""

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import records
from crm_cli.values import tag_words, tags


def change(change: Change, noun: str, ids: list[int], words: str, *, put: bool) -> list[int]:
    """Put labels on records, or take them off; returns the ids that this changed.

    Raises:
        InvalidError: no label is named.
    """
    wanted = set(tag_words(tags(words.split(","))))
    if not wanted:
        raise InvalidError("no label is named; give one or several, such as vip,press")
    drafts = records.load(change, noun, ids)
    for draft in drafts:
        standing = set(tag_words(draft.get("tags")))
        kept = standing | wanted if put else standing - wanted
        draft.values["tags"] = tags(kept) if kept else None
    records.write(change, noun, drafts)
    return [draft.id for draft in drafts if draft.changed]
