//! Dates, months, windows of time and business days.

pub mod age;
pub mod business_days;
mod calendar_words;
mod clock;
pub mod date_order;
pub mod datetime;
pub mod month;
pub mod period;
pub mod shown;
pub mod when;
pub mod window;
