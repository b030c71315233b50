-- The gaps that each finding belongs to; `own` when the gap is about the finding itself.
SELECT gap_findings.finding, gaps.id, gaps.kind, gaps.days, coalesce(gaps.subject = gap_findings.finding, FALSE) AS own
FROM gap_findings
JOIN gaps ON gaps.id = gap_findings.gap
WHERE gaps.kind <> 'blocked_step'
ORDER BY ALL
