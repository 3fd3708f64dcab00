"""`python -m crm_cli.migrations ["what changed"]`: regenerate what is derived from models and views.

Writes `fields.json`, `schema.sql` and `triggers.sql`; with a message, first writes the revision that leads
from the schema as last generated to the models, so that stores can follow.
"""

import json
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
    fields = json.dumps(generate.fields(), indent=1, ensure_ascii=False) + "\n"
    (PACKAGE / "fields.json").write_text(fields, encoding="utf-8")
    (PACKAGE / "schema.sql").write_text(generate.schema(), encoding="utf-8")
    (PACKAGE / "triggers.sql").write_text(generate.triggers(), encoding="utf-8")


if __name__ == "__main__":
    main()
