//! Cells of emails: the lead's own address, and further ones.

use super::Work;
use super::phones::kind_of;
use crate::domain::email::{self, EmailProblem};
use crate::import::row::ProblemKind;

impl Work<'_> {
    pub(super) fn email(&mut self, column: String, text: &str) {
        let mut is_first = true;
        for (part, read) in email::parse_each(text) {
            match read {
                Ok(email) if is_first => {
                    is_first = false;
                    self.draft.lead.email = Some(email.into_string());
                }
                Ok(email) => self.draft.further_emails.push((email.into_string(), kind_of(&column).to_owned())),
                Err(problem) => self.email_problem(column.clone(), part, &problem),
            }
        }
    }

    pub(super) fn further_email(&mut self, column: String, text: &str) {
        for (part, read) in email::parse_each(text) {
            match read {
                Ok(email) => self.draft.further_emails.push((email.into_string(), kind_of(&column).to_owned())),
                Err(problem) => self.email_problem(column.clone(), part, &problem),
            }
        }
    }

    /// Each address once; and a row without a first one that has further ones is known by the first of those, where its lead has
    /// none: there it stays a further one.
    pub(super) fn settle_emails(&mut self, promotes: bool) {
        let first = self.draft.lead.email.clone();
        let mut seen = Vec::new();
        self.draft.further_emails.retain(|(email, _)| {
            let is_new = first.as_ref() != Some(email) && !seen.contains(email);
            seen.push(email.clone());
            is_new
        });
        if promotes
            && first.is_none()
            && let Some((email, _)) = self.draft.further_emails.first()
        {
            self.draft.lead.email = Some(email.clone());
            self.draft.of_link.push("email");
        }
    }

    fn email_problem(&mut self, column: String, text: &str, problem: &EmailProblem) {
        let remedy = "correct the address, or empty the cell";
        self.problem(ProblemKind::EmailInvalid, column, text, &problem.to_string(), remedy);
    }
}
