//! Whom to contact next: what speaks for a lead, what forbids it, and the tasks about it. docs/next.md tells the sum.

pub mod holdout;
pub mod left_out;
mod pace;
pub mod priority;
pub mod rank;

pub use crate::domain::timestamp::{DAY, HOUR, MINUTE};
pub use pace::{FEWEST_WON, median_of_won};

vocabulary! {
    /// How a lead is contacted.
    ContactChannel {
        Call = "call",
        Email = "email",
        Sms = "sms",
    }
}

vocabulary! {
    /// What a task asks for.
    TaskKind {
        Call = "call",
        Email = "email",
        Linkedin = "linkedin",
        Meeting = "meeting",
        Todo = "todo",
    }
}

impl TaskKind {
    /// How it contacts the lead, where lists and consent say whether that may be.
    pub fn channel(self) -> Option<ContactChannel> {
        match self {
            TaskKind::Call => Some(ContactChannel::Call),
            TaskKind::Email => Some(ContactChannel::Email),
            TaskKind::Linkedin | TaskKind::Meeting | TaskKind::Todo => None,
        }
    }
}

vocabulary! {
    /// What made a task.
    TaskOrigin {
        /// A person.
        Manual = "manual",
    }
}

vocabulary! {
    /// What became of a recommendation.
    Outcome {
        Done = "done",
        Snoozed = "snoozed",
        Dismissed = "dismissed",
    }
}

/// For so many days a lead is put off at most: a year.
pub const LONGEST_DAYS: i64 = 366;

impl Outcome {
    /// For how many days the lead is not recommended again, when nothing else is said.
    pub fn days(self) -> i64 {
        match self {
            Outcome::Done | Outcome::Snoozed => 1,
            Outcome::Dismissed => 30,
        }
    }
}

vocabulary! {
    /// The two groups that are compared.
    Arm {
        /// Leads that were shown.
        Shown = "shown",
        /// Leads that would have been shown and were held out at random.
        HeldOut = "held_out",
    }
}
