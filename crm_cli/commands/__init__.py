"""One module a noun: parse, then ask or change, then write. No SQL, no business rule, no printing."""
