//! Leads that may be one person: with the same number or email, with the same name and company, or with the same name and
//! a number in which two neighbouring digits are transposed.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher13};

use crate::db::models::leads::lead_identities::{self, Person};
use crate::db::models::leads::{lead_emails, lead_phones};
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::search::words;

/// Why leads may be one person; each with its score, 0 to 100, among leads of different names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Email,
    Phone,
    Transposed,
    NameAndCompany,
}

impl Reason {
    const ALL: [Reason; 4] = [Reason::Email, Reason::Phone, Reason::Transposed, Reason::NameAndCompany];

    fn in_words(self) -> &'static str {
        match self {
            Reason::Email => "same email",
            Reason::Phone => "same phone",
            Reason::Transposed => "same name, two digits of the phone transposed",
            Reason::NameAndCompany => "same name and company",
        }
    }

    fn score(self) -> u8 {
        match self {
            Reason::Email => 75,
            Reason::Phone => 65,
            Reason::Transposed | Reason::NameAndCompany => 70,
        }
    }

    /// Whether the reason itself says that the names are the same.
    fn has_name(self) -> bool {
        matches!(self, Reason::Transposed | Reason::NameAndCompany)
    }
}

/// What the same name adds to a score.
const SAME_NAME: u8 = 20;
/// What each further reason adds.
const FURTHER_REASON: u8 = 5;
/// The highest score of leads of which only one is live: nothing is left to be merged but a past.
const ONE_LIVE: u8 = 40;

/// Leads that may be one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub score: u8,
    pub reason: String,
    /// By id.
    pub leads: Vec<i64>,
}

/// What is remembered of a lead while all are compared.
struct Known {
    id: i64,
    is_live: bool,
    name: u128,
}

/// The groups among an organization's leads, live and deleted; merged ones are their survivors'. The highest score first.
///
/// # Errors
/// The database cannot be read.
pub fn duplicates(conn: &mut Db, org: OrgId) -> Result<Vec<Group>, DbError> {
    let mut pile = Pile::new();
    lead_identities::each_person(conn, org, |person| pile.add(&person))?;
    lead_emails::each(conn, org, |lead, email| pile.add_email(lead, email))?;
    lead_phones::each(conn, org, |lead, number| pile.add_number(lead, number))?;
    Ok(pile.groups())
}

/// All leads, by what two of them can have in common. Texts are kept as 128-bit hashes with a random key, so that a million
/// leads fit in memory and nobody can prepare a collision.
struct Pile {
    leads: Vec<Known>,
    /// A common thing and the place of a lead in `leads`.
    keys: [Vec<(u128, u32)>; 4],
    /// The numbers of leads with a name, for those with transposed digits.
    numbers: Vec<(u128, u64, u32)>,
    hasher: SipHasher13,
}

impl Pile {
    fn new() -> Pile {
        let (a, b) = Uid::new().0.as_u64_pair();
        Pile {
            leads: Vec::new(),
            keys: Default::default(),
            numbers: Vec::new(),
            hasher: SipHasher13::new_with_keys(a, b),
        }
    }

    fn hash<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> u128 {
        let mut hasher = self.hasher;
        for part in parts {
            hasher.write(part.as_bytes());
            hasher.write_u8(0xFF);
        }
        hasher.finish128().as_u128()
    }

    fn add(&mut self, person: &Person) {
        let place = self.leads.len() as u32;
        let mut name: Vec<String> =
            [&person.first_name, &person.last_name].into_iter().flatten().flat_map(|text| words(text)).collect();
        // `Lovelace, Ada` is the same name.
        name.sort_unstable();
        let has_name = name.len() > 1;
        let name_key = if has_name { self.hash(name.iter().map(String::as_str)) } else { 0 };
        self.leads.push(Known { id: person.id, is_live: person.is_live, name: name_key });
        if let Some(email) = &person.email {
            let key = self.hash([email.as_str()]);
            self.keys[Reason::Email as usize].push((key, place));
        }
        if let Some(digits) = person.phone_number.as_deref().and_then(digits_of) {
            self.keys[Reason::Phone as usize].push((u128::from(digits), place));
            if has_name {
                self.numbers.push((name_key, digits, place));
            }
        }
        let company: Vec<String> = person.company.as_deref().map(words).unwrap_or_default();
        if has_name && !company.is_empty() {
            let key =
                self.hash(name.iter().map(String::as_str).chain(["\u{1}"]).chain(company.iter().map(String::as_str)));
            self.keys[Reason::NameAndCompany as usize].push((key, place));
        }
    }

    /// Adds a further number of a lead that is there already, in the order of ids.
    fn add_number(&mut self, lead: i64, number: &str) {
        if let (Ok(place), Some(digits)) = (self.leads.binary_search_by_key(&lead, |known| known.id), digits_of(number))
        {
            self.keys[Reason::Phone as usize].push((u128::from(digits), place as u32));
        }
    }

    /// Adds a further email of a lead that is there already, in the order of ids.
    fn add_email(&mut self, lead: i64, email: &str) {
        if let Ok(place) = self.leads.binary_search_by_key(&lead, |known| known.id) {
            let key = self.hash([email]);
            self.keys[Reason::Email as usize].push((key, place as u32));
        }
    }

    fn groups(mut self) -> Vec<Group> {
        self.keys[Reason::Transposed as usize] = transposed(std::mem::take(&mut self.numbers));
        let mut reasons: BTreeMap<Vec<u32>, Vec<Reason>> = BTreeMap::new();
        for reason in Reason::ALL {
            let mut keys = std::mem::take(&mut self.keys[reason as usize]);
            keys.sort_unstable();
            keys.dedup();
            for group in keys.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
                let places: Vec<u32> = group.iter().map(|(_, place)| *place).collect();
                if places.iter().any(|place| self.known(*place).is_some_and(|lead| lead.is_live)) {
                    reasons.entry(places).or_default().push(reason);
                }
            }
        }
        let mut groups: Vec<Group> =
            reasons.into_iter().map(|(places, reasons)| self.group(&places, &reasons)).collect();
        groups.sort_unstable_by(|a, b| b.score.cmp(&a.score).then_with(|| a.leads.cmp(&b.leads)));
        groups
    }

    fn known(&self, place: u32) -> Option<&Known> {
        self.leads.get(place as usize)
    }

    fn group(&self, places: &[u32], reasons: &[Reason]) -> Group {
        let members: Vec<&Known> = places.iter().filter_map(|place| self.known(*place)).collect();
        let same_name = members.windows(2).all(|two| two[0].name == two[1].name && two[0].name != 0);
        let live = members.iter().filter(|lead| lead.is_live).count();
        let best = reasons.iter().map(|reason| reason.score()).max().unwrap_or(0);
        let adds_name = same_name && !reasons.iter().any(|reason| reason.has_name());
        let named = if same_name && reasons.iter().any(|reason| !reason.has_name()) { SAME_NAME } else { 0 };
        let further = FURTHER_REASON * u8::try_from(reasons.len().saturating_sub(1)).unwrap_or(0);
        let score = (best + named + further).min(100);
        let mut words: Vec<&str> = reasons.iter().map(|reason| reason.in_words()).collect();
        if adds_name {
            words.push("same name");
        }
        if live == 1 {
            words.push("only one of them is live");
        }
        let mut leads: Vec<i64> = members.iter().map(|lead| lead.id).collect();
        leads.sort_unstable();
        Group { score: if live == 1 { score.min(ONE_LIVE) } else { score }, reason: words.join(", "), leads }
    }
}

fn digits_of(number: &str) -> Option<u64> {
    number.strip_prefix('+')?.parse().ok()
}

/// The pairs of leads with one name whose numbers differ by two neighbouring digits that changed places, each pair under a
/// key of its own.
fn transposed(mut numbers: Vec<(u128, u64, u32)>) -> Vec<(u128, u32)> {
    numbers.sort_unstable();
    let mut pairs = Vec::new();
    for namesakes in numbers.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let by_number: HashMap<u64, u32> = namesakes.iter().map(|(_, number, place)| (*number, *place)).collect();
        for (_, number, place) in namesakes {
            for swapped in swaps(*number).filter(|swapped| swapped > number) {
                if let Some(other) = by_number.get(&swapped) {
                    let key = pairs.len() as u128;
                    pairs.extend([(key, *place), (key, *other)]);
                }
            }
        }
    }
    pairs
}

/// A number with each two different neighbouring digits in turn exchanged.
fn swaps(number: u64) -> impl Iterator<Item = u64> {
    let mut unit = 1;
    std::iter::from_fn(move || {
        while number / unit >= 10 {
            let (low, high) = (number / unit % 10, number / unit / 10 % 10);
            let here = unit;
            unit *= 10;
            if low != high {
                return Some(number - (low * here + high * here * 10) + (high * here + low * here * 10));
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: i64, name: &str, company: &str, phone: &str, email: &str) -> Person {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Person {
            id,
            first_name: text(name),
            last_name: None,
            company: text(company),
            phone_number: text(phone),
            email: text(email),
            is_live: true,
        }
    }

    fn told(people: &[Person]) -> Vec<(u8, String, Vec<i64>)> {
        let mut pile = Pile::new();
        people.iter().for_each(|person| pile.add(person));
        pile.groups().into_iter().map(|group| (group.score, group.reason, group.leads)).collect()
    }

    #[test]
    fn neighbouring_digits_change_places() {
        assert_eq!(swaps(1233).collect::<Vec<_>>(), [1323, 2133]);
        assert_eq!(swaps(7).count(), 0);
    }

    #[test]
    fn exact_and_near_duplicates_with_their_scores() {
        let people = [
            person(1, "Ada Lovelace", "Engines", "+12125550101", "ada@example.com"),
            person(2, "Lovelace, Ada", "ENGINES.", "+12125550110", "ada@example.com"),
            person(3, "Bob", "", "+12125550103", "office@example.com"),
            person(4, "Eve Adams", "", "+12125550104", "office@example.com"),
            person(5, "Eve Adams", "", "+12125550140", ""),
            person(6, "Bob", "Engines", "+12125550106", ""),
        ];
        assert_eq!(
            told(&people),
            [
                (
                    100,
                    "same email, same name, two digits of the phone transposed, same name and company".into(),
                    vec![1, 2]
                ),
                (75, "same email".into(), vec![3, 4]),
                (70, "same name, two digits of the phone transposed".into(), vec![4, 5]),
            ]
        );
    }

    #[test]
    fn further_numbers_and_emails_count_like_the_first() {
        let mut pile = Pile::new();
        pile.add(&person(1, "Ada", "", "+12125550101", "ada@example.com"));
        pile.add(&person(2, "Eve", "", "+12125550102", "eve@example.com"));
        pile.add(&person(3, "Bob", "", "+12125550103", ""));
        for (lead, email) in
            [(1, "ada@example.org"), (2, "ada@example.com"), (2, "eve@example.com"), (3, "ada@example.org")]
        {
            pile.add_email(lead, email);
        }
        let told: Vec<_> = pile.groups().into_iter().map(|group| (group.score, group.reason, group.leads)).collect();
        let email = |leads: [i64; 2]| (75, "same email".to_owned(), leads.to_vec());
        assert_eq!(told, [email([1, 2]), email([1, 3])]);
    }

    #[test]
    fn a_deleted_lead_counts_little_and_two_of_them_nothing() {
        let mut people = [
            person(1, "Ada Lovelace", "", "+12125550101", ""),
            person(2, "Ada Lovelace", "", "+12125550101", ""),
            person(3, "", "", "+12125550103", ""),
            person(4, "", "", "+12125550103", ""),
        ];
        (people[0].is_live, people[2].is_live, people[3].is_live) = (false, false, false);
        assert_eq!(told(&people), [(40, "same phone, same name, only one of them is live".into(), vec![1, 2])]);
    }
}
