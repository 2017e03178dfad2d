//! How wide the columns of a table are, and which are left out where there is no room for all.

use super::column::Rank;

/// Spaces between two columns.
pub(super) const GAP: usize = 2;
/// A longer word is broken, so that one does not drive other columns out.
pub(super) const LONGEST_WORD: usize = 24;
/// A text that is set on several lines has room for so much.
const NARROWEST_TEXT: usize = 20;

/// What a column asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// The width of its widest cell, or of its title.
    pub natural: usize,
    /// The width of its longest word; of what is never wrapped that of its widest cell.
    pub longest: usize,
    pub is_wrapped: bool,
    pub rank: Rank,
}

impl Wish {
    /// The width below which the column is rather left out.
    fn least(&self) -> usize {
        match self.is_wrapped {
            true => self.longest.min(LONGEST_WORD).max(self.natural.min(NARROWEST_TEXT)),
            false => self.longest,
        }
    }
}

/// The width of each column, nothing of those that are left out. `None` when not even the keys have room.
pub(super) fn fit(wishes: &[Wish], room: Option<usize>) -> Option<Vec<Option<usize>>> {
    let natural = || wishes.iter().map(|wish| Some(wish.natural)).collect::<Vec<_>>();
    let Some(room) = room else { return Some(natural()) };
    if total(&natural()) <= room {
        return Some(natural());
    }
    let mut widths: Vec<Option<usize>> = wishes.iter().map(|wish| Some(wish.least())).collect();
    let mut left_out = Vec::new();
    while total(&widths) > room {
        let shown = wishes.iter().enumerate().filter(|(place, _)| widths[*place].is_some());
        let goes = shown.min_by_key(|(place, wish)| (wish.rank, std::cmp::Reverse(*place)));
        match goes {
            Some((place, wish)) if wish.rank < Rank::Key => {
                widths[place] = None;
                left_out.push(place);
            }
            _ => return None,
        }
    }
    // Beside what went last, a narrower one that went before may have room again.
    for place in left_out.into_iter().rev() {
        widths[place] = Some(wishes[place].least());
        if total(&widths) > room {
            widths[place] = None;
        }
    }
    share(wishes, &mut widths, room);
    Some(widths)
}

/// Gives the room that is left to the columns that want more, the narrowest first.
fn share(wishes: &[Wish], widths: &mut [Option<usize>], room: usize) {
    for _ in total(widths)..room {
        let wanting = wishes.iter().zip(widths.iter_mut());
        let wanting = wanting.filter_map(|(wish, width)| width.as_mut().filter(|width| **width < wish.natural));
        match wanting.min_by_key(|width| **width) {
            Some(width) => *width += 1,
            None => return,
        }
    }
}

fn total(widths: &[Option<usize>]) -> usize {
    let shown = widths.iter().flatten();
    (shown.clone().sum::<usize>() + GAP * shown.count()).saturating_sub(GAP)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(natural: usize, longest: usize, rank: Rank) -> Wish {
        Wish { natural, longest, is_wrapped: natural != longest, rank }
    }

    #[test]
    fn without_a_width_or_with_enough_of_it_nothing_is_wrapped() {
        let wishes = [wish(5, 5, Rank::Key), wish(90, 8, Rank::Usual)];
        for room in [None, Some(97), Some(200)] {
            assert_eq!(fit(&wishes, room), Some(vec![Some(5), Some(90)]), "{room:?}");
        }
        assert_eq!(fit(&wishes, Some(96)), Some(vec![Some(5), Some(89)]));
    }

    #[test]
    fn the_optional_go_first_the_last_before_the_others_and_keys_never() {
        let wishes = [
            wish(10, 10, Rank::Usual),
            wish(10, 10, Rank::Optional),
            wish(10, 10, Rank::Key),
            wish(10, 10, Rank::Optional),
            wish(10, 10, Rank::Usual),
        ];
        let shown = |room| {
            fit(&wishes, Some(room))
                .map(|widths| widths.iter().map(|width| i32::from(width.is_some())).collect::<Vec<_>>())
        };
        assert_eq!(shown(58), Some(vec![1, 1, 1, 1, 1]));
        assert_eq!(shown(57), Some(vec![1, 1, 1, 0, 1]));
        assert_eq!(shown(45), Some(vec![1, 0, 1, 0, 1]));
        assert_eq!(shown(33), Some(vec![1, 0, 1, 0, 0]));
        assert_eq!(shown(21), Some(vec![0, 0, 1, 0, 0]));
        assert_eq!(shown(9), None);
    }

    #[test]
    fn what_still_has_room_comes_back() {
        let wishes = [
            wish(10, 10, Rank::Key),
            wish(30, 30, Rank::Usual),
            wish(4, 4, Rank::Optional),
            wish(3, 3, Rank::Optional),
        ];
        let shown =
            |room| fit(&wishes, Some(room)).map(|widths| widths.iter().map(Option::is_some).collect::<Vec<_>>());
        assert_eq!(shown(47), Some(vec![true, true, false, true]));
        assert_eq!(shown(41), Some(vec![true, false, true, true]));
    }

    #[test]
    fn texts_share_the_room_and_short_ones_get_theirs() {
        let wishes = [wish(4, 4, Rank::Key), wish(21, 9, Rank::Usual), wish(200, 12, Rank::Usual)];
        assert_eq!(fit(&wishes, Some(80)), Some(vec![Some(4), Some(21), Some(51)]));
        // A word that is longer than any is broken.
        let wishes = [wish(4, 4, Rank::Key), wish(200, 190, Rank::Usual)];
        assert_eq!(fit(&wishes, Some(40)), Some(vec![Some(4), Some(34)]));
    }
}
