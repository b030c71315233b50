-- The gaps about a finding (own), and those of the step or holder that it is about.
SELECT
  gap_findings.finding, gaps.id, gaps.kind, gaps.since, gaps.days,
  coalesce(gaps.about = 'finding' AND gaps.subject = gap_findings.finding, FALSE) AS own
FROM gap_findings
JOIN gaps ON gaps.id = gap_findings.gap
WHERE gaps.kind <> 'blocked_step'
ORDER BY ALL
