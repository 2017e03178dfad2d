//! Definitions of constraints, as PostgreSQL writes them out.

/// A definition in the one form of both that PostgreSQL gives it: `BETWEEN` and `AND` are written `((a AND b) AND c)` where a migration made
/// the constraint, and `(a AND b AND c)` where a dump was restored.
pub fn flattened(definition: &str) -> String {
    let operands = operands(definition);
    if operands.len() == 1 {
        return in_groups(definition);
    }
    let flat = operands.into_iter().map(|operand| match enclosed(operand) {
        Some(inner) if self::operands(inner).len() > 1 => flattened(inner),
        _ => in_groups(operand),
    });
    flat.collect::<Vec<_>>().join(AND)
}

const AND: &str = " AND ";

/// The same with each group in parentheses flattened.
fn in_groups(text: &str) -> String {
    let mut flat = String::with_capacity(text.len());
    let mut begin = 0;
    for (from, to) in groups(text) {
        flat.push_str(&text[begin..=from]);
        flat.push_str(&flattened(&text[from + 1..to]));
        begin = to;
    }
    flat.push_str(&text[begin..]);
    flat
}

/// What stands between the `AND`s that stand in no parentheses.
fn operands(text: &str) -> Vec<&str> {
    let (mut found, mut begin) = (Vec::new(), 0);
    let outside = outside(text);
    for (at, _) in text.match_indices(AND).filter(|(at, _)| outside(*at)) {
        found.push(&text[begin..at]);
        begin = at + AND.len();
    }
    found.push(&text[begin..]);
    found
}

/// What stands in the parentheses that a text consists of.
fn enclosed(text: &str) -> Option<&str> {
    match groups(text)[..] {
        [(0, end)] if end + 1 == text.len() => Some(&text[1..end]),
        _ => None,
    }
}

/// Whether a place of a text is in no parentheses and in no quotes.
fn outside(text: &str) -> impl Fn(usize) -> bool {
    let mut inside: Vec<(usize, usize)> = groups(text);
    inside.extend(quotes(text));
    move |at| inside.iter().all(|(from, to)| at < *from || at > *to)
}

/// The outermost parentheses, each with its end; one that is not closed is none.
fn groups(text: &str) -> Vec<(usize, usize)> {
    let quotes = quotes(text);
    let is_quoted = |at: usize| quotes.iter().any(|(from, to)| (*from..=*to).contains(&at));
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for (at, sign) in text.char_indices().filter(|(at, sign)| matches!(sign, '(' | ')') && !is_quoted(*at)) {
        match sign {
            '(' => open.push(at),
            _ => {
                if let (Some(from), true) = (open.pop(), open.is_empty()) {
                    found.push((from, at));
                }
            }
        }
    }
    found
}

/// What stands in quotes of either kind.
fn quotes(text: &str) -> Vec<(usize, usize)> {
    let (mut found, mut begun) = (Vec::new(), None);
    for (at, sign) in text.char_indices().filter(|(_, sign)| matches!(sign, '\'' | '"')) {
        match begun {
            None => begun = Some((at, sign)),
            Some((from, quote)) if quote == sign => {
                found.push((from, at));
                begun = None;
            }
            Some(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restored_constraint_is_the_one_that_was_dumped() {
        // Both by PostgreSQL 15.
        for (made, restored) in [
            (
                "CHECK ((((char_length(username) >= 2) AND (char_length(username) <= 50)) AND (username = lower(username))))",
                "CHECK (((char_length(username) >= 2) AND (char_length(username) <= 50) AND (username = lower(username))))",
            ),
            ("CHECK (((x >= 1) AND (x <= 2)))", "CHECK (((x >= 1) AND (x <= 2)))"),
        ] {
            assert_eq!(flattened(made), restored);
            assert_eq!(flattened(restored), restored);
        }
    }

    #[test]
    fn what_means_something_else_stays_something_else() {
        for [one, other] in [
            ["((a) AND ((b) OR (c)))", "(((a) AND (b)) OR (c))"],
            ["((a) AND (NOT ((b) AND (c))))", "((a) AND (NOT (b)) AND (c))"],
            ["((x = '(a AND b) AND c'))", "((x = 'a AND b AND c'))"],
            ["((a) AND f((b) AND (c)))", "((a) AND f(b) AND (c))"],
        ] {
            assert_ne!(flattened(one), flattened(other), "{one}");
            assert_eq!(flattened(one), one, "there is nothing to flatten");
        }
        for odd in ["", "(", "a)", "(a AND (b", "'(' AND \"(\"", "é AND (ü)"] {
            assert_eq!(flattened(odd), odd);
        }
    }
}
