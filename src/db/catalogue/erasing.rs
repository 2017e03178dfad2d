//! What erases a person on PostgreSQL, as the catalogue says: the one function that writes the tables of erasure and the texts of
//! logs, for the everyday role may not. A migration made it, and `migrate up` makes it anew after each later one.

use super::{Belongs, OnErase, Table, Text, table, tables};
use crate::db::lead_fields::{ABSORBED, FIELDS};

/// The name and the types of the function, as rights name it.
pub const RECORD_ERASURE: &str =
    "record_erasure(bigint[], text, bigint, text, timestamp with time zone, bytea, bytea[], jsonb)";

/// The tables that only an erasure writes.
pub fn tables_of_erasure() -> impl Iterator<Item = &'static Table> {
    tables().filter(|table| table.is_of_erasure())
}

/// The fields whose values stay in the log of an erased lead, for they do not say who it was: those that its tombstone keeps.
pub fn kept_fields() -> Vec<&'static str> {
    let leads = table("leads");
    let is_emptied =
        |field: &str| leads.and_then(|table| table.text(field)).is_some_and(|text| text.on_erase.changes());
    let changing = FIELDS.iter().filter(|field| field.is_changing).map(|field| field.name);
    changing.filter(|field| !is_emptied(field)).chain([ABSORBED]).collect()
}

/// The statement that makes the function, or makes it anew after the catalogue has changed.
pub fn erasing_function() -> String {
    let own = tables().filter_map(own_rows).collect::<String>();
    let opened = || tables().filter(|table| table.opens_for_erasure() && table.erasable().next().is_some());
    let columns = |which: fn(&Text) -> bool| {
        let of = |table: &'static Table| {
            table.erasable().filter(move |text| which(text)).map(|text| format!("{}.{}", table.name, text.name))
        };
        quoted(opened().flat_map(of))
    };
    let versioned = quoted(opened().filter(|table| table.is_versioned()).map(|table| table.name.to_owned()));
    TEMPLATE
        .replace("{own rows}", own.trim_end())
        .replace("{columns}", &columns(|_| true))
        .replace("{JSON columns}", &columns(|text| text.is_json))
        .replace("{versioned tables}", &versioned)
}

fn quoted(words: impl Iterator<Item = String>) -> String {
    words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

/// What is done with the person's own rows of a table.
fn own_rows(table: &Table) -> Option<String> {
    let name = table.name;
    let set = || {
        let emptied = table.erasable().map(|text| {
            let empty = match (text.is_required, text.is_json) {
                (false, _) => "NULL",
                (true, false) => "''",
                (true, true) => "'{}'",
            };
            format!("{} = {empty}", text.name)
        });
        emptied.collect::<Vec<_>>().join(", ")
    };
    match table.belongs {
        Belongs::PartOfLead => Some(format!(
            "    DELETE FROM public.{name} t WHERE t.organization_id = org AND t.lead_id = ANY (lead_ids);\n"
        )),
        Belongs::Lead => Some(format!(
            "    UPDATE public.{name} t SET {},\n        \
             deleted_at = coalesce(t.deleted_at, at_time), updated_at = at_time, version = t.version + 1\n    \
             WHERE t.organization_id = org AND t.id = ANY (lead_ids);\n",
            set()
        )),
        Belongs::AboutLead => {
            let is_said: Vec<String> = table.erasable().map(|text| format!("t.{} IS NOT NULL", text.name)).collect();
            let mut which =
                format!("t.organization_id = org AND t.lead_id = ANY (lead_ids) AND ({})", is_said.join(" OR "));
            if table.erasable().any(|text| text.on_erase == OnErase::Value) {
                let kept = quoted(kept_fields().into_iter().map(str::to_owned));
                which.push_str(&format!("\n        AND t.field_name NOT IN ({kept})"));
            }
            Some(format!(
                "    INSERT INTO public.erased_rows (organization_id, table_name, row_id, lead_id)\n    \
                 SELECT org, '{name}', t.id, t.lead_id FROM public.{name} t WHERE {which}\n    \
                 ON CONFLICT DO NOTHING;\n    \
                 UPDATE public.{name} t SET {}\n    WHERE {which};\n",
                set()
            ))
        }
        Belongs::Mentioned | Belongs::Nobody | Belongs::AboutNumber => None,
    }
}

impl Table {
    /// Whether it records erasures.
    pub(super) fn is_of_erasure(&self) -> bool {
        super::erasure::TABLES.iter().any(|table| table.name == self.name)
    }
}

/// The function without what follows from the catalogue.
const TEMPLATE: &str = include_str!("erasing.sql");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_what_a_tombstone_keeps() {
        let kept = kept_fields();
        for field in ["status", "consent_status", "owner_id", "value_cents", "source", "deleted_at", ABSORBED] {
            assert!(kept.contains(&field), "{field}");
        }
        for field in ["first_name", "email", "phone_number", "city", "custom_fields", "external_id"] {
            assert!(!kept.contains(&field), "{field}");
        }
    }

    #[test]
    fn the_function_does_what_the_catalogue_says() {
        let function = erasing_function();
        for said in [
            "DELETE FROM public.lead_notes t",
            "first_name = NULL",
            "custom_fields = '{}'",
            "SELECT org, 'lead_status_history', t.id, t.lead_id",
            "'dnc_checks.reasons'",
            "'dnc_list.removal_reason'",
        ] {
            assert!(function.contains(said), "{said}: {function}");
        }
        for not in ["'dnc_list.phone_number'", "lead_audit_log.actor", "{own", "{columns", "{JSON", "{versioned"] {
            assert!(!function.contains(not), "{not}: {function}");
        }
    }
}
