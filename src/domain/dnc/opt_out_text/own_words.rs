//! What a person wrote themselves: a message without what it quotes and without signatures.

use std::sync::LazyLock;

use super::tokens::fold;

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let file = include_str!("words/quotes.txt");
    let section = |name: &str| {
        let mut lines = file.lines().skip_while(|line| *line != format!("[{name}]")).skip(1);
        let lines = lines.by_ref().take_while(|line| !line.starts_with('['));
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(fold).collect()
    };
    Words {
        reactions: section("reactions"),
        wrote: section("wrote"),
        first_person: section("first person"),
        signatures: section("signatures"),
        instructions: section("instructions"),
    }
});

struct Words {
    /// What telephones write before a quoted text that somebody reacted to.
    reactions: Vec<String>,
    /// Verbs of quoting, before a colon.
    wrote: Vec<String>,
    /// Who quotes themselves.
    first_person: Vec<String>,
    /// Beginnings of lines that telephones and programs for mail add.
    signatures: Vec<String>,
    /// Words of a sender's own advice on how to opt out.
    instructions: Vec<String>,
}

const OPENING: [char; 7] = ['“', '"', '«', '„', '「', '‘', '”'];
const CLOSING: [char; 6] = ['”', '"', '»', '“', '」', '’'];

/// A message without quotations.
pub(super) struct Own {
    /// What the writer wrote.
    pub text: String,
    /// What stands below a bar: mostly a signature.
    pub below: String,
}

/// The part of a message that is the writer's own.
pub(super) fn own_words(text: &str) -> Own {
    let (mut own, mut below): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut is_below = false;
    let text = text.replace("\r\n", "\n");
    for line in text.lines() {
        let trimmed = line.trim();
        let key = fold(trimmed);
        if key.starts_with("--") && key.contains(" message") {
            // The message that is answered.
            break;
        }
        // One word may be the writer's, whatever stands before it.
        let is_quoted = trimmed.starts_with('>') && trimmed.split_whitespace().count() > 2;
        let is_bar = !trimmed.is_empty() && trimmed.chars().all(|c| matches!(c, '-' | '—' | '–' | '_'));
        if is_bar && trimmed != "-" {
            is_below = !own.iter().all(|line| line.trim().is_empty());
        } else if is_quoted || WORDS.signatures.iter().any(|known| key.starts_with(known.as_str())) {
            own.push(String::new());
        } else if is_below {
            below.push(line);
        } else {
            own.push(without_quotation(line));
        }
    }
    Own { text: without_footers(without_reactions(own.join("\n"))), below: below.join("\n") }
}

/// A line without what follows `wrote:` in it.
fn without_quotation(line: &str) -> String {
    let quoted = line.match_indices(':').find_map(|(at, _)| {
        let (before, after) = line.split_at_checked(at)?;
        let last = fold(before.split_whitespace().next_back()?);
        let who = before.split_whitespace().rev().nth(1).map(fold).unwrap_or_default();
        let is_own = WORDS.first_person.contains(&who);
        (WORDS.wrote.contains(&last) && !is_own).then_some((before, after.trim_start_matches(':')))
    });
    let Some((_, after)) = quoted else { return line.to_owned() };
    match quotation(after, false) {
        // What follows the closing quote is the writer's again.
        Some((before, _, rest)) if before.trim().is_empty() => rest.to_owned(),
        _ => String::new(),
    }
}

/// A message without the text that somebody reacted to: `Liked “Reply STOP to end”`.
fn without_reactions(text: String) -> String {
    let Some((before, _, rest)) = quotation(&text, true) else { return text };
    let key = fold(before.trim());
    let is_reaction = WORDS.reactions.contains(&key)
        || (key.chars().count() <= 24 && WORDS.reactions.iter().any(|known| key.starts_with(&format!("{known} "))))
        // `👍 to “…”`
        || (key.split_whitespace().count() <= 2 && key.chars().next().is_some_and(|c| u32::from(c) > 0x2190 && !c.is_alphabetic()));
    if is_reaction { rest.to_owned() } else { text }
}

/// A message without quoted advice of the sender: `your "Text STOP to quit" does not work`.
fn without_footers(text: String) -> String {
    let mut own = String::new();
    let mut rest = text.as_str();
    while let Some((before, inside, after)) = quotation(rest, false) {
        own.push_str(before);
        let words: Vec<String> =
            inside.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(fold).collect();
        let is_advice = words.len() > 2 && words.iter().any(|word| WORDS.instructions.contains(word));
        // A message that is nothing but a quotation is the writer's all the same, but for advice: `"Reply STOP to end"`.
        let is_alone = [own.as_str(), before, after].iter().all(|part| part.trim().is_empty());
        let begins_so = words.first().is_some_and(|word| WORDS.instructions.contains(word));
        if !is_advice || is_alone && !begins_so {
            own.push_str(rest.get(before.len()..rest.len() - after.len()).unwrap_or_default());
        }
        own.push(' ');
        rest = after;
    }
    own.push_str(rest);
    own
}

/// The first quotation of a text: what stands before it, in it and behind it. One that nobody closes goes to the end when
/// its quote can only open.
fn quotation(text: &str, is_whole: bool) -> Option<(&str, &str, &str)> {
    let open = text.find(OPENING).filter(|open| {
        // The apostrophe of a word opens nothing.
        !text.get(*open..).is_some_and(|rest| rest.starts_with('‘'))
            || text.get(..*open).is_some_and(|before| !before.ends_with(char::is_alphanumeric))
    })?;
    let (before, quoted) = text.split_at_checked(open)?;
    let mark = quoted.chars().next()?;
    let inside = quoted.get(mark.len_utf8()..)?;
    let ends = |c: char| match mark {
        '"' => c == '"' || c == '”',
        '‘' => c == '’',
        _ => CLOSING.contains(&c) && c != '’',
    };
    let closing = |(close, c): (usize, char)| Some((before, inside.get(..close)?, inside.get(close + c.len_utf8()..)?));
    let mut marks = inside.char_indices().filter(|(_, c)| ends(*c));
    // A quoted message may have quotes in it, and then nothing follows it.
    if let Some((_, quoted, "")) =
        inside.trim_end().char_indices().next_back().filter(|(_, c)| ends(*c)).and_then(closing)
        && is_whole
    {
        return Some((before, quoted, ""));
    }
    match marks.next() {
        Some(mark) => closing(mark),
        None => (mark != '"' && mark != '‘' && mark != '”').then_some((before, inside, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_not_the_writer_s() {
        for text in [
            "Liked “Reply STOP to unsubscribe”",
            "Loved \"Text STOP to end\"",
            "Laughed at “Reply STOP to quit…",
            "Liked “Our \"big\" sale! Reply STOP to quit”",
            "👍 to “ Reply STOP to end ”",
            "Le gustó “Responda ALTO para cancelar”",
            "> Reply STOP to end",
            "You wrote: Reply STOP to end",
            "On Mon, Acme wrote:\n> Reply STOP to end",
            "\"Reply STOP to unsubscribe\"",
            "Sent from my iPhone",
        ] {
            assert_eq!(own_words(text).text.trim(), "", "{text}");
        }
    }

    #[test]
    fn what_the_writer_adds_stays() {
        for (text, own) in [
            ("Liked “Reply STOP to end”\nstop", "stop"),
            ("STOP\n\nSent from my iPhone", "STOP"),
            ("STOP\n--\nBob", "STOP"),
            ("Stop\n> Reply STOP to end", "Stop"),
            ("You wrote: \"Reply STOP\" so STOP", "so STOP"),
            ("\"STOP\"", "\"STOP\""),
            ("I got \"Text STOP to end\", sent \"STOP\", got \"junk\"", "I got  , sent \"STOP\" , got \"junk\""),
            (">STOP", ">STOP"),
            ("As I wrote: stop calling me", "As I wrote: stop calling me"),
            ("don't call me", "don't call me"),
            ("I don’t want ‘offers’", "I don’t want ‘offers’"),
        ] {
            assert_eq!(own_words(text).text.trim(), own, "{text}");
        }
    }
}
