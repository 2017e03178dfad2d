//! What the lists say of a number. This is the one rule of verdicts: a check of a few numbers and a scrub of a million ask it.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::registries::{Answers, Found, Registries};
use super::scrubs::own_list::OwnList;
use super::scrubs::since::Since;
use crate::db::models::dnc::dnc_bans::{self, ListedBans};
use crate::db::models::dnc::dnc_entries::DncEntry;
use crate::db::models::dnc::registries::required::RequiredList;
use crate::db::models::dnc::{dnc_requests, dnc_spellings};
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::bans::Bans;
use crate::domain::dnc::certificates::{ListState, ListUsed};
use crate::domain::dnc::registry::{Coverage, Shortfall};
use crate::domain::dnc::{Channel, Verdict, codes};
use crate::domain::phone::equivalents::other_spellings;
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{E164, PhoneProblem, plan};
use crate::domain::timestamp::Timestamp;

/// The name of the organization's own list: what the trade calls the internal do-not-call list.
pub const INTERNAL_LIST: &str = codes::INTERNAL;

/// An entry of the organization's own list, with so much of it as whoever asks wants to know.
pub trait Entry {
    fn id(&self) -> i64;
    fn bans(&self) -> Bans;
    /// Whether it is an entry of this very number, not of another spelling.
    fn is_of(&self, number: E164) -> bool;
}

impl Entry for DncEntry {
    fn id(&self) -> i64 {
        self.id
    }

    fn bans(&self) -> Bans {
        DncEntry::bans(self)
    }

    fn is_of(&self, number: E164) -> bool {
        number.to_string() == self.phone_number
    }
}

impl Entry for ListedBans {
    fn id(&self) -> i64 {
        self.id
    }

    fn bans(&self) -> Bans {
        self.bans
    }

    fn is_of(&self, number: E164) -> bool {
        self.number == number
    }
}

/// The lists as of the moment at which they were read.
pub struct Lists<E> {
    org: OrgId,
    channel: Option<Channel>,
    now: Timestamp,
    /// The entries that reach each number.
    listed: FxHashMap<E164, Vec<E>>,
    /// The first request of each number that nobody has decided.
    undecided: FxHashMap<E164, i64>,
    /// The registries that must be honoured.
    registries: Registries,
    /// What they say of the numbers that they were asked about.
    answers: Answers,
    /// What was read as a whole.
    used: Vec<ListUsed>,
}

/// What the lists say of a number.
#[derive(Debug)]
pub struct Judged<'a, E> {
    pub verdict: Verdict,
    pub because: Vec<Because<'a, E>>,
}

/// Why a number is not clear.
#[derive(Debug)]
pub enum Because<'a, E> {
    /// An entry of the own list reaches this number.
    Listed { entry: &'a E, number: E164 },
    /// The request with this id is undecided.
    Undecided(i64),
    /// A registry has this number.
    OnRegistry { list: &'a RequiredList, number: E164 },
    /// A registry that must be honoured cannot say that it has not the number.
    Short { list: &'a RequiredList, shortfall: Shortfall },
    /// A registry that must be honoured was not asked.
    NotAsked { list: &'a RequiredList },
    /// It is no valid number of its plan.
    NotValid,
    /// It cannot be read.
    Unread(&'a PhoneProblem),
}

impl<E> Because<'_, E> {
    /// The reason as programs read it.
    pub fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Because::Listed { .. } => codes::INTERNAL,
            Because::Undecided(_) => codes::UNDECIDED,
            Because::NotValid => codes::NOT_VALID,
            Because::Unread(_) => codes::UNREADABLE,
            Because::OnRegistry { list, .. } => return codes::of_registry(&list.name).into(),
            Because::Short { list, shortfall } => return codes::of_shortfall(shortfall.code(), &list.name).into(),
            Because::NotAsked { list } => return codes::of_shortfall("not_asked", &list.name).into(),
        })
    }
}

impl<E: Entry> Lists<E> {
    /// The lists for one channel, or for any; nothing is known yet of what the own list says of numbers.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn open(conn: &mut Db, org: OrgId, channel: Option<Channel>, now: Timestamp) -> Result<Lists<E>, DbError> {
        let registries = Registries::required(conn, org, now)?;
        let mut undecided = FxHashMap::default();
        for (number, id) in dnc_requests::undecided_numbers(conn, org)? {
            for number in
                E164::from_e164(&number).into_iter().flat_map(|it| std::iter::once(it).chain(other_spellings(it)))
            {
                undecided.entry(number).or_insert(id);
            }
        }
        let (listed, answers) = (FxHashMap::default(), Answers::default());
        Ok(Lists { org, channel, now, listed, undecided, registries, answers, used: Vec::new() })
    }

    /// The registries that must be honoured.
    pub fn registries(&self) -> &[RequiredList] {
        &self.registries.lists
    }

    /// Asks the registries about numbers, and forgets what they said of others.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn ask_registries(&mut self, conn: &mut Db, numbers: &[E164]) -> Result<(), DbError> {
        self.answers = self.registries.ask(conn, numbers)?;
        Ok(())
    }

    /// The same where an earlier scrub was told already that some lists have some numbers not.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn ask_registries_since(
        &mut self,
        conn: &mut Db,
        numbers: &[E164],
        earlier: &Since<'_>,
    ) -> Result<(), DbError> {
        let is_known = |list: &RequiredList, number| earlier.has_not(list, number);
        self.answers = self.registries.ask_but(conn, numbers, is_known)?;
        Ok(())
    }

    /// The registries that have said something of a number: that they have it, or have it not.
    pub fn registries_that_answered(&self, number: E164) -> impl Iterator<Item = &RequiredList> {
        let answered = self.registries.said(&self.answers, number);
        answered.filter_map(|(list, found)| matches!(found, Found::Listed(_) | Found::Clear).then_some(list))
    }

    /// Why a number is not clear by the registries.
    fn of_registries(&self, number: E164) -> impl Iterator<Item = Because<'_, E>> {
        self.registries.said(&self.answers, number).filter_map(|(list, found)| match found {
            Found::Listed(number) => Some(Because::OnRegistry { list, number }),
            Found::Short(shortfall) => Some(Because::Short { list, shortfall }),
            Found::NotAsked => Some(Because::NotAsked { list }),
            Found::Clear => None,
        })
    }

    /// Whether the own list forbids to contact a number, as it was read.
    pub fn is_on_own_list(&self, read: &Result<Reading, PhoneProblem>) -> bool {
        read.as_ref().is_ok_and(|reading| self.entries_of(reading).next().is_some())
    }

    /// The entries that forbid to contact a number, with the number by which each is reached.
    fn entries_of(&self, reading: &Reading) -> impl Iterator<Item = (E164, &E)> {
        let entries = |number| self.listed.get(&number).into_iter().flatten().map(move |entry| (number, entry));
        reading.all().flat_map(entries).filter(|(_, entry)| entry.bans().hold(self.channel, self.now))
    }

    /// What is said of a number, as it was read.
    pub fn judge<'a>(&'a self, read: &'a Result<Reading, PhoneProblem>) -> Judged<'a, E> {
        let reading = match read {
            Ok(reading) => reading,
            Err(problem) => return Judged { verdict: Verdict::Unknown, because: vec![Because::Unread(problem)] },
        };
        let mut entries: Vec<(E164, &E)> = self.entries_of(reading).collect();
        // By the number itself before by another spelling.
        entries.sort_by_key(|(number, entry)| (entry.id(), !entry.is_of(*number)));
        entries.dedup_by_key(|(_, entry)| entry.id());
        let mut because: Vec<Because<'_, E>> =
            entries.into_iter().map(|(number, entry)| Because::Listed { entry, number }).collect();
        let mut short = Vec::new();
        for said in reading.all().flat_map(|number| self.of_registries(number)) {
            match said {
                Because::OnRegistry { .. } => because.push(said),
                _ => short.push(said),
            }
        }
        if !because.is_empty() {
            return Judged { verdict: Verdict::Blocked, because };
        }
        because.extend(short);
        // In doubt whether somebody wishes not to be contacted, nobody may say that they may be.
        let request = reading.all().find_map(|number| self.undecided.get(&number));
        because.extend(request.map(|id| Because::Undecided(*id)));
        if !plan::is_valid(reading.number) {
            because.push(Because::NotValid);
        }
        let verdict = if because.is_empty() { Verdict::Clear } else { Verdict::Unknown };
        Judged { verdict, because }
    }

    fn insert(&mut self, number: E164, entry: E) {
        let entries = self.listed.entry(number).or_default();
        if entries.iter().all(|known| known.id() != entry.id()) {
            entries.push(entry);
        }
    }
}

impl Lists<DncEntry> {
    /// Looks up what the lists say of these numbers; they can be judged then.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn look_up(&mut self, conn: &mut Db, numbers: &[E164]) -> Result<(), DbError> {
        self.ask_registries(conn, numbers)?;
        let numbers: Vec<String> = numbers.iter().map(E164::to_string).collect();
        for reached in dnc_spellings::reaching(conn, self.org, &numbers, self.now)? {
            if let Some(number) = E164::from_e164(&reached.number) {
                self.insert(number, reached.entry);
            }
        }
        Ok(())
    }
}

impl Lists<ListedBans> {
    /// Reads the whole own list; every number can be judged then of which the registries were asked.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn load(&mut self, conn: &mut Db) -> Result<(), DbError> {
        let mut own = OwnList::default();
        self.undecided.keys().for_each(|number| own.add_undecided(*number));
        dnc_bans::each(conn, self.org, self.now, |number, entry| {
            self.insert(number, entry);
            // By the rules of this program, whichever wrote the entry. Each number is a spelling of its spellings.
            if entry.number == number {
                other_spellings(number).into_iter().for_each(|other| self.insert(other, entry));
            }
            own.add(number, &entry);
        })?;
        self.used.push(own.used(self.now));
        self.used.extend(self.registries.lists.iter().map(used_registry));
        Ok(())
    }

    /// The lists by which numbers are judged, for a certificate.
    pub fn used(&self) -> &[ListUsed] {
        &self.used
    }
}

/// A registry for a certificate, loaded or not.
fn used_registry(list: &RequiredList) -> ListUsed {
    let used = ListUsed {
        name: list.name.clone(),
        country: Some(list.country.clone()),
        state: Some(match list.shortfall {
            Some(Shortfall::Missing) => ListState::Missing,
            Some(Shortfall::TooOld { .. }) => ListState::TooOld,
            Some(Shortfall::NotCovered { .. }) | None => ListState::Current,
        }),
        ..ListUsed::default()
    };
    let Some(revision) = &list.revision else { return used };
    ListUsed {
        version: Some(revision.revision.into()),
        as_of: Some(revision.as_of.0.to_string()),
        size: revision.number_count.unwrap_or_default().unsigned_abs(),
        digest: revision.digest.clone().unwrap_or_default(),
        area_codes: match &list.coverage {
            Coverage::Country => None,
            Coverage::AreaCodes(codes) => Some(codes.iter().copied().collect()),
        },
        ..used
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dnc::DncScope;
    use crate::domain::dnc::bans::Terms;

    fn number(text: &str) -> E164 {
        E164::from_e164(text).unwrap()
    }

    fn lists(channel: Option<Channel>) -> Lists<ListedBans> {
        let entry = |id, text: &str, scope| {
            let bans = Terms { scope, expires_at: None }.into();
            (number(text), ListedBans { id, number: number(text), bans })
        };
        let now = Timestamp::from_micros(0);
        let undecided = [(number("+12125550144"), 7)].into_iter().collect();
        let mut lists = Lists {
            org: OrgId(1),
            channel,
            now,
            listed: FxHashMap::default(),
            undecided,
            registries: Registries { lists: Vec::new() },
            answers: Answers::default(),
            used: Vec::new(),
        };
        for (number, entry) in [entry(1, "+12125550142", DncScope::All), entry(2, "+12125550143", DncScope::Texts)] {
            lists.insert(number, entry);
        }
        lists
    }

    fn said(lists: &Lists<ListedBans>, text: &str) -> (Verdict, Vec<Cow<'static, str>>) {
        let read = Ok(Reading::from(number(text)));
        let judged = lists.judge(&read);
        (judged.verdict, judged.because.iter().map(Because::code).collect())
    }

    #[test]
    fn what_is_listed_is_blocked_and_what_is_doubtful_is_not_clear() {
        let any = lists(None);
        assert_eq!(said(&any, "+12125550142"), (Verdict::Blocked, vec![codes::INTERNAL.into()]));
        assert_eq!(said(&any, "+12125550143"), (Verdict::Blocked, vec![codes::INTERNAL.into()]));
        assert_eq!(said(&any, "+12125550144"), (Verdict::Unknown, vec![codes::UNDECIDED.into()]));
        assert_eq!(said(&any, "+12125550145"), (Verdict::Clear, Vec::new()));
        assert_eq!(said(&any, "+11115550145"), (Verdict::Unknown, vec![codes::NOT_VALID.into()]));
        assert_eq!(said(&lists(Some(Channel::Calls)), "+12125550143").0, Verdict::Clear);
        let read = Err(PhoneProblem::TooShort);
        let judged = any.judge(&read);
        assert_eq!(judged.verdict, Verdict::Unknown);
        assert_eq!(judged.because[0].code(), codes::UNREADABLE);
    }

    #[test]
    fn a_number_that_may_be_two_is_clear_only_if_both_are() {
        let lists = lists(None);
        let read = Ok(Reading { number: number("+12125550145"), with_plus: Some(number("+12125550142")) });
        assert_eq!(lists.judge(&read).verdict, Verdict::Blocked);
    }
}
