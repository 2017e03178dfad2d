//! Whom a name of an owner means: a user's email, username, or full name where only one user has it.

use std::collections::HashMap;

use crate::domain::text::fold_key;

/// A user who may own leads.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub id: i64,
    pub email: &'a str,
    pub username: Option<&'a str>,
    pub first_name: Option<&'a str>,
    pub last_name: Option<&'a str>,
}

/// The users of an organization by their names.
#[derive(Debug, Clone, Default)]
pub struct Owners {
    by_word: HashMap<String, i64>,
    /// Folded full names, with all who have them.
    by_name: HashMap<String, Vec<i64>>,
}

/// Why a name means nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerProblem {
    Unknown,
    /// So many users have it.
    Ambiguous(usize),
}

impl Owners {
    pub fn of<'a>(users: impl IntoIterator<Item = Named<'a>>) -> Owners {
        let mut owners = Owners::default();
        for user in users {
            for word in [Some(user.email), user.username].into_iter().flatten() {
                owners.by_word.insert(word.to_lowercase(), user.id);
            }
            let names: Vec<&str> = [user.first_name, user.last_name].into_iter().flatten().collect();
            let key = fold_key(&names.join(" "));
            if !key.is_empty() {
                owners.by_name.entry(key).or_default().push(user.id);
            }
        }
        owners
    }

    /// The user that a text means. `Roe, Ann` is `Ann Roe`.
    ///
    /// # Errors
    /// It means nobody, or one of several.
    pub fn find(&self, text: &str) -> Result<i64, OwnerProblem> {
        if let Some(id) = self.by_word.get(&text.trim().to_lowercase()) {
            return Ok(*id);
        }
        let turned = text.split_once(',').map(|(last, first)| format!("{first} {last}"));
        match self.by_name.get(&fold_key(&turned.unwrap_or_else(|| text.to_owned()))).map(Vec::as_slice) {
            Some([one]) => Ok(*one),
            Some(several) => Err(OwnerProblem::Ambiguous(several.len())),
            None => Err(OwnerProblem::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_means_the_one_user_who_has_it() {
        let user = |id, email, first_name, last_name| Named { id, email, username: None, first_name, last_name };
        let owners = Owners::of([
            user(1, "ann@example.com", Some("Ann"), Some("Roe")),
            user(2, "bob@example.com", Some("Bob"), Some("Low")),
            user(3, "bob2@example.com", Some(" bob "), Some("LOW")),
            user(4, "cy@example.com", Some("Cy"), None),
            user(5, "dee@example.com", None, None),
        ]);
        for (text, found) in [
            ("ann@example.com", Ok(1)),
            (" Ann@Example.com ", Ok(1)),
            ("ann  ROE", Ok(1)),
            ("Roe, Ann", Ok(1)),
            ("Bob Low", Err(OwnerProblem::Ambiguous(2))),
            ("bob2@example.com", Ok(3)),
            ("cy", Ok(4)),
            ("Ann", Err(OwnerProblem::Unknown)),
            ("", Err(OwnerProblem::Unknown)),
        ] {
            assert_eq!(owners.find(text), found, "{text}");
        }
    }
}
