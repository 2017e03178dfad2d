//! The filter language: which leads are meant. Text for people, JSON for tools and for what is stored, one typed tree
//! between them, and SQL with bound values.
//!
//! ```text
//! status in (hot, qualified) and score >= 70 and not tag any (vip, partner)
//! ```
//!
//! A filter is two-valued: an empty value satisfies `!=`, `not in` and `not`, and nothing else.

pub mod columns;
mod compile;
pub mod error;
pub mod explain;
pub mod field;
pub mod groups;
pub mod names;
pub mod query;
pub mod syntax;
pub mod tree;
pub mod value;

pub use columns::LeadColumn;
pub use compile::Moment;
pub use compile::territories::taken_by;
pub use error::{FilterError, Problem};
pub use field::{Field, Subject};
pub use query::{Dnc, LeadQuery};
pub use syntax::parser::parse;
pub use syntax::read::Reading;
pub use tree::{Condition, Filter, Op};
