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
    let (_, keepers) = &*WORDS;
    let text = format!(" {} ", words(header).join(" "));
    is_fax(header) || keepers.iter().any(|keeper| text.contains(&format!(" {keeper} ")))
}

/// Whether a header or a label names a fax or the like, by which nobody is called.
pub fn is_fax(header: &str) -> bool {
    let (fax, _) = &*WORDS;
    words(header).iter().any(|word| fax.contains(word) || word.ends_with("fax"))
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
        assert!(is_fax("Work Fax") && is_fax("homeFax") && !is_fax("Assistant") && !is_fax("Work"));
        for header in ["Phone", "Mobile No", "Reference", "Order"] {
            assert!(!is_known_extra(header), "{header}");
        }
    }
}
