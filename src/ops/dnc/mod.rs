//! The do-not-call list: adding and removing numbers with the leads that have them, checks, and requests.

pub mod add;
pub mod check;
pub mod decide;
pub mod history;
mod leads;
pub mod remove;
pub mod replies;

pub use leads::{
    DELISTED_NUMBER, LISTED_REASON, blocked_numbers, move_leads_back, move_leads_to_dnc, record_move, status_row,
};
