//! The order of a funnel's stages.

use std::fmt;
use std::str::FromStr;

use crate::domain::leads::status::Status;

/// The stages of a funnel in their order: at least two statuses, none of them an exit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages(Vec<Status>);

impl Default for Stages {
    fn default() -> Self {
        use Status::*;
        Stages(vec![New, Contacted, Qualified, Nurturing, Hot, Recruited])
    }
}

impl Stages {
    /// The setting that holds an organization's order of stages.
    pub const SETTING: &str = "funnel.stages";

    pub fn iter(&self) -> impl Iterator<Item = Status> + '_ {
        self.0.iter().copied()
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Where a status stands among the stages; `None` when it is none of them.
    pub fn place(&self, status: Status) -> Option<usize> {
        self.0.iter().position(|stage| *stage == status)
    }

    /// The stages, then every other status: all that a lead can enter.
    pub fn then_others(&self) -> Vec<Status> {
        let others = Status::ALL.iter().copied().filter(|status| self.place(*status).is_none());
        self.iter().chain(others).collect()
    }

    /// The stages from which a lead is still to go on: all but the last.
    pub fn open(&self) -> impl Iterator<Item = Status> + '_ {
        self.iter().take(self.count().saturating_sub(1))
    }
}

impl FromStr for Stages {
    type Err = String;

    fn from_str(text: &str) -> Result<Stages, String> {
        let mut stages = Vec::new();
        for word in text.split([',', ' ', '>', '→']).filter(|word| !word.is_empty()) {
            let status: Status = word.parse()?;
            if matches!(status, Status::Cold | Status::Dnc) {
                return Err(format!("`{status}` is an exit of the funnel, not a stage"));
            }
            if stages.contains(&status) {
                return Err(format!("`{status}` stands there twice"));
            }
            stages.push(status);
        }
        match stages.len() {
            0 | 1 => Err("a funnel has at least two stages, such as new,contacted,recruited".to_owned()),
            _ => Ok(Stages(stages)),
        }
    }
}

impl fmt::Display for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Status::as_str).collect();
        f.write_str(&words.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_and_printed() {
        let stages: Stages = "new, Contacted → hot,recruited".parse().unwrap();
        assert_eq!(stages.to_string(), "new,contacted,hot,recruited");
        assert_eq!(stages.to_string().parse(), Ok(stages.clone()));
        assert_eq!((stages.place(Status::Hot), stages.place(Status::Nurturing)), (Some(2), None));
        assert_eq!(stages.then_others().len(), Status::ALL.len());
        assert_eq!(stages.open().last(), Some(Status::Hot));
        assert_eq!(Stages::default().to_string().parse(), Ok(Stages::default()));
        for text in ["", "new", "new,new", "new,cold", "new,dnc", "new,sold"] {
            assert!(text.parse::<Stages>().is_err(), "{text}");
        }
    }
}
