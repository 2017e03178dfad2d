//! Lead sources, compared in a normal form so that `Facebook Ads` and `facebook-ads` are one source.

/// The longest normal form, in characters.
pub const MAX_LENGTH: usize = 100;

/// The normal form of a source's name: lower case, words joined by underscores. Empty when nothing is left.
pub fn normalize(text: &str) -> String {
    super::text::fold_key(text).replace(' ', "_")
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn spellings_meet() {
        for spelling in
            ["Facebook Ads", "facebook-ads", "FACEBOOK  ADS", "facebook_ads", " Facebook—Ads ", "Ｆacebook Ads"]
        {
            assert_eq!(normalize(spelling), "facebook_ads", "{spelling}");
        }
    }
}
