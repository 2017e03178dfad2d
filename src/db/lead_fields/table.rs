//! The table of a lead's fields.

/// The types that the table names, for those who expand it.
pub(super) mod types {
    pub use crate::db::types::{CivilDate, Json, Uid};
    pub use crate::domain::lead_work::scores::probability::Probability;
    pub use crate::domain::lead_work::territories::Placing;
    pub use crate::domain::leads::consent::{Consent, Temperature};
    pub use crate::domain::leads::status::Status;
    pub use crate::domain::timestamp::Timestamp;
}

/// Hands the columns of `leads` to the macro that is named, in the order of the database. A row is
///
/// ```text
/// /// What the documentation of `Lead` says of it.
/// column: Type, new, text(300), erase(Blank);
/// ```
///
/// - `column` and `Type` are those of `schema.rs`; a column that is missing or out of place does not compile. What the
///   log and lists do with a type is said in `value.rs`, what COPY does in `lead_changes/postgres_copy.rs`; a vocabulary needs
///   nothing there.
/// - `new` when a new lead can have a value in it, `later` when only a change of a stored lead gives it one (a new one
///   gets what the database has for it), `key` when it never changes.
/// - What else is true of it, each optional:
///
/// | word | meaning |
/// |---|---|
/// | `text(MAX)` | a line of text that people fill in, of at most so many characters; filters know it as text |
/// | `value()` | another value that people fill in, and that depends on nothing else |
/// | `contact_time()` | when a lead was contacted: people fill it in, and of several the earliest first and the latest last one counts (`domain/leads/contact.rs`) |
/// | `merged()` | a survivor of a merge takes it over when it has none; true of texts and values without saying |
/// | `part_of("column")` | one value with that column: merged, emptied and undone with it |
/// | `unlogged()` | changes of it are not in the audit log, or not under its name |
/// | `erase(WHAT)` | what an erasure does with it (`domain/erasure/on_erase.rs`): every column of text or JSON says so |
/// | `called("name")` | what people call it in lists, filters and imports, when that is not the column |
/// | `filter(KIND)` | filters can ask for it |
/// | `unsorted()` | lists cannot be sorted by it |
/// | `unlisted()` | it is in no list |
macro_rules! lead_fields {
    ($expand:ident) => {
        $expand! {
            id: i64, key, unlogged(), filter(Number);
            /// Never updated: SQLite would look for every row that refers to the lead, through the whole table for merges.
            #[serde(skip)]
            #[diesel(skip_update)]
            organization_id: i32, key, unlogged(), unlisted();
            uid: Uid, new, unlogged(), unsorted();
            owner_id: Option<i64>, new, merged();
            first_name: Option<String>, new, text(200), erase(Identity);
            last_name: Option<String>, new, text(200), erase(Identity);
            /// E.164.
            phone_number: Option<String>, new, merged(), erase(Identity);
            /// Digits to dial after the call is answered; empty when there is none.
            phone_extension: String, new, part_of("phone_number"), erase(Blank), unsorted();
            /// In normal form: lower case.
            email: Option<String>, new, text(254), erase(Identity), filter(Email);
            company: Option<String>, new, text(300), erase(Blank);
            job_title: Option<String>, new, text(300), erase(Blank);
            website: Option<String>, new, text(2000), erase(Blank);
            linkedin_url: Option<String>, new, text(2000), erase(Blank);
            status: Status, new, erase(Code), filter(Kind::Status);
            status_changed_at: Timestamp, new, unlogged(), called("status_since"), filter(Time);
            /// 0 to 100.
            lead_score: Option<i16>, new, value(), called("score"), filter(Number);
            /// An object of what makes up the score.
            lead_score_factors: Option<Json>, new, part_of("lead_score"), erase(Blank), called("score_factors");
            temperature: Option<Temperature>, new, value(), erase(Code), filter(Word(Temperature::WORDS));
            /// In normal form.
            source: Option<String>, new, text(100), erase(Report), filter(Source);
            source_metadata: Option<Json>, new, part_of("source"), erase(Blank);
            campaign: Option<String>, new, text(200), erase(Report);
            /// In minor units of `currency`.
            value_cents: Option<i64>, new, merged();
            /// ISO 4217.
            currency: Option<String>, new, part_of("value_cents"), erase(Code), filter(Currency);
            consent_status: Consent, new, erase(Code), called("consent"), filter(Word(Consent::WORDS));
            consent_at: Option<Timestamp>, new, part_of("consent_status"), called("consent_since"), filter(Time);
            email_opted_out_at: Option<Timestamp>, new, called("email_opted_out"), filter(Time);
            city: Option<String>, new, text(200), erase(Blank);
            state: Option<String>, new, text(200), erase(Blank);
            postal_code: Option<String>, new, text(20), erase(Blank);
            /// ISO 3166-1 alpha-2.
            country: Option<String>, new, text(2), erase(Blank), filter(Country);
            timezone: Option<String>, new, text(64), erase(Blank);
            /// An object; the log has each of its keys as a field.
            custom_fields: Json, new, unlogged(), erase(Blank);
            external_source: Option<String>, new, text(100), erase(Identity), filter(Exact);
            external_id: Option<String>, new, text(200), part_of("external_source"), erase(Identity), filter(Exact);
            import_id: Option<i64>, new, unlogged(), called("import"), filter(Number);
            first_contacted_at: Option<Timestamp>, new, contact_time(), called("first_contacted"), filter(Time);
            last_contacted_at: Option<Timestamp>, new, contact_time(), called("last_contacted"), filter(Time);
            expected_close_date: Option<CivilDate>, new, value(), filter(Date);
            merged_into_id: Option<i64>, later, unsorted();
            deleted_at: Option<Timestamp>, later, called("deleted");
            created_at: Timestamp, new, unlogged(), called("created"), filter(Time);
            updated_at: Timestamp, new, unlogged(), called("updated"), filter(Time);
            version: i32, later, unlogged(), unsorted();
            /// The first time that somebody tried to reach the lead.
            first_attempted_at: Option<Timestamp>, new, contact_time(), called("first_attempted"), filter(Time);
            last_attempted_at: Option<Timestamp>, new, contact_time(), called("last_attempted"), filter(Time);
            /// The last time that the lead did something itself: a reply, a visit.
            last_engagement_at: Option<Timestamp>, new, contact_time(), called("last_engagement"), filter(Time);
            next_contact_at: Option<Timestamp>, new, value(), called("next_contact"), filter(Time);
            territory_id: Option<i64>, new, merged();
            /// Whether the territories' filters put the lead there, or a person.
            territory_source: Option<Placing>, new, part_of("territory_id"), erase(Code), filter(Word(Placing::WORDS));
            /// What a learned model says; computed, and so in no log but `lead_score_history`.
            win_probability: Option<Probability>, later, unlogged(), filter(Kind::Probability);
        }
    };
}
pub(crate) use lead_fields;

/// The first of two when a new lead can have a value in the column, else the second.
macro_rules! if_new {
    (later { $($yes:tt)* } { $($no:tt)* }) => { $($no)* };
    ($written:ident { $($yes:tt)* } { $($no:tt)* }) => { $($yes)* };
}
pub(crate) use if_new;

/// The first of two when the column changes, else the second.
macro_rules! if_changing {
    (key { $($yes:tt)* } { $($no:tt)* }) => { $($no)* };
    ($written:ident { $($yes:tt)* } { $($no:tt)* }) => { $($yes)* };
}
pub(crate) use if_changing;
