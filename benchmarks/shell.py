"""What reports have to answer, by their command, as one would ask it in the sqlite3 shell on 15 June 2026."""

DEALS = {
    "report winloss": """
        WITH decided AS (SELECT currency, kind, amount, julianday(closed_on) - julianday(opened_on) AS days
          FROM deal JOIN stage ON stage.id = stage_id WHERE kind IN ('won', 'lost')),
        ranked AS (SELECT *, row_number() OVER (PARTITION BY currency, kind ORDER BY days) AS place,
          count(*) OVER (PARTITION BY currency, kind) AS n FROM decided)
        SELECT currency, sum(kind = 'won'), sum(kind = 'lost'), sum(amount) FILTER (WHERE kind = 'won'),
          avg(days) FILTER (WHERE kind = 'won'),
          avg(days) FILTER (WHERE kind = 'won' AND place IN ((n + 1) / 2, (n + 2) / 2))
        FROM ranked GROUP BY currency""",
    "report winloss --by owner": """
        WITH decided AS (SELECT owner_id, currency, kind, amount, julianday(closed_on) - julianday(opened_on) AS days
          FROM deal JOIN stage ON stage.id = stage_id WHERE kind IN ('won', 'lost')),
        ranked AS (SELECT *, row_number() OVER (PARTITION BY owner_id, currency, kind ORDER BY days) AS place,
          count(*) OVER (PARTITION BY owner_id, currency, kind) AS n FROM decided)
        SELECT user.name, currency, sum(kind = 'won'), sum(kind = 'lost'), sum(amount) FILTER (WHERE kind = 'won'),
          avg(days) FILTER (WHERE kind = 'won'),
          avg(days) FILTER (WHERE kind = 'won' AND place IN ((n + 1) / 2, (n + 2) / 2))
        FROM ranked JOIN user ON user.id = ranked.owner_id GROUP BY ranked.owner_id, currency""",
    "report pipeline": """
        SELECT pipeline.name, stage.name, currency, count(*), sum(amount), sum(amount * deal.probability / 1000000),
          avg(julianday('2026-06-15') - julianday(coalesce(stage_since, opened_on))),
          sum(julianday('2026-06-15') - julianday(stage_since) > rotten_days)
        FROM deal JOIN stage ON stage.id = stage_id JOIN pipeline ON pipeline.id = deal.pipeline_id
        WHERE kind = 'open' GROUP BY stage.id, currency""",
    "report forecast": """
        SELECT substr(iif(kind = 'open', expected_close, closed_on), 1, 7) AS month, currency, count(*),
          sum(amount), sum(amount * deal.probability / 1000000)
        FROM deal JOIN stage ON stage.id = stage_id WHERE kind <> 'lost' GROUP BY month, currency""",
}
INVOICES = {
    "report revenue": """
        SELECT substr(issued_on, 1, 7), currency, sum(amount), count(*) FROM invoice
        WHERE void_on IS NULL AND issued_on <= '2026-06-15' GROUP BY 1, 2""",
    "report revenue --by company": """
        SELECT company.name, currency, revenue, invoices FROM (
          SELECT company_id, currency, sum(amount) AS revenue, count(*) AS invoices FROM invoice
          WHERE void_on IS NULL AND issued_on <= '2026-06-15' GROUP BY 1, 2)
        JOIN company ON company.id = company_id ORDER BY 3 DESC""",
    "report receivables": """
        SELECT currency, (julianday('2026-06-15') - julianday(due_on) > 0)
          + (julianday('2026-06-15') - julianday(due_on) > 30) + (julianday('2026-06-15') - julianday(due_on) > 60)
          + (julianday('2026-06-15') - julianday(due_on) > 90), count(*), sum(amount - coalesce((
            SELECT sum(amount) FROM payment WHERE invoice_id = invoice.id AND day <= '2026-06-15'), 0))
        FROM invoice WHERE void_on IS NULL AND (settled_on IS NULL OR settled_on > '2026-06-15')
          AND issued_on <= '2026-06-15' GROUP BY 1, 2""",
    "report payments --by company": """
        SELECT company.name, currency, n, late, days / n, taken / n, paid FROM (
          SELECT company_id, currency, count(*) AS n, sum(settled_on > due_on) AS late, sum(amount) AS paid,
            sum(max(0, julianday(settled_on) - julianday(due_on))) AS days,
            sum(julianday(settled_on) - julianday(issued_on)) AS taken
          FROM invoice WHERE settled_on <= '2026-06-15' AND void_on IS NULL AND amount >= 0 GROUP BY 1, 2)
        JOIN company ON company.id = company_id ORDER BY days / n DESC""",
    "report rfm": """
        WITH bought AS (
          SELECT company_id, max(issued_on) AS last, count(DISTINCT issued_on) AS n, sum(amount) AS amount FROM invoice
          WHERE void_on IS NULL AND issued_on <= '2026-06-15' GROUP BY 1)
        SELECT name, julianday('2026-06-15') - julianday(last), n, amount, ntile(5) OVER (ORDER BY last),
          ntile(5) OVER (ORDER BY n), ntile(5) OVER (ORDER BY amount)
        FROM bought JOIN company ON company.id = company_id""",
    "report retention": """
        WITH began AS (
          SELECT company_id, min(issued_on) AS first FROM invoice
          WHERE void_on IS NULL AND issued_on <= '2026-06-15' GROUP BY 1),
        active AS (
          SELECT DISTINCT company_id, substr(issued_on, 1, 7) AS month FROM invoice
          WHERE void_on IS NULL AND issued_on <= '2026-06-15')
        SELECT substr(first, 1, 7), month, count(*) FROM active JOIN began USING (company_id) GROUP BY 1, 2""",
}
CASES = {
    "report cases": """
        WITH done AS (SELECT strftime('%s', resolved_at) - strftime('%s', created_at) AS took FROM "case"
          WHERE resolved_at IS NOT NULL),
        ranked AS (SELECT took, row_number() OVER (ORDER BY took) AS place, count(*) OVER () AS n FROM done)
        SELECT (SELECT count(*) FROM "case"), (SELECT count(*) FROM "case" WHERE status = 'in_progress'),
          (SELECT sum(reopened_count > 0) FROM "case"), (SELECT count(DISTINCT company_id) FROM "case"),
          (SELECT avg(reopened_count = 0) FROM "case" WHERE resolved_at IS NOT NULL), avg(took) / 3600,
          avg(took) FILTER (WHERE place IN ((n + 1) / 2, (n + 2) / 2)) / 3600,
          max(took) FILTER (WHERE place <= n * 9 / 10) / 3600
        FROM ranked""",
    "report cases --by owner": """
        WITH done AS (SELECT owner_id, reopened_count, strftime('%s', resolved_at) - strftime('%s', created_at) AS took
          FROM "case" WHERE resolved_at IS NOT NULL),
        ranked AS (SELECT *, row_number() OVER (PARTITION BY owner_id ORDER BY took) AS place,
          count(*) OVER (PARTITION BY owner_id) AS n FROM done),
        came AS (SELECT owner_id, count(*), sum(status = 'in_progress'), sum(reopened_count > 0),
          count(DISTINCT company_id) FROM "case" GROUP BY 1)
        SELECT user.name, came.*, avg(reopened_count = 0), avg(took) / 3600,
          avg(took) FILTER (WHERE place IN ((n + 1) / 2, (n + 2) / 2)) / 3600,
          max(took) FILTER (WHERE place <= n * 9 / 10) / 3600
        FROM ranked JOIN came USING (owner_id) JOIN user ON user.id = ranked.owner_id GROUP BY ranked.owner_id""",
    "report sla": """
        SELECT priority, sum(resolution_met = 1), sum(resolution_met = 0), sum(resolution_left IS NOT NULL),
          sum(resolution_met IS NULL AND resolution_due < '2026-06-15T12:00:00Z')
        FROM "case" WHERE status <> 'cancelled' GROUP BY 1""",
}
