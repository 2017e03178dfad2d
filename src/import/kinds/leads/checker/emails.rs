//! Cells of emails: the lead's own address, and further ones.

use super::Work;
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
                Ok(email) => self.draft.further_emails.push((email.into_string(), self.kind_in(&column).to_owned())),
                Err(problem) => self.email_problem(column.clone(), part, &problem),
            }
        }
    }

    pub(super) fn further_email(&mut self, column: String, text: &str) {
        for (part, read) in email::parse_each(text) {
            match read {
                Ok(email) => self.draft.further_emails.push((email.into_string(), self.kind_in(&column).to_owned())),
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

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::import::row::ProblemKind;

    #[test]
    fn further_emails_are_told_from_the_first() {
        let read = |headers: &[&str], cells: &[&str]| {
            let draft = check(headers, cells, false).draft.unwrap();
            (draft.lead.email.clone().unwrap_or_default(), draft.further_emails)
        };
        let further = |all: &[(&str, &str)]| all.iter().map(|(e, k)| ((*e).into(), (*k).into())).collect::<Vec<_>>();
        let (a, b, c) = ("a@example.com", "b@example.com", "c@example.com");
        for (headers, cells, first, others) in [
            (
                ["Email", "Work Email", "Email 2"],
                ["A@example.com; b@example.com", b, c],
                a,
                further(&[(b, "other"), (c, "other")]),
            ),
            (["Email", "Work Email", "Email 2"], [a, "b@example.com / a@example.com", ""], a, further(&[(b, "work")])),
            (["Email 2", "Email", "Home Email"], [b, a, c], a, further(&[(b, "other"), (c, "home")])),
            // Without a first one, a further one is the first.
            (
                ["Email", "Other Email", "Phone"],
                ["", "b@example.com\nc@example.com", "2125550142"],
                b,
                further(&[(b, "other"), (c, "other")]),
            ),
        ] {
            assert_eq!(read(&headers, &cells), (first.to_owned(), others), "{headers:?} {cells:?}");
        }
        let bad = check(&["Email", "Email 2"], &["a@example.com", "b@example.com; nobody; c@"], true);
        let told: Vec<_> = bad.problems.iter().map(|p| (p.kind, p.column.as_str(), p.value.as_str())).collect();
        let kind = ProblemKind::EmailInvalid;
        assert_eq!(told, [(kind, "Email 2", "nobody"), (kind, "Email 2", "c@")]);
        assert_eq!(bad.draft.unwrap().further_emails, further(&[(b, "other")]));
    }
}
