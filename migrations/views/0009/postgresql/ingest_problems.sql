-- What the last run of each source left out.
CREATE VIEW ingest_problems AS
SELECT
    sources.name AS source,
    ingest_errors.file AS file,
    ingest_errors.record AS record,
    ingest_errors.reason AS reason,
    ingest_runs.ended_at AS at
FROM sources
JOIN ingest_runs ON ingest_runs.pk = (
    SELECT max(run.pk) FROM ingest_runs AS run WHERE run.source = sources.name
)
JOIN ingest_errors ON ingest_errors.run_pk = ingest_runs.pk
