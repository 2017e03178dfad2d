//! Lead sources, compared in a normal form so that `Facebook Ads` and `facebook-ads` are one source.

/// The longest normal form, in characters.
pub const MAX_LENGTH: usize = 100;

/// The longest spelling that is kept, in characters.
pub const LONGEST_SPELLING: usize = 200;

/// What is wrong with a name of which no normal form is left, to be read after the name, and what a person can do.
pub const PROBLEM: &str = "names no source";
pub const REMEDY: &str = "a name has letters or digits";

/// The normal form of a source's name: lower case, words joined by underscores. Empty when nothing is left: signs alone are
/// no name.
pub fn normalize(text: &str) -> String {
    crate::domain::text::fold_key(text).replace(' ', "_")
}

/// All normal forms that are the same as this one in another case; `None` where they cannot be counted.
pub fn same(normal: &str) -> Option<Vec<String>> {
    /// Each doubles the forms.
    const MOST: usize = 4;
    // NFKC and lower case leave one form of all other ASCII letters.
    if !normal.is_ascii() || normal.matches("ss").count() > MOST {
        return None;
    }
    let mut forms = vec![String::new()];
    for (place, part) in normal.split("ss").enumerate() {
        if place > 0 {
            let written = |between: &'static str| forms.iter().map(move |form| form.clone() + between);
            forms = written("ss").chain(written("ß")).collect();
        }
        forms.iter_mut().for_each(|form| form.push_str(part));
    }
    Some(forms)
}

/// The key under which the metadata of a lead's source hold how it was written.
const SPELLING: &str = "spelling";

/// The longest parameter of a link that is kept, in characters.
pub const LONGEST_PARAMETER: usize = 500;

/// The parameters of a link among the metadata of a source.
pub fn link_parameters(metadata: Option<&serde_json::Value>) -> impl Iterator<Item = (&String, &serde_json::Value)> {
    metadata.and_then(serde_json::Value::as_object).into_iter().flatten().filter(|(key, _)| *key != SPELLING)
}

/// The metadata of a lead's source when it becomes another one: the parameters of links as they are stored, the spelling as it is
/// said. `None` when nothing is left.
pub fn respelled(stored: Option<&serde_json::Value>, said: Option<&serde_json::Value>) -> Option<serde_json::Value> {
    let mut metadata: serde_json::Map<String, serde_json::Value> =
        link_parameters(stored).map(|(key, value)| (key.clone(), value.clone())).collect();
    if let Some(spelling) = said.and_then(|said| said.get(SPELLING)) {
        metadata.insert(SPELLING.to_owned(), spelling.clone());
    }
    (!metadata.is_empty()).then_some(metadata.into())
}

/// What is kept of how a source was written; `None` when it was written in its normal form, or at great length.
pub fn metadata(text: &str) -> Option<serde_json::Value> {
    let text = text.trim();
    (text != normalize(text) && text.chars().count() <= LONGEST_SPELLING).then(|| serde_json::json!({ SPELLING: text }))
}

#[cfg(test)]
mod tests {
    use super::{metadata, normalize, same};

    #[test]
    fn what_was_written_is_kept() {
        let spelling = |text: &str| metadata(text).map(|kept| kept["spelling"].as_str().unwrap().to_owned());
        assert_eq!(spelling(" Facebook—Ads "), Some("Facebook—Ads".into()));
        assert_eq!((spelling("facebook_ads"), spelling(" web "), spelling("")), (None, None, None));
    }

    #[test]
    fn forms_that_only_case_tells_apart() {
        assert_eq!(same("web"), Some(vec!["web".to_owned()]));
        assert_eq!(
            same("cross_press"),
            Some(["cross_press", "croß_press", "cross_preß", "croß_preß"].map(str::to_owned).to_vec())
        );
        assert_eq!((same("straße"), same("οδος"), same(&"ss_".repeat(9))), (None, None, None));
        for normal in ["web", "wordpress", "sss", "business"] {
            let key = crate::domain::text::fold_case(normal);
            assert!(same(normal).unwrap().iter().all(|form| crate::domain::text::fold_case(form) == key), "{normal}");
        }
    }

    #[test]
    fn spellings_meet() {
        for spelling in
            ["Facebook Ads", "facebook-ads", "FACEBOOK  ADS", "facebook_ads", " Facebook—Ads ", "Ｆacebook Ads"]
        {
            assert_eq!(normalize(spelling), "facebook_ads", "{spelling}");
        }
    }

    #[test]
    fn marks_tell_sources_apart() {
        for (one, other) in [("ข่าว", "ข้าว"), ("தமிழ்", "தமிழ"), ("कम", "कर्म"), ("İzmir", "i zmir"), ("İzmir", "Izmir")]
        {
            assert_ne!(normalize(one), normalize(other));
        }
        for (name, normal) in
            [("ข่าว สด", "ข่าว_สด"), ("हिन्दी विज्ञापन", "हिन्दी_विज्ञापन"), ("İzmir", "i\u{307}zmir"), ("★ web ★", "web")]
        {
            assert_eq!(normalize(name), normal);
        }
        for signs in ["★", "—", "🔥🔥", "\u{301}", "?", " ★\u{fe0f} "] {
            assert_eq!(normalize(signs), "", "{signs}");
        }
    }
}
