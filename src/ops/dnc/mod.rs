//! The do-not-call list: adding and removing numbers with the leads that have them, checks, and requests.

pub mod add;
pub mod check;
pub mod groups;
pub mod history;
pub mod hours;
mod leads;
pub mod lists;
pub mod refusers;
pub mod registries;
pub mod remove;
pub mod requests;
pub mod scrubs;
pub mod sharing;
pub mod spellings;

pub use leads::{
    LISTED_REASON, Moved, barred_at, blocked_numbers, follow_numbers, listed_number, move_leads_back,
    move_leads_to_dnc, numbers_of, record_move, released, settle, status_row, with_barred_number,
};
