//! Registries: what answers for one in the replaced database answers for it in the restored one, too, or nothing does.

use super::{Carried, CarryError, Left, Pair, Who};
use crate::db::models::dnc::registries::dnc_registries::{self, Registry};
use crate::db::models::dnc::registries::dnc_registry_revisions::Revision;
use crate::db::models::dnc::registries::dnc_requirements;
use crate::db::{Database, Stamp};
use crate::ops::dnc::registries::{RegistryError, adopt, drop_registry, limit_age};

/// A registry, and what answers for it.
type Answering = (Registry, Option<Revision>);

/// What is to be done about a registry.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// The same answers on both sides.
    Stay,
    /// What answers there is to answer here.
    Adopt,
    /// Nothing answers there.
    Drop,
    /// Nothing may answer here until a person has loaded it, for this reason.
    Doubt(&'static str),
}

const OTHER_COUNTRY: &str = "the registry of this name in the backup is another country's; drop it and load it again";
const LATER: &str = "the backup has a later list than the database that it replaces; load the list again";
const DAMAGED: &str = "its numbers cannot be read in the replaced database; load the list again";

fn step(there: &Answering, here: Option<&Answering>) -> Step {
    let of_here = here.and_then(|(_, revision)| revision.as_ref());
    match (&there.1, of_here) {
        (None, None) => Step::Stay,
        (None, Some(_)) => Step::Drop,
        (Some(_), _) if here.is_some_and(|(registry, _)| registry.country != there.0.country) => {
            Step::Doubt(OTHER_COUNTRY)
        }
        (Some(_), None) => Step::Adopt,
        (Some(there), Some(here)) => {
            let is_same = |one: &Revision, other: &Revision| {
                (&one.digest, one.as_of, &one.area_codes) == (&other.digest, other.as_of, &other.area_codes)
            };
            match () {
                () if is_same(there, here) => Step::Stay,
                () if here.as_of.0 > there.as_of.0 => Step::Doubt(LATER),
                () => Step::Adopt,
            }
        }
    }
}

/// Goes through the registries of the replaced database.
pub(super) fn carry(
    from: &mut Database,
    to: &mut Database,
    pairs: &[Pair],
    who: &Who,
    carried: &mut Carried,
) -> Result<(), CarryError> {
    let here: Vec<Answering> = to.read_global(dnc_registries::all)?;
    for there in from.read_global(dnc_registries::all).map_err(CarryError::There)? {
        let known = here.iter().find(|(registry, _)| registry.name == there.0.name);
        let name = &there.0.name;
        let Some(stamp) = concerned(to, pairs, name, who)? else { return Ok(()) };
        let mut doubt = None;
        match (step(&there, known), &there.1) {
            (Step::Adopt, Some(revision)) => match adopt(from, to, (&there.0, revision), &stamp) {
                Ok(()) => carried.registries += 1,
                Err(RegistryError::Damaged(_)) => doubt = Some(DAMAGED),
                Err(e) => return Err(e.into()),
            },
            (Step::Drop, _) => {
                drop_registry(to, name, &stamp)?;
                carried.registries += 1;
            }
            (Step::Doubt(why), _) => doubt = Some(why),
            (Step::Stay | Step::Adopt, _) => {}
        }
        if let Some(why) = doubt {
            if known.is_some_and(|(_, revision)| revision.is_some()) {
                drop_registry(to, name, &stamp)?;
            }
            let left = Left {
                organization: "all".to_owned(),
                what: "registries",
                which: name.clone(),
                problem: format!("nothing is loaded of it now: {why}"),
            };
            carried.left.push(left);
        }
        limit_age(to, name, there.0.max_age_days, &stamp)?;
    }
    Ok(())
}

/// In whose log it is written: of an organization that requires the registry, or else of any.
fn concerned(to: &mut Database, pairs: &[Pair], registry: &str, who: &Who) -> Result<Option<Stamp>, CarryError> {
    for pair in pairs {
        let org = pair.here.org_id();
        if to.read(org, |conn| dnc_requirements::of(conn, org, registry))?.is_some() {
            return Ok(Some(who.stamp(org)));
        }
    }
    Ok(pairs.first().map(|pair| who.stamp(pair.here.org_id())))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::db::types::{CivilDate, Json};
    use crate::domain::dnc::registry::{LoadMode, RegistryKind, RevisionState};
    use crate::domain::timestamp::Timestamp;

    fn registry(country: &str, revision: Option<Revision>) -> Answering {
        let registry = Registry {
            id: 1,
            name: "us-national".into(),
            kind: RegistryKind::National,
            country: country.into(),
            calling_code: 1,
            max_age_days: 31,
            current_revision: revision.as_ref().map(|revision| revision.revision),
            version: 1,
        };
        (registry, revision)
    }

    fn revision(day: i8, digest: &str, area_codes: Option<u16>) -> Option<Revision> {
        let at = Timestamp::from_micros(0);
        Some(Revision {
            id: 1,
            registry_id: 1,
            revision: 1,
            state: RevisionState::Complete,
            mode: LoadMode::Full,
            as_of: CivilDate(date(2026, 3, day)),
            area_codes: area_codes.map(|code| Json([code].into_iter().collect())),
            number_count: Some(1),
            rejected_count: 0,
            digest: Some(digest.into()),
            file_name: "list.txt".into(),
            file_sha256: None,
            actor: "ada".into(),
            started_at: at,
            completed_at: Some(at),
        })
    }

    #[test]
    fn only_what_is_the_same_in_all_that_answers_stays() {
        let there = registry("US", revision(4, "a", Some(212)));
        for (here, expected) in [
            (registry("US", revision(4, "a", Some(212))), Step::Stay),
            (registry("US", revision(4, "b", Some(212))), Step::Adopt),
            (registry("US", revision(4, "a", None)), Step::Adopt),
            (registry("US", revision(3, "a", Some(212))), Step::Adopt),
            (registry("US", revision(5, "b", Some(212))), Step::Doubt(LATER)),
            (registry("CA", revision(4, "a", Some(212))), Step::Doubt(OTHER_COUNTRY)),
            (registry("US", None), Step::Adopt),
        ] {
            assert_eq!(step(&there, Some(&here)), expected, "{here:?}");
        }
        assert_eq!(step(&there, None), Step::Adopt);
        assert_eq!(step(&registry("US", None), Some(&there)), Step::Drop);
        assert_eq!(step(&registry("US", None), None), Step::Stay);
    }
}
