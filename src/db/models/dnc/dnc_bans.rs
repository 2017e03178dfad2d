//! What the whole list forbids: every entry in force, without its texts, by each spelling that is stored.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::DncScope;
use crate::domain::dnc::bans::{Bans, StoredBans};
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;

/// What an entry forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedBans {
    pub id: i64,
    /// The number of the entry.
    pub number: E164,
    pub bans: Bans,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    phone_number: String,
    #[diesel(sql_type = Text)]
    spelling: String,
    #[diesel(sql_type = Text)]
    scope: DncScope,
    #[diesel(sql_type = Nullable<UtcTimestamp>)]
    expires_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<UtcTimestamp>)]
    calls_expire_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<UtcTimestamp>)]
    texts_expire_at: Option<Timestamp>,
}

const ENTRIES: &str =
    "SELECT id, phone_number, phone_number AS spelling, scope, expires_at, calls_expire_at, texts_expire_at
     FROM dnc_list WHERE organization_id = $1 AND removed_at IS NULL";

const SPELLINGS: &str =
    "SELECT d.id, d.phone_number, s.phone_number AS spelling, d.scope, d.expires_at, d.calls_expire_at,
         d.texts_expire_at
     FROM dnc_spellings s JOIN dnc_list d ON d.organization_id = s.organization_id AND d.id = s.dnc_id
     WHERE s.organization_id = $1 AND d.removed_at IS NULL";

/// Calls `each` with every entry in force at `now` and each number by which it is stored: its own first of all entries, then
/// other spellings.
///
/// # Errors
/// The database cannot be read.
pub fn each(conn: &mut Db, org: OrgId, now: Timestamp, mut each: impl FnMut(E164, ListedBans)) -> Result<(), DbError> {
    let mut take = |row: Row| {
        let Row { id, scope, expires_at, calls_expire_at, texts_expire_at, .. } = row;
        let bans = Bans::from(StoredBans { scope, expires_at, calls_expire_at, texts_expire_at });
        // The database lets nothing but E.164 in.
        let numbers = E164::from_e164(&row.phone_number).zip(E164::from_e164(&row.spelling));
        if let Some((number, spelling)) = numbers.filter(|_| bans.hold(None, now)) {
            each(spelling, ListedBans { id, number, bans });
        }
    };
    for statement in [ENTRIES, SPELLINGS] {
        let statement = diesel::sql_query(statement).bind::<Integer, _>(org.0);
        match conn {
            Db::Sqlite(sqlite) => {
                for row in statement.load_iter::<Row, DefaultLoadingMode>(sqlite)? {
                    take(row?);
                }
            }
            Db::Postgres(pg) => {
                for row in statement.load_iter::<Row, DefaultLoadingMode>(pg)? {
                    take(row?);
                }
            }
        }
    }
    Ok(())
}
