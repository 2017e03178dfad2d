//! Headers of columns with phone numbers. They are put together of few words in many ways: `Primary Phone`, `Customer
//! Phone Number`, `Phone 1 - Value`, `Mobile No`, `Telefon geschäftlich`.

use std::sync::LazyLock;

use super::extras::is_fax;
use super::sections::Sections;
use super::{are_made_of, is_made_of, words};

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let sections = Sections::of(include_str!("words/phone.txt"));
    Words {
        nouns: sections.words("nouns"),
        further_nouns: sections.words("further nouns"),
        beside: sections.words("beside"),
        further: sections.words("further"),
    }
});

struct Words {
    /// What a phone is called.
    nouns: Vec<String>,
    /// Phones that are no person's first.
    further_nouns: Vec<String>,
    /// Words beside the noun that leave the number the person's first.
    beside: Vec<String>,
    /// Words that make it a number beside the first.
    further: Vec<String>,
}

/// Which of a person's numbers a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneColumn {
    First,
    Further,
}

/// The column of phone numbers that a header names. Nothing else may be in it: `Phone type` and `Fax` name none.
pub fn phone_column(header: &str) -> Option<PhoneColumn> {
    let known = &*WORDS;
    let words = words(header);
    // `No phone` says that there is none.
    if words
        .first()
        .is_some_and(|word| matches!(word.as_str(), "no" | "not" | "without" | "kein" | "sin" | "sem" | "sans"))
    {
        return None;
    }
    let is_of = |list: &[String], word: &str| list.iter().any(|known| known == word);
    let is_noun = |word: &str| is_of(&known.nouns, word) || is_of(&known.further_nouns, word);
    let is_known =
        |word: &str| is_noun(word) || is_of(&known.beside, word) || is_of(&known.further, word) || is_place(word);
    let holds_noun = |word: &str| known.nouns.iter().any(|noun| noun.len() > 3 && word.contains(noun));
    let has_noun = words.iter().any(|word| is_noun(word) || (holds_noun(word) && is_made_of(word, &is_known)));
    if !has_noun || !are_made_of(&words, &is_known) {
        return None;
    }
    let is_further = |word: &String| {
        let begins = |part: &String| word.starts_with(part.as_str()) && word.len() > part.len();
        is_of(&known.further, word)
            || is_of(&known.further_nouns, word)
            || (is_place(word) && word != "1" && word != "1st")
            || (!is_noun(word) && known.further.iter().any(begins))
    };
    Some(if words.iter().any(is_further) { PhoneColumn::Further } else { PhoneColumn::First })
}

/// Whether a header has a word for phones or faxes, whatever else it says.
pub fn names_a_phone(header: &str) -> bool {
    let known = &*WORDS;
    let names =
        |word: &String| known.nouns.iter().chain(&known.further_nouns).any(|noun| word.starts_with(noun.as_str()));
    is_fax(header) || words(header).iter().any(names)
}

/// The place of a column among its like.
fn is_place(word: &str) -> bool {
    matches!(word, "1st" | "2nd" | "3rd" | "4th") || (word.len() == 1 && word.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_phones() {
        for header in [
            "Phone",
            "phone_number",
            "Mobile No",
            "Mobile Phone Number",
            "Primary Phone",
            "Contact Phone Number",
            "Customer Phone",
            "Phone Number 1",
            "Phone 1 - Value",
            "Phone (mobile)",
            "PhoneNumber",
            "mobilephone",
            "phoneno",
            "Telefone",
            "Celular",
            "Móvil",
            "Tél.",
            "Tél. portable",
            "Telefonnummer",
            "Handy-Nr.",
            "GSM",
            "Numer telefonu",
            "Telefoonnummer",
            "Телефон",
            "Мобильный телефон",
            "電話番号",
            "携帯電話",
            "Número de teléfono",
            "Cellulare",
            "What is your phone number?",
            "WhatsApp Number",
            "Phone1",
            "Tel. privat",
            "Telefon komórkowy",
            "Lead Phone",
        ] {
            assert_eq!(phone_column(header), Some(PhoneColumn::First), "{header}");
        }
    }

    #[test]
    fn further_phones() {
        for header in [
            "Home Phone Number",
            "Work Phone",
            "Company Phone",
            "Phone 2",
            "phone3",
            "Phone 2 - Value",
            "Other Phone",
            "workphone",
            "HomePhone",
            "Telefon geschäftlich",
            "Tél. fixe",
            "Teléfono trabajo",
            "Telefone residencial",
            "Landline",
            "2nd Phone",
            "Mobile Phone 2",
            "Рабочий телефон",
            "Telefoon werk",
            "Direct Phone",
            "Secondary mobile",
        ] {
            assert_eq!(phone_column(header), Some(PhoneColumn::Further), "{header}");
        }
    }

    #[test]
    fn other_columns() {
        for header in [
            "Fax",
            "Phone Type",
            "Phone 1 - Type",
            "Phone Country Code",
            "Phone verified",
            "Telefax",
            "Mobile OS",
            "Number",
            "Home",
            "Hotel",
            "Fone",
            "Calls",
            "Do not phone",
            "SMS",
            "Company",
            "Phone extension",
            "",
            "Saxophone",
            "Last call",
            "Microphone",
            "Mobility",
            "Cell count",
            "Personal",
            "No phone",
            "Cell DNC",
            "Telegram",
            "Contact",
            "pro",
            "手机",
        ] {
            assert_eq!(phone_column(header), None, "{header}");
        }
    }
}
