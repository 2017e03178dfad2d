//! Headers of columns that say of their digits that they are no phones: keys, amounts, dates, places.

use std::sync::LazyLock;

use super::phone::names_a_phone;
use super::sections::Sections;
use super::{LONGEST_HEADER, is_made_of, words};

static WORDS: LazyLock<(Vec<String>, Vec<String>)> = LazyLock::new(|| {
    let sections = Sections::of(include_str!("words/other_numbers.txt"));
    (sections.words("words"), sections.words("beside"))
});

/// Whether a header says clearly that its column holds other numbers than phones. What also names a phone does not: `Account phone`.
pub fn holds_other_numbers(header: &str) -> bool {
    if header.len() > LONGEST_HEADER || names_a_phone(header) {
        return false;
    }
    let (known, beside) = &*WORDS;
    let is_known = |word: &str| known.iter().any(|it| it == word);
    // `orderid` and `invoicenumber` are put together; `number` alone says nothing.
    let is_part = |word: &str| is_known(word) || beside.iter().any(|it| it == word);
    words(header).iter().any(|word| is_known(word) || (!is_part(word) && is_made_of(word, &is_part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_amounts_and_dates_are_no_phones() {
        for header in [
            "id",
            "Order",
            "Order ID",
            "orderid",
            "OrderNumber",
            "invoicenumber",
            "Amount",
            "Zip",
            "zip_code",
            "Created At",
            "PLZ",
            "Kundennummer",
            "Datum",
            "Montant",
            "Código postal",
            "Сумма",
            "金額",
            "Latitude",
            "Account No.",
            "DOB",
        ] {
            assert!(holds_other_numbers(header), "{header}");
        }
    }

    #[test]
    fn what_may_be_phones_is_not_said_to_be_none() {
        for header in [
            "",
            "Ph.",
            "home",
            "tel2",
            "Fone",
            "Number",
            "No",
            "Nr.",
            "Contact",
            "Line 1",
            "Alt",
            "X17",
            "Account phone",
            "Fax",
            "Order phone",
            "Mobile id",
            "Name",
            "void",
            "Notes",
            "Data",
            "Fax number",
        ] {
            assert!(!holds_other_numbers(header), "{header}");
        }
    }
}
