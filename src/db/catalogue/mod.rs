//! The catalogue of tables: for each one who its rows belong to, how it is written, and what the erasure of a person does with
//! each of its texts. What follows from that is derived, never listed again: `lead erase` (`ops/erasure`), the rights of the
//! everyday role ([`grants`]), the tests of row-level security, append-only tables and tenancy, and docs/data-model.md.
//!
//! A migration makes a table; `tests/schema` fails until it stands here, with every text column.

mod access;
mod audit;
mod backups;
mod dnc;
mod erasing;
mod erasure;
mod grants;
mod imports;
mod lead_work;
mod leads;
mod money;
mod segments;

pub use crate::domain::erasure::on_erase::OnErase;
pub use erasing::{RECORD_ERASURE, erasing_function, kept_fields, tables_of_erasure};
pub use grants::grants;

/// A table of both engines.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    /// What its rows are.
    pub about: &'static str,
    pub tenant: Tenant,
    pub writes: Writes,
    /// The columns that tell a row from the others of its organization.
    pub key: &'static [&'static str],
    /// The column by which a person knows a row; its key when there is none.
    pub label: Option<&'static str>,
    pub belongs: Belongs,
    /// Each column of text or JSON.
    pub texts: &'static [Text],
}

/// Whose rows a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenant {
    /// The tenants themselves: everyone sees all rows.
    Everyone,
    /// Each row is one organization's, by `organization_id`; PostgreSQL guards it with row-level security.
    Organization,
}

/// How rows are written. Triggers of the database hold this, and the rights of the everyday role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Rows change; whether they may be deleted, too.
    Editable { delete: bool },
    /// Rows change, and a trigger refuses to delete one.
    Kept,
    /// Rows are closed once, or forbid more than before; their texts change for an erasure only, and none is deleted.
    Ratcheted,
    /// Rows never change, but for texts that an erasure takes a person out of.
    AppendOnly,
    /// Rows change once, when they are decided.
    DecidedOnce,
}

/// How the rows of a table belong to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// They are about other things, in which a person may be mentioned: a surname alone is reported, too.
    Mentioned,
    /// They are about the organization and its own people.
    Nobody,
    /// A row is a lead.
    Lead,
    /// A row is a part of the lead `lead_id`, and goes with it.
    PartOfLead,
    /// A row tells of the lead `lead_id`, and stays for what is counted.
    AboutLead,
    /// A row tells of the number `phone_number`, which the law wants kept.
    AboutNumber,
}

/// A column of text or JSON.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    pub name: &'static str,
    pub is_json: bool,
    /// Whether it is never NULL: an empty one is then an empty text or object.
    pub is_required: bool,
    pub on_erase: OnErase,
}

const fn text(name: &'static str, on_erase: OnErase) -> Text {
    Text { name, is_json: false, is_required: false, on_erase }
}

const fn json(name: &'static str, on_erase: OnErase) -> Text {
    Text { name, is_json: true, is_required: false, on_erase }
}

/// Who did something: what a log is for.
const ACTOR: OnErase = OnErase::Kept("who did it is what the record is for");

/// The tables by area, parents before children: rows can be copied in this order.
pub const AREAS: &[(&str, &[Table])] = &[
    ("access", access::TABLES),
    ("imports", imports::TABLES),
    ("audit", audit::TABLES),
    ("territories", lead_work::territories::TABLES),
    ("pools", lead_work::pools::TABLES),
    ("leads", leads::TABLES),
    ("segments", segments::TABLES),
    ("scores", lead_work::scores::TABLES),
    ("next", lead_work::next::TABLES),
    ("dnc", dnc::TABLES),
    ("money", money::TABLES),
    ("erasure", erasure::TABLES),
    ("backups", backups::TABLES),
];

/// All tables, parents before children.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    AREAS.iter().flat_map(|(_, tables)| tables.iter())
}

/// The table with this name.
pub fn table(name: &str) -> Option<&'static Table> {
    tables().find(|table| table.name == name)
}

impl Table {
    /// The column of text or JSON with this name.
    pub fn text(&self, name: &str) -> Option<&'static Text> {
        self.texts.iter().find(|text| text.name == name)
    }

    /// Whether its rows count their changes in `version` and `updated_at`.
    pub fn is_versioned(&self) -> bool {
        !self.is_log() && self.belongs != Belongs::PartOfLead && !self.texts.is_empty()
    }

    /// Whether its rows never change but for an erasure.
    pub fn is_log(&self) -> bool {
        matches!(self.writes, Writes::AppendOnly | Writes::DecidedOnce)
    }

    /// Whether its texts change for an erasure only, which has to name the row.
    pub fn opens_for_erasure(&self) -> bool {
        self.is_log() || self.writes == Writes::Ratcheted
    }

    /// The columns that an erasure may change.
    pub fn erasable(&self) -> impl Iterator<Item = &'static Text> {
        self.texts.iter().filter(|text| text.on_erase.changes())
    }
}
