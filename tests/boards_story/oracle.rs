//! What the summary must be, told twice: by the recount of the product, and by one plain query over the tables.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use parchemin::boards::summary;

use crate::common::TestApp;

const COUNTED: &str = "
WITH expected AS (
    SELECT s.id, s.enrolment_id, s.state FROM sheet s JOIN seat t ON t.id = s.seat_id
    WHERE t.closed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM recusal r WHERE r.seat_id = t.id AND r.enrolment_id = s.enrolment_id)
      AND NOT EXISTS (SELECT 1 FROM slot p WHERE p.sitting_id = s.sitting_id AND p.enrolment_id = s.enrolment_id
                      AND p.attendance IN ('absent', 'excused'))),
filled AS (
    SELECT e.enrolment_id, l.block, e.id, e.state, count(l.id) AS lines, count(c.line_id) AS written
    FROM expected e JOIN enrolment n ON n.id = e.enrolment_id JOIN grid g ON g.sheet_id = e.id
    JOIN line l ON l.version_id = n.version_id AND l.method = g.method
    LEFT JOIN score c ON c.grid_id = g.id AND c.line_id = l.id
    GROUP BY e.enrolment_id, l.block, e.id, e.state),
counted AS (
    SELECT enrolment_id, block, count(*) AS sheets, sum(CASE WHEN state = 'signed' THEN 1 ELSE 0 END) AS signed,
           sum(lines) AS lines, sum(CASE WHEN state = 'signed' THEN lines ELSE written END) AS scored
    FROM filled GROUP BY enrolment_id, block)
SELECT b.block || ' has ' || b.lines_scored || '/' || b.lines_expected || ' lines, ' || b.sheets_signed || '/' || b.sheets_expected
       || ' sheets; counted ' || coalesce(c.scored, 0) || '/' || coalesce(c.lines, 0) || ', ' || coalesce(c.signed, 0) || '/' || coalesce(c.sheets, 0) AS text
FROM block_summary b LEFT JOIN counted c ON c.enrolment_id = b.enrolment_id AND c.block = b.block
WHERE b.lines_scored <> coalesce(c.scored, 0) OR b.lines_expected <> coalesce(c.lines, 0)
   OR b.sheets_signed <> coalesce(c.signed, 0) OR b.sheets_expected <> coalesce(c.sheets, 0)";

/// Decisions, acquisitions and requirements that the summary tells otherwise, or proposals told too early.
const OTHERWISE: &str = "
SELECT 'decision on ' || b.block AS text FROM block_summary b
LEFT JOIN decision d ON d.enrolment_id = b.enrolment_id AND d.block = b.block AND d.ended_at IS NULL
WHERE coalesce(b.decision, '') <> coalesce(d.outcome, '')
UNION ALL
SELECT 'decision on the certification' FROM enrolment_summary e
LEFT JOIN decision d ON d.enrolment_id = e.enrolment_id AND d.block = '' AND d.ended_at IS NULL
WHERE coalesce(e.decision, '') <> coalesce(d.outcome, '')
UNION ALL
SELECT 'requirements pending' FROM enrolment_summary e
WHERE e.requirements_pending <> (SELECT count(*) FROM requirement_state q WHERE q.enrolment_id = e.enrolment_id AND q.state = 'pending')
UNION ALL
SELECT 'pieces' FROM enrolment_summary e
WHERE e.evidence_pieces <> (SELECT count(*) FROM evidence v WHERE v.enrolment_id = e.enrolment_id)
UNION ALL
SELECT 'a proposal too early on ' || b.block FROM block_summary b JOIN enrolment_summary e ON e.enrolment_id = b.enrolment_id
WHERE b.proposal <> 'pending' AND NOT (e.sheets_expected > 0 AND e.sheets_signed = e.sheets_expected)";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// # Panics
/// When a row of the summary is not what it sums up.
pub async fn agrees(app: &TestApp) {
    let versions = app.state().versions.clone();
    let (differences, told, rows) = app
        .state()
        .db
        .read(move |conn| {
            let differences = summary::differences(conn, &versions)?;
            let mut told: Vec<Line> = parchemin::each!(conn, c => diesel::sql_query(COUNTED).load(c))?;
            let more: Vec<Line> = parchemin::each!(conn, c => diesel::sql_query(OTHERWISE).load(c))?;
            told.extend(more);
            let rows = "SELECT count(*) AS n FROM block_summary";
            let rows: Count = parchemin::each!(conn, c => diesel::sql_query(rows).get_result(c))?;
            Ok((differences, told, rows.n))
        })
        .await
        .unwrap();
    let told: Vec<String> = told.into_iter().map(|line| line.text).collect();
    assert!(told.is_empty(), "{told:#?}");
    assert!(differences.is_empty(), "{differences:?}");
    assert!(rows > 0, "nothing is summed up");
}
