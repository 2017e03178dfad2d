//! Which contacts a wish forbids: "don't call me, text me instead" is about calls.

use super::lexicon::{Lexicon, Sense};
use super::pattern::{Match, Word};
use super::tokens::Token;
use crate::domain::dnc::DncScope;

/// The places that say that a way to contact is welcome. They end what stands before them: `don't call me, text me` forbids no
/// texts, while `don't call, text, or email me` does.
pub(super) fn part_welcomes(core: &[Token], words: &mut [Word], lexicon: &Lexicon) -> Vec<Match> {
    const WELCOMES: [Sense; 2] = [Sense::TextsWelcome, Sense::CallsWelcome];
    let mut welcomes = lexicon.patterns.find(words, &WELCOMES);
    let refusals = refusals(words, lexicon);
    welcomes.retain(|it| is_welcome(core, it, lexicon) && !is_denied(core, it, &refusals, lexicon));
    for welcome in &welcomes {
        if let Some(word) = words.get_mut(welcome.start) {
            word.begins = true;
        }
    }
    welcomes
}

/// Whether what stands before it in its sentence takes a welcome back: `I never said text me instead`.
fn is_denied(core: &[Token], it: &Match, refusals: &[Match], lexicon: &Lexicon) -> bool {
    let begin = core.get(..=it.start).unwrap_or_default().iter().rposition(|token| token.begins).unwrap_or(0);
    let around = lexicon.around.get(it.language);
    let denies = |at: usize| {
        let Some(token) = core.get(at) else { return false };
        let negates = around.is_some_and(|around| around.negations.contains(&token.key));
        (negates || lexicon.denials.contains(&token.key))
            && !refusals.iter().any(|refusal| (refusal.start..refusal.end).contains(&at))
    };
    (begin..it.start).any(denies)
}

/// Whether a message has a keyword apart from these places: `don't call me, text me instead. STOP` asks for everything.
fn has_keyword_beside(core: &[Token], words: &[Word], places: &[&Match], lexicon: &Lexicon) -> bool {
    let keys: Vec<&str> = core.iter().map(|token| token.key.as_str()).collect();
    (0..core.len()).any(|at| {
        let Some(keyword) = keys.get(at..).and_then(|rest| lexicon.keyword_at(rest)) else { return false };
        let end = at + keyword.words.len();
        let is_idle = words.get(at..end).unwrap_or_default().iter().any(|word| word.idle);
        let begins = |at: usize| at == 0 || core.get(at).is_none_or(|token| token.begins || token.after_comma);
        let rest = core.iter().skip(end).take_while(|token| !token.begins);
        let is_alone = begins(at) && rest.take(3).all(|token| lexicon.courtesies.contains(&token.key));
        let is_strong =
            keyword.is_certain && !matches!(keyword.words.as_slice(), [word] if word == "end" || word == "cancel");
        !is_idle && (is_alone || is_strong) && !places.iter().any(|place| place.start < end && at < place.end)
    })
}

fn is_welcome(core: &[Token], it: &Match, lexicon: &Lexicon) -> bool {
    let Some(first) = core.get(it.start) else { return false };
    let connects = |token: &Token| lexicon.connecting.contains(&token.key);
    let before = it.start.checked_sub(1).and_then(|at| core.get(at)).filter(|_| !first.begins);
    let mut after = core.iter().skip(it.end).take_while(|token| !token.begins).take(3);
    let mut sentence = core
        .iter()
        .skip(it.start)
        .enumerate()
        .take_while(|(at, token)| *at == 0 || !token.begins)
        .map(|(_, token)| token);
    let is_apart = first.begins || first.after_comma || before.is_none();
    !before.is_some_and(connects)
        && !after.any(connects)
        && (is_apart || sentence.any(|token| lexicon.instead.contains(&token.key)))
}

/// The scope that a wish names. It is the narrower one only where the other way to contact is welcome in words, and nothing
/// else in the message asks for more.
pub(super) fn scope(
    core: &[Token],
    words: &[Word],
    asked: &[Match],
    welcomes: &[Match],
    lexicon: &Lexicon,
) -> Option<DncScope> {
    let refusals = refusals(words, lexicon);
    let only = |sense| asked.iter().any(|it| it.sense == sense);
    let has =
        |sense| welcomes.iter().any(|it| it.sense == sense && !refusals.iter().any(|refusal| refusal.overlaps(it)));
    let refused = |sense| refusals.iter().any(|it| it.sense == sense);
    let (only_texts, only_calls) = (only(Sense::OnlyTexts), only(Sense::OnlyCalls));
    let no_calls = only_texts || refused(Sense::NoCalls);
    let no_texts = only_calls || refused(Sense::NoTexts);
    let texts = only_texts || has(Sense::TextsWelcome);
    let calls = only_calls || has(Sense::CallsWelcome);
    // `Remove me, and do not call, text me instead` asks for everything.
    let asks_more = asked
        .iter()
        .any(|it| it.sense == Sense::Likely && !refusals.iter().chain(welcomes).any(|part| part.overlaps(it)));
    let places: Vec<&Match> = asked.iter().chain(&refusals).chain(welcomes).collect();
    match (no_calls, no_texts, texts, calls) {
        _ if asks_more || has_keyword_beside(core, words, &places, lexicon) => None,
        (true, false, true, false) => Some(DncScope::Calls),
        (false, true, false, true) => Some(DncScope::Texts),
        _ => None,
    }
}

/// The places that refuse calls or texts.
pub(super) fn refusals(words: &[Word], lexicon: &Lexicon) -> Vec<Match> {
    lexicon.patterns.find(words, &[Sense::NoCalls, Sense::NoTexts])
}

/// Whether `texts only` follows a word such as `from`: it is what the wish is about, not what is welcome.
pub(super) fn is_object(core: &[Token], only: &Match, lexicon: &Lexicon) -> bool {
    let before = only.start.checked_sub(1).and_then(|at| core.get(at));
    let begins = core.get(only.start).is_some_and(|token| token.begins || token.after_comma);
    !begins && before.is_some_and(|token| lexicon.objects.contains(&token.key))
}

#[cfg(test)]
mod tests {
    use super::super::{OptOutClass, detect};
    use crate::domain::dnc::DncScope;

    #[test]
    fn a_keyword_or_a_denial_widens_the_scope() {
        for (text, scope) in [
            ("Don't call me, text me instead. STOP", None),
            ("Don't text me, call me instead. Unsubscribe", None),
            ("STOP! Don't call me, text me instead", None),
            ("no me llame, mejor mándeme mensajes. ALTO", None),
            ("Bitte nicht anrufen, lieber SMS. STOPP", None),
            ("never call me. I never said text me instead", None),
            ("don't call me. I didn't ask you to text me instead", None),
            ("never call me. Nobody said to text me instead", None),
            ("Don't call me, text me instead. Thanks", Some(DncScope::Calls)),
            ("no calls, only text", Some(DncScope::Calls)),
            ("no calls, just texts please", Some(DncScope::Calls)),
            ("no llamadas, solo mensajes", Some(DncScope::Calls)),
            ("no texts, only calls", Some(DncScope::Texts)),
        ] {
            let found = detect(text);
            assert_eq!((found.class, found.scope), (OptOutClass::Likely, scope), "{text}");
        }
    }
}
