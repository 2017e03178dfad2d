//! The row of a lead.

use diesel::prelude::*;
use serde::Serialize;

use super::table::lead_fields;
use super::table::types::*;
use crate::db::OrgId;
use crate::db::schema::leads;

macro_rules! row {
    ($($(#[$meta:meta])* $name:ident: $type:ty, $written:ident $(, $word:ident $given:tt)*;)+) => {
        /// A row of `leads`: the columns of `table.rs`.
        #[derive(Debug, Clone, Default, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
        #[diesel(table_name = leads, treat_none_as_null = true, treat_none_as_default_value = false)]
        pub struct Lead {
            $($(#[$meta])* pub $name: $type,)+
        }
    };
}
lead_fields!(row);

impl Lead {
    /// A lead about which nothing is known yet.
    pub fn blank(org: OrgId, now: Timestamp) -> Lead {
        Lead {
            organization_id: org.0,
            status_changed_at: now,
            created_at: now,
            updated_at: now,
            version: 1,
            ..Lead::default()
        }
    }

    /// Its first and its last name, as far as they are known.
    pub fn full_name(&self) -> Option<String> {
        let names: Vec<&str> = self.first_name.iter().chain(&self.last_name).map(String::as_str).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }
}
