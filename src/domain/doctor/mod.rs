//! What a look after the database may find, and how bad that is.

pub mod definition;

vocabulary! {
    /// How bad a finding is.
    Severity {
        /// Data is damaged or open to others, or who must not be called may be.
        Critical = "critical",
        /// Something is not as crmctl keeps it, and answers may be wrong by it.
        Error = "error",
        /// It does no harm yet.
        Warning = "warning",
        /// Nothing is wrong: how things are.
        Fact = "fact",
    }
}

vocabulary! {
    /// What is looked at. Each finding has one of these names.
    Subject {
        /// Whether the file is whole: pages that can be read and belong together.
        Integrity = "integrity",
        /// Indexes that lack rows, or are not in use.
        Indexes = "indexes",
        /// Rows that break a CHECK, or lack a value that they must have.
        Constraints = "constraints",
        /// Rows that refer to rows which are not there.
        References = "references",
        /// Migrations that are pending, or of another crmctl.
        Migrations = "migrations",
        /// Tables, columns, indexes, triggers, policies and views, as the migrations made them.
        Schema = "schema",
        /// Whether the role could go past row-level security, or owns the tables.
        Role = "role",
        /// Rights that the role lacks, or has beyond what everyday work needs.
        Rights = "rights",
        /// Whether the status of each lead is the last of its history.
        StatusHistory = "status-history",
        /// Whether the numbers of honoured requests are on the list, unless somebody took them off or their time has come.
        DncList = "dnc-list",
        /// Whether leads with listed numbers are `dnc`, and no others.
        DncStatus = "dnc-status",
        /// Other spellings of listed numbers.
        DncSpellings = "dnc-spellings",
        /// Whether every member of a group lists what one of them lists.
        DncGroups = "dnc-groups",
        /// Registries that must be honoured, and are missing or too old.
        RegistryAge = "registry-age",
        /// Whether the numbers of registries are those that were loaded.
        RegistryNumbers = "registry-numbers",
        /// Loads of registries that never ended.
        RegistryLoads = "registry-loads",
        /// Requests that nobody has decided in time.
        Requests = "requests",
        /// Certificates of scrubs, each of which holds the hash of the one before.
        Certificates = "certificates",
        /// The ledgers of budgets.
        Ledger = "ledger",
        /// Whether the index of searches knows the leads that it has seen.
        SearchIndex = "search-index",
        /// What was erased, and may still be in the files.
        Erasure = "erasure",
        /// How long ago a backup was found sound.
        BackupAge = "backup-age",
        /// Who may read the files.
        Permissions = "permissions",
        /// Whether the disk has room.
        Disk = "disk",
        /// How changes are written: the journal of an embedded database.
        Journal = "journal",
        /// How large the log of an embedded database is.
        Log = "log",
        /// Connections to the server.
        Connections = "connections",
        /// Rows that are dead, and nobody has cleared away.
        DeadRows = "dead-rows",
        /// Settings of the server.
        Settings = "settings",
        /// How large things are.
        Sizes = "sizes",
        /// How much of what is read comes from memory.
        Cache = "cache",
        /// Statements that take long.
        Statements = "statements",
    }
}

vocabulary! {
    /// What one call can mend without losing anything.
    Repair {
        /// Makes missing and changed indexes, triggers, views, policies and functions anew.
        Schema = "schema",
        /// Builds indexes anew.
        Indexes = "indexes",
        /// Writes a row into the history of each lead whose status it does not tell.
        StatusHistory = "status-history",
        /// Writes missing spellings of listed numbers.
        DncSpellings = "dnc-spellings",
        /// Lists in every member of a group what one of them lists.
        DncGroups = "dnc-groups",
        /// Gives up loads of registries that never ended, and takes their numbers away.
        RegistryLoads = "registry-loads",
        /// Lets the index of searches be built anew.
        SearchIndex = "search-index",
        /// Lets nobody but their owner read the files.
        Permissions = "permissions",
        /// Lets changes be written to a log again, brings it into the file of an embedded database, and empties it.
        Log = "log",
    }
}

impl Repair {
    /// Whether it changes rows of organizations, which is written down as the work of somebody.
    pub fn is_of_organizations(self) -> bool {
        match self {
            Repair::StatusHistory
            | Repair::DncSpellings
            | Repair::DncGroups
            | Repair::RegistryLoads
            | Repair::SearchIndex => true,
            Repair::Schema | Repair::Indexes | Repair::Permissions | Repair::Log => false,
        }
    }
}

/// How large a part of the connections of a server may be in use, in percent.
pub const MOST_CONNECTIONS: i64 = 90;

/// How many days a database may be without a backup that was found sound.
pub const MOST_DAYS_WITHOUT_BACKUP: i64 = 7;

/// Whether so many of the rows of a table are dead that it is to be cleared: more than two fifths, and worth the while. The server begins
/// by itself at a fifth (`autovacuum_vacuum_scale_factor`), so these it could not clear.
pub fn are_too_many_dead(dead: i64, live: i64) -> bool {
    dead > 50_000 && dead.saturating_mul(5) > dead.saturating_add(live).saturating_mul(2)
}

/// Whether a log of so many bytes is too large beside a database of so many. SQLite keeps it below 1000 pages unless somebody reads for
/// very long, or a large transaction has left it.
pub fn is_log_too_large(log: u64, database: u64) -> bool {
    log > 64 << 20 && log > database / 2
}

/// Whether so many free bytes are too few for a database: an erasure and a backup write it anew.
pub fn is_room_too_small(free: u64, database: u64) -> bool {
    free < database.saturating_add(database / 4).max(64 << 20)
}

/// Ranges of ids in which a sample is looked at: the newest ones and others spread over all, so many ids at most in all.
pub fn sample_of(first: i64, last: i64, most: i64) -> Vec<(i64, i64)> {
    const RANGES: i64 = 10;
    if last.saturating_sub(first) < most {
        return vec![(first, last)];
    }
    let width = (most / RANGES).max(1);
    let step = (last - first - width) / (RANGES - 1);
    (0..RANGES - 1)
        .map(|place| first + place * step)
        .chain([last - width + 1])
        .map(|from| (from, from + width - 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_repair_mends_a_subject() {
        for repair in Repair::ALL {
            assert!(Subject::from_word(repair.as_str()).is_some(), "{repair}");
        }
    }

    #[test]
    fn limits() {
        assert!(!are_too_many_dead(50_000, 0) && are_too_many_dead(50_001, 0));
        assert!(!are_too_many_dead(400_000, 600_000) && are_too_many_dead(400_001, 600_000));
        assert!(
            !is_log_too_large(64 << 20, 0) && is_log_too_large(65 << 20, 0) && !is_log_too_large(65 << 20, 1 << 30)
        );
        assert!(is_room_too_small(1 << 20, 0) && !is_room_too_small(64 << 20, 0));
        assert!(is_room_too_small(1 << 30, 1 << 30) && !is_room_too_small(2 << 30, 1 << 30));
    }

    proptest! {
        #[test]
        fn a_sample_is_of_the_ids_and_has_the_newest(first in 1_i64..1000, more in 0_i64..3_000_000, most in 10_i64..5000) {
            let last = first + more;
            let ranges = sample_of(first, last, most);
            let ids: i64 = ranges.iter().map(|(from, to)| to - from + 1).sum();
            prop_assert!(ids <= most || ranges.len() == 1 && ids <= most + 1);
            prop_assert!(ranges.iter().all(|(from, to)| first <= *from && from <= to && *to <= last));
            prop_assert_eq!(ranges.last().map(|(_, to)| *to), Some(last));
            prop_assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
