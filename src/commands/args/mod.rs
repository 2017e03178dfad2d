//! Arguments that verbs of several nouns take, and what becomes of them.

pub mod again;
pub mod amounts;
pub mod changes;
pub mod complete;
pub mod idempotency;
pub mod leads;
pub mod limit;
pub mod lines;
pub mod mappings;
pub mod named;
pub mod pictures;
pub mod sheets;
pub mod texts;
pub mod times;
pub mod vocabulary;
pub mod window;
