//! The lead lifecycle: statuses, their everyday aliases, and the table of allowed moves.

vocabulary! {
    /// Where a lead stands in the sales process.
    Status {
        New = "new",
        Contacted = "contacted",
        Qualified = "qualified",
        Nurturing = "nurturing",
        Hot = "hot",
        Cold = "cold",
        Recruited = "recruited",
        /// The lead's number is on the organization's do-not-call list.
        Dnc = "dnc",
    }
}

vocabulary! {
    /// What made a lead's status change.
    Trigger {
        Manual = "manual",
        Import = "import",
        Dnc = "dnc",
        /// Another lead was merged into this one, which takes over its status.
        Merge = "merge",
        Sequence = "sequence",
        Score = "score",
        Undo = "undo",
        System = "system",
    }
}

/// Which moves a change of status may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveRule {
    /// Those of the table of allowed moves.
    Allowed,
    /// Any.
    Forced,
}

impl MoveRule {
    /// The rule that a flag such as `--force` asks for.
    pub fn of_flag(force: bool) -> MoveRule {
        if force { MoveRule::Forced } else { MoveRule::Allowed }
    }

    /// Whether a lead may go from one status to another.
    pub fn permits(self, from: Status, to: Status) -> bool {
        match self {
            MoveRule::Allowed => from.may_move_to(to),
            MoveRule::Forced => true,
        }
    }
}

/// How a lead ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Won,
    Lost,
}

impl Status {
    /// How a lead with this status ended; None while it is open. Recruited is won, even if the lead was deleted later; whatever else
    /// was deleted is lost.
    pub fn outcome(self, is_deleted: bool) -> Option<Outcome> {
        match self {
            Status::Recruited => Some(Outcome::Won),
            Status::Cold | Status::Dnc => Some(Outcome::Lost),
            Status::New | Status::Contacted | Status::Qualified | Status::Nurturing | Status::Hot => {
                is_deleted.then_some(Outcome::Lost)
            }
        }
    }

    /// Whether a lead with this status is still to be won.
    pub fn is_open(self) -> bool {
        self.outcome(false).is_none()
    }
}

impl Default for Status {
    /// Where every lead begins.
    fn default() -> Self {
        Status::New
    }
}

impl Status {
    /// Reads a status or one of its common aliases, whatever the case and separators.
    pub fn parse(text: &str) -> Option<Status> {
        let key = crate::domain::text::fold_key(text);
        Some(match key.as_str() {
            "new" | "open" | "new lead" | "fresh" | "uncontacted" | "not contacted" | "created" => Status::New,
            "contacted" | "attempted" | "attempted to contact" | "in progress" | "working" | "connected" => {
                Status::Contacted
            }
            "qualified" | "sql" | "mql" | "sales qualified" | "marketing qualified" => Status::Qualified,
            "nurturing" | "nurture" => Status::Nurturing,
            "hot" | "hot lead" => Status::Hot,
            "cold" | "cold lead" | "unqualified" | "disqualified" | "lost" | "closed lost" | "dead" => Status::Cold,
            "recruited" | "won" | "closed won" | "converted" | "customer" => Status::Recruited,
            "dnc" | "do not call" | "do not contact" | "donotcall" | "opted out" => Status::Dnc,
            _ => return None,
        })
    }

    /// Whether a lead may go from `self` to `to` without being forced.
    ///
    /// Open statuses move freely except back to `new`; `recruited` is reached from four of them and left only
    /// to `cold`; `dnc` is entered from anywhere and left only by removing the number from the list.
    pub fn may_move_to(self, to: Status) -> bool {
        use Status::*;
        match (self, to) {
            (from, to) if from == to => true,
            (_, Dnc) => true,
            (Dnc, _) => false,
            (Recruited, to) => to == Cold,
            (from, Recruited) => matches!(from, Contacted | Qualified | Nurturing | Hot),
            (_, New) => false,
            _ => true,
        }
    }

    /// Why a lead may not go from `self` to `to`, in words; `None` where it may.
    pub fn rule_against(self, to: Status) -> Option<&'static str> {
        use Status::*;
        match (self, to) {
            _ if self.may_move_to(to) => None,
            (Dnc, _) => Some("dnc is left only when the number is taken off the do-not-call list"),
            (Recruited, _) => Some("recruited is left only to cold"),
            (_, Recruited) => Some("recruited is reached from contacted, qualified, nurturing and hot alone"),
            _ => Some("no lead goes back to new"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MoveRule;
    use super::Status::{self, *};

    #[test]
    fn moves_are_the_documented_table() {
        let open = [New, Contacted, Qualified, Nurturing, Hot, Cold];
        for from in open {
            for to in open {
                assert_eq!(from.may_move_to(to), to != New || from == New, "{from} → {to}");
            }
            assert_eq!(from.may_move_to(Recruited), !matches!(from, New | Cold), "{from} → recruited");
        }
        for &from in Status::ALL {
            assert!(from.may_move_to(Dnc));
            assert_eq!(Dnc.may_move_to(from), from == Dnc);
            assert_eq!(Recruited.may_move_to(from), matches!(from, Cold | Dnc | Recruited));
        }
    }

    #[test]
    fn every_forbidden_move_has_its_rule() {
        for &from in Status::ALL {
            for &to in Status::ALL {
                assert_eq!(from.rule_against(to).is_none(), from.may_move_to(to), "{from} → {to}");
            }
        }
        assert!(Cold.rule_against(Recruited).is_some_and(|rule| rule.contains("reached from")));
        assert!(Hot.rule_against(New).is_some_and(|rule| rule.contains("back to new")));
    }

    #[test]
    fn a_forced_move_may_go_anywhere() {
        for (from, to) in [(Recruited, New), (Qualified, New), (New, Contacted)] {
            assert_eq!(MoveRule::of_flag(false).permits(from, to), from.may_move_to(to));
            assert!(MoveRule::of_flag(true).permits(from, to));
        }
    }

    #[test]
    fn aliases_fold_case_and_separators() {
        assert_eq!(Status::parse(" Closed-Won "), Some(Recruited));
        assert_eq!(Status::parse("DO_NOT_CALL"), Some(Dnc));
        assert_eq!(Status::parse("sleeping"), None);
        for &status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
    }
}
