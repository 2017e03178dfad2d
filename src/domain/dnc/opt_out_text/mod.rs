//! Opt-outs in replies: which texts ask not to be contacted, and how certain that is.
//!
//! The words that count by themselves are those of 47 CFR 64.1200(a)(10), in force since 2025-04-11 ("stop", "quit",
//! "end", "revoke", "opt out", "cancel", "unsubscribe"), and "stopall" and "optout", which carriers add. Every other word and
//! phrase is data, by language, in `words/`; docs/opt-outs.md says how well it does.

mod around;
mod lexicon;
mod own_words;
mod pattern;
mod scope;
mod spellings;
mod tokens;
mod typos;

use super::DncScope;
use around::is_qualified;
use lexicon::{LEXICON, Lexicon, Sense};
use pattern::{Match, Word};
use tokens::{Token, as_words, shown};
use typos::Sureness;

vocabulary! {
    /// How certainly a text is an opt-out.
    OptOutClass {
        /// The whole message is a word that counts by itself.
        Certain = "certain",
        /// The message is such a word in another language or spelling, or has a phrase that asks for it.
        Likely = "likely",
        /// A word of an opt-out inside other talk, or a sign of one: a person must decide.
        Review = "review",
        None = "none",
    }
}

/// What a text was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    pub class: OptOutClass,
    /// The words that decided it, in lower case; empty for `none`.
    pub matched: String,
    /// Which contacts it forbids, where it says that the others are welcome; else what the caller takes for granted.
    pub scope: Option<DncScope>,
}

/// Classifies one reply.
pub fn detect(text: &str) -> Detected {
    let own = own_words::own_words(text);
    let detected = detect_own(&own.text);
    if detected.class != OptOutClass::None || own.below.is_empty() {
        return detected;
    }
    // Below a bar stands a signature, or after all a wish.
    let below = detect_own(&own.below);
    Detected { class: below.class.max(OptOutClass::Review), ..below }
}

fn detect_own(own: &str) -> Detected {
    let lexicon = &*LEXICON;
    let tokens = tokens::tokens(own, lexicon);
    let core = without_courtesies(&tokens, lexicon);
    if core.is_empty() {
        // A raised hand or a stop sign alone says something, but not in a word of the rule.
        let sign: String = own.chars().filter(|c| SIGNS.contains(c)).take(1).collect();
        return match sign.is_empty() {
            // Abuse may stand where courtesies do.
            true => in_words(&tokens, lexicon),
            false => found(OptOutClass::Review, &sign),
        };
    }
    if let Some(detected) = whole_keyword(core, lexicon) {
        return detected;
    }
    let whole = in_words(core, lexicon);
    match whole.class {
        OptOutClass::None => in_sentences(core, lexicon),
        _ => whole,
    }
}

/// What the sentences of a message are, each by itself: `I told you before. Never call again`. A person looks at them.
fn in_sentences(core: &[Token], lexicon: &Lexicon) -> Detected {
    let starts = (0..core.len()).filter(|at| *at == 0 || core.get(*at).is_some_and(|token| token.begins));
    let starts: Vec<usize> = starts.chain([core.len()]).collect();
    let sentences = starts.windows(2).filter(|_| starts.len() > 2).filter_map(|pair| match pair {
        [from, to] => core.get(*from..*to),
        _ => None,
    });
    let asks = sentences.map(|sentence| in_words(without_courtesies(sentence, lexicon), lexicon));
    let best = asks.filter(|found| found.class <= OptOutClass::Likely).min_by_key(|found| found.class);
    best.map_or_else(|| found(OptOutClass::None, ""), |best| found(OptOutClass::Review, &best.matched))
}

const SIGNS: [char; 10] = ['🛑', '✋', '⛔', '🚫', '🖕', '📵', '🔕', '🤚', '❌', '👎'];

fn found(class: OptOutClass, matched: &str) -> Detected {
    Detected { class, matched: matched.to_owned(), scope: None }
}

/// The words of a message without courtesies before and after.
fn without_courtesies<'a>(tokens: &'a [Token], lexicon: &Lexicon) -> &'a [Token] {
    let is_courtesy = |token: &&Token| lexicon.courtesies.contains(&token.key);
    let before = tokens.iter().take_while(is_courtesy).count();
    let rest = tokens.get(before..).unwrap_or_default();
    let after = rest.iter().rev().take_while(is_courtesy).count();
    rest.get(..rest.len() - after).unwrap_or_default()
}

/// What a message is that consists of keywords and numbers behind them.
fn whole_keyword(core: &[Token], lexicon: &Lexicon) -> Option<Detected> {
    let keys: Vec<&str> = core.iter().map(|token| token.key.as_str()).collect();
    let mut first = None;
    let (mut class, mut at) = (OptOutClass::Certain, 0);
    while at < keys.len() {
        let Some(keyword) = keys.get(at..).and_then(|rest| lexicon.keyword_at(rest)) else {
            // A number of a campaign, or one that was put in between: `stop 123`, `stop2quit`.
            let is_number = keys.get(at).is_some_and(|key| key.chars().all(|c| c.is_ascii_digit()));
            if !is_number || at == 0 {
                return None;
            }
            class = class.max(OptOutClass::Likely);
            at += 1;
            continue;
        };
        let end = at + keyword.words.len();
        let spelled = core.get(at..end).unwrap_or_default();
        if spelled.iter().skip(1).any(|token| token.begins) && !keyword.is_certain {
            return None;
        }
        class = class.max(match spelled.iter().filter_map(|token| token.mended).max() {
            Some(Sureness::Doubtful | Sureness::Probable) => OptOutClass::Review,
            Some(Sureness::Sure) => OptOutClass::Likely,
            None if keyword.is_certain => OptOutClass::Certain,
            None => OptOutClass::Likely,
        });
        first = first.or_else(|| Some(shown(spelled)));
        at = end;
    }
    first.map(|matched| found(class, &matched))
}

/// What a message is that has other words, too.
fn in_words(core: &[Token], lexicon: &Lexicon) -> Detected {
    let patterns = &lexicon.patterns;
    let is_doubtful = |token: &Token| token.mended == Some(Sureness::Doubtful);
    // In longer talk a word with a wrong letter is rather another word.
    let counts_doubtful = core.len() <= 4;
    let mut words = as_words(core, lexicon);
    for (word, token) in words.iter_mut().zip(core) {
        if is_doubtful(token) && !counts_doubtful {
            word.id = None;
        }
    }
    set_idioms_aside(&mut words, lexicon);
    let unparted = words.clone();
    let welcomes = scope::part_welcomes(core, &mut words, lexicon);
    let matched = |it: &Match| shown(core.get(it.start..it.end).unwrap_or_default());
    const ASKS: [Sense; 3] = [Sense::Likely, Sense::OnlyTexts, Sense::OnlyCalls];
    let mut asked = patterns.find(&words, &ASKS);
    // `Unsubscribe me from texts only` welcomes no texts.
    asked.retain(|it| it.sense == Sense::Likely || !scope::is_object(core, it, lexicon));
    let scope = scope::scope(core, &words, &asked, &welcomes, lexicon);
    let plain = asked.iter().filter(|it| !is_qualified(core, &unparted, it, lexicon));
    if let Some(best) = plain.min_by_key(|it| (it.start, core.len() - it.end)) {
        let is_unsure = |token: &Token| token.mended >= Some(Sureness::Probable);
        let doubtful = core.get(best.start..best.end).unwrap_or_default().iter().any(is_unsure);
        let class = if doubtful { OptOutClass::Review } else { OptOutClass::Likely };
        return Detected { scope, ..found(class, &matched(best)) };
    }
    if let Some(sentence) = keyword_sentence(core, &words, lexicon) {
        return found(OptOutClass::Likely, &sentence);
    }
    let doubtful = patterns.find(&words, &[Sense::Review]);
    let best = asked.iter().chain(&doubtful).max_by_key(|it| (it.end - it.start, std::cmp::Reverse(it.start)));
    // `Don't call, just text`: what is welcome says that the rest is a wish.
    let mut refusals = scope::refusals(&words, lexicon).into_iter().filter(|_| scope.is_some());
    let wish = refusals.find(|it| !is_qualified(core, &unparted, it, lexicon));
    let is_wish = wish.is_some();
    let begins = |it: &Match| it.start == 0 || core.get(it.start).is_some_and(|token| token.begins);
    if let Some(best) = best.or(wish.as_ref().filter(|it| begins(it))) {
        let class = if is_wish { OptOutClass::Likely } else { OptOutClass::Review };
        return Detected { scope, ..found(class, &matched(best)) };
    }
    let keys: Vec<&str> = core.iter().map(|token| token.key.as_str()).collect();
    let inside = (0..core.len()).find_map(|at| {
        let keyword = keys.get(at..).and_then(|rest| lexicon.keyword_at(rest)).filter(|keyword| keyword.is_certain)?;
        let end = at + keyword.words.len();
        let is_idle = words.get(at..end).unwrap_or_default().iter().any(|word| word.idle);
        let spelled = core.get(at..end).unwrap_or_default();
        (!is_idle && (counts_doubtful || !spelled.iter().any(is_doubtful))).then(|| shown(spelled))
    });
    inside.map_or_else(|| found(OptOutClass::None, ""), |word| found(OptOutClass::Review, &word))
}

/// Marks the words of idioms, which no other pattern takes.
fn set_idioms_aside(words: &mut [Word], lexicon: &Lexicon) {
    let idioms = lexicon.patterns.find(words, &[Sense::Idiom]);
    for idiom in idioms {
        words.iter_mut().take(idiom.end).skip(idiom.start).for_each(|word| word.idle = true);
    }
}

/// A sentence that is `stop` or a word like it, at the end of a message or before a name: `I am busy. Stop.`, `STOP. Bob Roe`.
fn keyword_sentence(core: &[Token], words: &[Word], lexicon: &Lexicon) -> Option<String> {
    let mut start = 0;
    while start < core.len() {
        let length = core.iter().skip(start + 1).take_while(|token| !token.begins).count() + 1;
        let sentence = core.get(start..start + length).unwrap_or_default();
        let bare = without_courtesies(sentence, lexicon);
        let is_near_end = core.len() - (start + length) <= 2;
        let is_idle = words.get(start..start + length).unwrap_or_default().iter().any(|word| word.idle);
        if is_near_end
            && !is_idle
            && bare.iter().all(|token| !matches!(token.key.as_str(), "end" | "cancel" | "quit" | "halt"))
        {
            let whole = whole_keyword(bare, lexicon).filter(|whole| whole.class <= OptOutClass::Likely);
            if let Some(whole) = whole {
                return Some(whole.matched);
            }
        }
        start += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CERTAIN: [&str; 11] = [
        "stop",
        "stopall",
        "stop all",
        "quit",
        "end",
        "revoke",
        "opt out",
        "optout",
        "cancel",
        "unsubscribe",
        "unsubscribe all",
    ];

    /// The labelled texts of a file in fixtures/dnc: a label and a text of our own making a line.
    fn examples(file: &str) -> Vec<(String, String)> {
        let path = format!("{}/fixtures/dnc/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|line| {
                let (label, text) = line.split_once('\t').unwrap();
                (label.to_owned(), text.replace("\\n", "\n"))
            })
            .collect()
    }

    #[test]
    fn the_texts_of_the_first_hand() {
        let examples = examples("opt-out-texts.tsv");
        assert!(examples.len() >= 400, "{}", examples.len());
        let wrong: Vec<String> = examples
            .iter()
            .map(|(label, text)| (label, text, detect(text)))
            .filter(|(label, _, found)| found.class.as_str() != *label)
            .map(|(label, text, found)| format!("{label} → {} ({}): {text}", found.class, found.matched))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Nobody who wrote these had seen the rules; docs/opt-outs.md has the whole table.
    #[test]
    fn no_opt_out_of_the_second_hand_is_missed() {
        let examples = examples("opt-out-texts-second-hand.tsv");
        assert!(examples.len() >= 260, "{}", examples.len());
        for (label, text) in examples {
            let found = detect(&text);
            match label.as_str() {
                "opt_out" | "calls_only" | "texts_only" => assert_ne!(found.class, OptOutClass::None, "{text}"),
                "none" => assert!(found.class >= OptOutClass::Review, "{text}: {found:?}"),
                _ => {}
            }
            // Too narrow a scope would leave a number clear.
            let widest = match label.as_str() {
                "calls_only" => Some(DncScope::Calls),
                "texts_only" => Some(DncScope::Texts),
                _ => None,
            };
            assert!(found.scope.is_none() || found.scope == widest || label == "doubtful", "{text}: {found:?}");
        }
    }

    #[test]
    fn a_wish_below_a_bar_is_for_a_person() {
        for (text, class) in [
            ("Hello\n---\nSTOP", OptOutClass::Review),
            ("STOP\n--\nBob", OptOutClass::Certain),
            ("---\nSTOP", OptOutClass::Certain),
            ("Thanks\n--\nBob Roe, Acme", OptOutClass::None),
        ] {
            assert_eq!(detect(text).class, class, "{text}");
        }
    }

    #[test]
    fn which_contacts_a_text_forbids() {
        for (text, scope) in [
            ("Don't call me, text me instead", Some(DncScope::Calls)),
            ("No calls please, texts are fine", Some(DncScope::Calls)),
            ("don't call. Text only!", Some(DncScope::Calls)),
            ("No llamen, mejor mándenme mensajes", Some(DncScope::Calls)),
            ("Bitte nicht anrufen, lieber SMS", Some(DncScope::Calls)),
            ("no more texts, calls are fine", Some(DncScope::Texts)),
            ("Please don't text me, call me instead", Some(DncScope::Texts)),
            ("Stop texting, just call", Some(DncScope::Texts)),
            ("stop texting me", None),
            ("do not call me", None),
            ("Do not call or text this number.", None),
            ("Don't call, text, or email me", None),
            ("dont call me text me or email me ever", None),
            ("Remove me from your list. Don't call, just text my lawyer", None),
            ("Unsubscribe me from texts only", None),
            ("I revoke consent for phone calls only", None),
            ("don't email me, use my phone", None),
        ] {
            assert_eq!(detect(text).scope, scope, "{text}");
        }
    }

    #[test]
    fn every_keyword_counts_by_itself_however_it_is_dressed() {
        for keyword in CERTAIN {
            for dressed in [
                keyword.to_uppercase(),
                format!("{keyword}!!!"),
                format!("  {keyword}. "),
                format!("please {keyword}"),
                format!("{keyword}, thank you 🙏"),
                format!("\"{keyword}\""),
                format!("{keyword} {keyword} {keyword}"),
                format!("{keyword}\n\nSent from my iPhone"),
            ] {
                assert_eq!(detect(&dressed), found(OptOutClass::Certain, keyword), "{dressed}");
            }
        }
    }

    proptest! {
        /// Idioms are set aside (`bus stop`), and nothing else: made-up words make none.
        #[test]
        fn a_keyword_inside_other_talk_is_never_dropped(
            before in "zq[a-z]{1,6}( zq[a-z]{1,6}){0,3}",
            after in "zq[a-z]{1,6}( zq[a-z]{1,6}){0,3}",
        ) {
            for keyword in CERTAIN {
                prop_assert_ne!(detect(&format!("{before} {keyword} {after}")).class, OptOutClass::None);
            }
        }

        #[test]
        fn any_text_has_a_class(text in "\\PC{0,60}") {
            let detected = detect(&text);
            prop_assert_eq!(detected.matched.is_empty(), detected.class == OptOutClass::None);
        }

        /// Spelled letter by letter, in any case, with anything between.
        #[test]
        fn spelled_keywords_are_keywords(keyword in proptest::sample::select(vec!["stop", "quit", "cancel", "unsubscribe", "revoke"]), between in "[ .\\-_*]{1,2}", upper: bool) {
            let letters: Vec<String> = keyword.chars().map(String::from).collect();
            let text = letters.join(&between);
            let text = if upper { text.to_uppercase() } else { text };
            prop_assert!(detect(&text).class <= OptOutClass::Likely, "{}", text);
        }

        /// One wrong letter in a keyword alone is looked at by a person, unless that makes another word.
        #[test]
        fn swapped_letters_are_seen(keyword in proptest::sample::select(vec!["stop", "cancel", "unsubscribe", "revoke", "optout"]), at in 0usize..10) {
            let mut letters: Vec<char> = keyword.chars().collect();
            let at = at % (letters.len() - 1);
            letters.swap(at, at + 1);
            let text: String = letters.into_iter().collect();
            prop_assert_ne!(detect(&text).class, OptOutClass::None, "{}", text);
        }
    }
}
