// Package export hands a state over as tables: Parquet files that DuckDB, Spark,
// Trino and ClickHouse read as they are, a folder for each table and night.
//
//	DIR/<table>/snapshot_date=2026-11-30/<run>.parquet
//	DIR/schema.sql    views for DuckDB
//	DIR/README.md     every table and column in a sentence, ten queries, create table texts
//
// Nothing is worked out here that no report shows: entry is report aces, access
// report access --every, coverage and change are the reports of that name, under
// the same words. A table is a struct, a field of it a column, and the tags of the
// field say everything else: its name and encoding, what it holds, for redaction,
// and its sentence. So a new column is one line, and none can lack its sentence.
//
// The types are those that every engine reads (Parquet's own format document names
// more): GUIDs and SIDs are text, since Spark refuses the UUID type for the whole
// file; masks are INT64, since unsigned numbers differ from engine to engine; times
// are microseconds in UTC. Null says that something does not apply. What was not
// read is the word unknown, or the table coverage says so.
//
// A run appears whole: its files are written in a hidden folder inside DIR and moved
// once all of them are on the disk, run last. The views show no row whose run is not
// in the table run, so a run that was cut off between two moves is not seen.
package export
