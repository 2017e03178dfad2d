//! Arguments about leads: which, in which columns, with which values.

pub mod columns;
pub mod export;
pub mod name;
pub mod pools;
pub mod rows;
pub mod segments;
pub mod selection;
pub mod stages;
pub mod territories;
pub mod unknown;
pub mod values;
