//! Headers of columns that hold numbers or addresses, but not those by which a lead is reached: they are kept as custom
//! fields without being asked about.

use std::sync::LazyLock;

use super::sections::Sections;
use super::words;

static WORDS: LazyLock<(Vec<String>, Vec<String>)> = LazyLock::new(|| {
    let sections = Sections::of(include_str!("words/extras.txt"));
    (sections.words("fax"), sections.words("keepers"))
});

/// Whether a header names a number or an address of somebody or something else: a fax, or who keeps the record.
pub fn is_known_extra(header: &str) -> bool {
    let (fax, keepers) = &*WORDS;
    let words = words(header);
    let text = format!(" {} ", words.join(" "));
    words.iter().any(|word| fax.contains(word) || word.ends_with("fax"))
        || keepers.iter().any(|keeper| text.contains(&format!(" {keeper} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_of_others() {
        for header in
            ["Fax", "Business Fax", "Telefax", "Created By", "Last Modified By Email", "Assistant's Phone", "Pager"]
        {
            assert!(is_known_extra(header), "{header}");
        }
        for header in ["Phone", "Mobile No", "Reference", "Order"] {
            assert!(!is_known_extra(header), "{header}");
        }
    }
}
