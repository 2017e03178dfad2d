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
    welcomes.retain(|it| is_welcome(core, it, lexicon));
    for welcome in &welcomes {
        if let Some(word) = words.get_mut(welcome.start) {
            word.begins = true;
        }
    }
    welcomes
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
pub(super) fn scope(words: &[Word], asked: &[Match], welcomes: &[Match], lexicon: &Lexicon) -> Option<DncScope> {
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
    match (no_calls, no_texts, texts, calls) {
        _ if asks_more => None,
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
