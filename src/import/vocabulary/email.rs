//! Headers of columns with email addresses.

use std::sync::LazyLock;

use super::sections::Sections;
use super::{are_made_of, words};

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let sections = Sections::of(include_str!("words/email.txt"));
    Words {
        nouns: sections.words("nouns"),
        beside: sections.words("beside"),
        further: sections.words("further"),
        never: sections.words("never"),
    }
});

struct Words {
    nouns: Vec<String>,
    beside: Vec<String>,
    /// Words that make it an address beside the first.
    further: Vec<String>,
    /// Words beside which it is none.
    never: Vec<String>,
}

/// Which of a person's addresses a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailColumn {
    First,
    Further,
}

/// The column of email addresses that a header names.
pub fn email_column(header: &str) -> Option<EmailColumn> {
    let known = &*WORDS;
    let words = words(header);
    let is_of = |list: &[String], word: &str| list.iter().any(|known| known == word);
    let is_known = |word: &str| {
        is_of(&known.nouns, word) || is_of(&known.beside, word) || is_of(&known.further, word) || is_place(word)
    };
    let has_noun = words.iter().any(|word| is_of(&known.nouns, word) || word.contains("email"));
    if words.iter().any(|word| is_of(&known.never, word)) || !has_noun || !are_made_of(&words, &is_known) {
        return None;
    }
    let is_further = |word: &String| is_of(&known.further, word) || (is_place(word) && word != "1" && word != "1st");
    Some(if words.iter().any(is_further) { EmailColumn::Further } else { EmailColumn::First })
}

fn is_place(word: &str) -> bool {
    matches!(word, "1st" | "2nd" | "3rd" | "4th") || (word.len() == 1 && word.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_what_is_none() {
        for header in [
            "Email",
            "E-mail Address",
            "E-Mail-Adresse",
            "emailaddress",
            "Work Email",
            "Email ID",
            "Correo electrónico",
            "Adresse e-mail",
            "Courriel",
            "E-mail 1 - Value",
            "Электронная почта",
            "メールアドレス",
            "Contact Email",
            "Adres e-mail",
            "What is your email?",
            "PrimaryEmail",
            "Mail",
        ] {
            assert_eq!(email_column(header), Some(EmailColumn::First), "{header}");
        }
        for header in [
            "Email 2",
            "Secondary Email",
            "E-mail 2 - Value",
            "Other email address",
            "Email2",
            "2nd Email",
            "Alternate E-Mail",
            "Other Emails",
            "Additional Email Addresses",
            "Weitere E-Mail",
            "Autre e-mail",
            "Correo secundario",
            "Extra email",
        ] {
            assert_eq!(email_column(header), Some(EmailColumn::Further), "{header}");
        }
        for header in [
            "Email opt out",
            "Email status",
            "Mailing City",
            "Email verified",
            "Email Domain",
            "Address",
            "Owner email",
            "",
            "id",
        ] {
            assert_eq!(email_column(header), None, "{header}");
        }
    }
}
