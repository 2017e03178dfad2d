//! Numbers as they were written before their plan changed: the phone library knows nothing of them any more.

use super::E164;
use super::equivalents::other_spellings;

/// Reads an international number that another spelling has replaced: `+52 1 55 1234 5678`.
pub(super) fn read(text: &str) -> Option<E164> {
    let rest = text.strip_prefix('+')?;
    let is_plain = rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')'));
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let number = E164::from_e164(&format!("+{digits}")).filter(|_| is_plain)?;
    (!other_spellings(number).is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_reached_somebody_once_is_read() {
        for (text, number) in [
            ("+52 1 55 1234 5678", "+5215512345678"),
            ("+57 (1) 234-5678", "+5712345678"),
            ("+84 120.123.4567", "+841201234567"),
        ] {
            assert_eq!(read(text).map(|number| number.to_string()).as_deref(), Some(number), "{text}");
        }
        for text in ["52 1 55 1234 5678", "+52 1 55 1234 5678 x9", "+1 21 2555 0142 9", "+", "+52 1 55 1234 567 Bob"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
