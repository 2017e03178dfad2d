//! Lead sources, compared in a normal form so that `Facebook Ads` and `facebook-ads` are one source.

/// The longest normal form, in characters.
pub const MAX_LENGTH: usize = 100;

/// The longest spelling that is kept, in characters.
pub const LONGEST_SPELLING: usize = 200;

/// The normal form of a source's name: lower case, words joined by underscores. Empty when nothing is left.
pub fn normalize(text: &str) -> String {
    crate::domain::text::fold_key(text).replace(' ', "_")
}

/// The key under which the metadata of a lead's source hold how it was written.
const SPELLING: &str = "spelling";

/// What is kept of how a source was written; `None` when it was written in its normal form, or at great length.
pub fn metadata(text: &str) -> Option<serde_json::Value> {
    let text = text.trim();
    (text != normalize(text) && text.chars().count() <= LONGEST_SPELLING).then(|| serde_json::json!({ SPELLING: text }))
}

#[cfg(test)]
mod tests {
    use super::{metadata, normalize};

    #[test]
    fn what_was_written_is_kept() {
        let spelling = |text: &str| metadata(text).map(|kept| kept["spelling"].as_str().unwrap().to_owned());
        assert_eq!(spelling(" Facebook—Ads "), Some("Facebook—Ads".into()));
        assert_eq!((spelling("facebook_ads"), spelling(" web "), spelling("")), (None, None, None));
    }

    #[test]
    fn spellings_meet() {
        for spelling in
            ["Facebook Ads", "facebook-ads", "FACEBOOK  ADS", "facebook_ads", " Facebook—Ads ", "Ｆacebook Ads"]
        {
            assert_eq!(normalize(spelling), "facebook_ads", "{spelling}");
        }
    }
}
