//! What a lead is made of, and how its parts are written.

pub mod assignment;
pub mod consent;
pub mod contact;
pub mod custom;
pub mod name;
pub mod score;
pub mod search;
pub mod source;
pub mod stage;
pub mod status;
pub mod status_events;
pub mod tag;
