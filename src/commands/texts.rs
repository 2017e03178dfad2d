//! Texts as arguments.

/// Takes a text of at most so many characters that is not blank.
pub fn within<const MOST: usize>(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("it is empty".into()),
        length if length > MOST => Err(format!("it has {length} characters, and at most {MOST} are kept")),
        _ if text.contains('\0') => Err("it holds the character U+0000".into()),
        _ => Ok(text.to_owned()),
    }
}
