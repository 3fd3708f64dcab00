"""`python -m crm_cli.migrations ["what changed"]`: regenerate what is derived from models and views.

Writes `fields.json`, `schema.sql` and `triggers.sql`; with a message, first writes the migration that
leads from the schema of the last release to the models.
"""

import json
import sys
import tempfile
from pathlib import Path

from crm_cli.migrations import generate

PACKAGE = Path(generate.__file__).parent.parent


def main() -> None:
    """Write the generated files."""
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as folder:
            generate.revision(Path(folder) / "old.db", sys.argv[1])
    fields = json.dumps(generate.fields(), indent=1, ensure_ascii=False) + "\n"
    (PACKAGE / "fields.json").write_text(fields, encoding="utf-8")
    (PACKAGE / "schema.sql").write_text(generate.schema(), encoding="utf-8")
    (PACKAGE / "triggers.sql").write_text(generate.triggers(), encoding="utf-8")


if __name__ == "__main__":
    main()
