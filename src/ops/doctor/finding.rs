//! What a check finds.

use serde::Serialize;

use super::Scope;
use crate::db::DbError;
use crate::db::models::access::organizations::Organization;
use crate::domain::doctor::{Repair, Severity, Subject};

/// Something that is wrong, or with [`Severity::Fact`] how something is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub name: Subject,
    pub severity: Severity,
    /// The slug of the organization that it is about; `None` of the whole database.
    pub organization: Option<String>,
    pub message: String,
    /// The words of the call that mends it, as a shell is given them; none where a person has to find out more.
    #[serde(skip)]
    pub mended_by: Vec<String>,
}

impl Finding {
    pub(super) fn new(name: Subject, severity: Severity, message: impl Into<String>) -> Finding {
        Finding { name, severity, organization: None, message: message.into(), mended_by: Vec::new() }
    }

    /// How something is.
    pub(super) fn fact(name: Subject, message: impl Into<String>) -> Finding {
        Finding::new(name, Severity::Fact, message)
    }

    /// Says which call mends it.
    pub(super) fn mended_by<S: Into<String>>(self, words: impl IntoIterator<Item = S>) -> Finding {
        Finding { mended_by: words.into_iter().map(Into::into).collect(), ..self }
    }

    /// Says that a repair of ours mends it.
    pub(super) fn repaired_by(self, repair: Repair) -> Finding {
        self.mended_by(["crmctl", "doctor", "--fix", repair.as_str()])
    }

    /// Says whose it is; a call of ours names the organization where there are several.
    pub(super) fn of(mut self, org: &Organization, scope: &Scope) -> Finding {
        let is_ours = self.mended_by.first().is_some_and(|program| program == "crmctl");
        if is_ours && scope.has_several {
            self.mended_by.extend(["--org".to_owned(), org.slug.clone()]);
        }
        Finding { organization: Some(org.slug.clone()), ..self }
    }
}

/// How a list goes on that names a few only.
pub(super) fn some_of(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What it means that a check could not be made, by this role of PostgreSQL.
pub(super) fn of_error(subject: Subject, error: &DbError, role: &str) -> Finding {
    match error {
        DbError::Damaged { reason, .. } => damaged(reason),
        DbError::NotADatabase(_) => damaged("it is no database any more"),
        DbError::PermissionDenied(_) => {
            let message = format!("the role may not look ({subject}): {error}");
            let finding = Finding::new(Subject::Rights, Severity::Error, message);
            finding.mended_by(["crmctl", "migrate", "up", "--app-role", role])
        }
        other => Finding::new(subject, Severity::Error, format!("this cannot be looked at: {other}")),
    }
}

/// Pages that do not belong together.
pub(super) fn damaged(reason: &str) -> Finding {
    let message = format!("the file is damaged: {reason}; go back to the last backup");
    Finding::new(Subject::Integrity, Severity::Critical, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (1..=7).map(|n| n.to_string()).collect();
        assert_eq!(some_of(&names[..5]), "1, 2, 3, 4, 5");
        assert_eq!(some_of(&names), "1, 2, 3, 4, 5 and 2 more");
    }
}
