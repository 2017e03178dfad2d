//! The words of leads that a search looks at.

use crate::db::models::leads::lead_search::{self, Searchable, Which};
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::search::{Place, Word, words};

/// Leads with their words, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn of_leads(conn: &mut Db, org: OrgId, which: Which<'_>) -> Result<Vec<(Searchable, Vec<Word>)>, DbError> {
    let mut parts = lead_search::parts(conn, org, which)?;
    let leads = lead_search::searchable(conn, org, which)?;
    let with_words = |lead: Searchable| {
        let parts = parts.remove(&lead.id).unwrap_or_default();
        let words = words_of(&lead, &parts);
        (lead, words)
    };
    Ok(leads.into_iter().map(with_words).collect())
}

fn words_of(lead: &Searchable, parts: &[(Place, String)]) -> Vec<Word> {
    let own = [
        (Place::Name, &lead.first_name),
        (Place::Name, &lead.last_name),
        (Place::Company, &lead.company),
        (Place::Email, &lead.email),
        (Place::Phone, &lead.phone_number),
        (Place::JobTitle, &lead.job_title),
    ];
    let own = own.into_iter().filter_map(|(place, text)| Some((place, text.as_deref()?)));
    let further = parts.iter().map(|(place, text)| (*place, text.as_str()));
    own.chain(further).flat_map(|(place, text)| words(text).into_iter().map(move |word| (place, word))).collect()
}
