"""`python -m crm_cli.migrations ["what changed"]`: regenerate what is derived from models and views.

Writes `nouns/*.json`, `schema.sql` and `triggers.sql`; with a message, first writes the revision that leads
from the schema as last generated to the models, so that stores can follow.
"""

import sys
from pathlib import Path

from crm_cli.migrations import generate

PACKAGE = Path(generate.__file__).parent.parent


def main() -> None:
    """Write the generated files."""
    if len(sys.argv) > 1:
        from crm_cli.migrations import revising

        old = (PACKAGE / "schema.sql").read_text(encoding="utf-8")
        sys.stderr.write(f"wrote {revising.write(old, sys.argv[1])}; read it\n")
    files = generate.files()
    for name, text in files.items():
        (PACKAGE / name).write_text(text, encoding="utf-8")
    for file in (PACKAGE / "nouns").glob("*.json"):
        if f"nouns/{file.name}" not in files:  # of a noun that went
            file.unlink()


if __name__ == "__main__":
    main()
