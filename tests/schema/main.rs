//! Both engines, `src/db/schema.rs` and the catalogue of tables describe the same schema. Run with `scripts/test`.

mod catalogue;
mod checks;
mod columns;
mod digests;
mod functions;
mod indexes;
mod keys;
mod live;
mod objects;
mod reversal;
mod tenant_queries;
mod triggers;
