//! The catalogue of tables names every table and every text of the live schemas, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crmctl::db::catalogue::{Belongs, Tenant, table, tables};
use crmctl::domain::audit::entity::Entity;

use crate::columns::{of_postgres, of_sqlite};
use crate::keys;
use crate::live::ask_postgres;

#[test]
fn every_table_has_an_entry() {
    let entries: BTreeSet<String> = tables().map(|table| table.name.to_owned()).collect();
    assert_eq!(entries.len(), tables().count(), "a table stands in the catalogue twice");
    for (engine, live) in [("SQLite", of_sqlite()), ("PostgreSQL", of_postgres())] {
        let live: BTreeSet<String> = live.into_keys().collect();
        let missing: Vec<_> = live.difference(&entries).collect();
        assert!(missing.is_empty(), "src/db/catalogue/ lacks tables that {engine} has: {missing:?}");
        let gone: Vec<_> = entries.difference(&live).collect();
        assert!(gone.is_empty(), "{engine} lacks tables of src/db/catalogue/: {gone:?}");
    }
}

#[test]
fn every_text_has_an_entry() {
    let postgres = of_postgres();
    for table in tables() {
        let of_postgres = postgres[table.name].iter().filter_map(|column| match column.kind.as_str() {
            "Text" => Some((column.name.as_str(), false)),
            "Jsonb" => Some((column.name.as_str(), true)),
            _ => None,
        });
        let live: BTreeMap<&str, bool> = of_postgres.collect();
        let entries: BTreeMap<&str, bool> = table.texts.iter().map(|text| (text.name, text.is_json)).collect();
        assert_eq!(entries.len(), table.texts.len(), "`{}` has a text twice", table.name);
        assert_eq!(entries, live, "the texts of `{}`: the catalogue's and those of PostgreSQL", table.name);
    }
}

/// SQLite keeps dates as text, too, which an erasure leaves alone.
#[test]
fn every_text_of_sqlite_has_an_entry() {
    let (sqlite, postgres) = (of_sqlite(), of_postgres());
    for table in tables() {
        let entries: BTreeSet<&str> = table.texts.iter().map(|text| text.name).collect();
        let is_date =
            |name: &str| postgres[table.name].iter().any(|column| column.name == name && column.kind == "Date");
        let live = sqlite[table.name].iter().filter(|column| column.kind == "TEXT" && !is_date(&column.name));
        assert_eq!(entries, live.map(|column| column.name.as_str()).collect(), "the texts of `{}`", table.name);
    }
}

#[test]
fn keys_tell_a_row_from_the_others_of_its_organization() {
    let unique = keys::unique_of_postgres();
    for table in tables() {
        let mut key: BTreeSet<&str> = table.key.iter().copied().collect();
        if table.tenant == Tenant::Organization {
            key.insert("organization_id");
        }
        let is_unique = unique[table.name].iter().any(|columns| columns.iter().map(String::as_str).eq_set(&key));
        assert!(is_unique, "nothing makes the key {key:?} of `{}` unique", table.name);
    }
}

trait EqSet<'a> {
    fn eq_set(self, set: &BTreeSet<&'a str>) -> bool;
}

impl<'a, I: Iterator<Item = &'a str>> EqSet<'a> for I {
    fn eq_set(self, set: &BTreeSet<&'a str>) -> bool {
        self.collect::<BTreeSet<_>>() == *set
    }
}

#[test]
fn labels_and_what_ties_rows_to_a_person_are_columns() {
    let postgres = of_postgres();
    for table in tables() {
        let by_person = match table.belongs {
            Belongs::Mentioned | Belongs::Nobody | Belongs::Lead => None,
            Belongs::PartOfLead | Belongs::AboutLead => Some("lead_id"),
            Belongs::AboutNumber => Some("phone_number"),
        };
        for column in table.label.into_iter().chain(by_person) {
            assert!(postgres[table.name].iter().any(|c| c.name == column), "`{}` has no column {column}", table.name);
        }
    }
}

/// What an erasure writes must fit: an empty text where NULL is refused, and a version where there is one.
#[test]
fn what_an_erasure_writes_fits_the_columns() {
    let postgres = of_postgres();
    for table in tables().filter(|table| !table.texts.is_empty()) {
        let columns = &postgres[table.name];
        let has_version = columns.iter().any(|column| column.name == "version");
        assert_eq!(table.is_versioned(), has_version, "`{}`", table.name);
        assert!(!table.key.is_empty(), "`{}` has texts, and no key to name a row by", table.name);
        if !matches!(table.belongs, Belongs::Lead | Belongs::AboutLead) {
            continue;
        }
        for text in table.erasable() {
            let column = columns.iter().find(|column| column.name == text.name).unwrap();
            assert_eq!(text.is_required, !column.nullable, "`{}.{}`", table.name, text.name);
        }
    }
}

#[test]
fn what_is_logged_is_a_table_s() {
    for entity in Entity::ALL {
        let is_of = |name: &str| Entity::of_table(name) == Some(*entity);
        assert!(tables().any(|table| is_of(table.name)), "no table's rows are called {entity} in the log");
    }
}

#[test]
fn parents_stand_before_their_children() {
    let place: BTreeMap<&str, usize> = tables().enumerate().map(|(place, table)| (table.name, place)).collect();
    let foreign = keys::foreign_of_postgres();
    assert!(foreign.len() > 30);
    for key in foreign {
        assert!(
            place[key.target.as_str()] <= place[key.table.as_str()],
            "`{}` refers to `{}`, which stands after it in the catalogue",
            key.table,
            key.target
        );
    }
}

#[test]
fn tenants_are_guarded_by_row_level_security() {
    let guarded = ask_postgres(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
                coalesce((SELECT string_agg(format('%s %s %s %s: %s', polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid)), '; ')
                          FROM pg_policy WHERE polrelid = c.oid), ''),
                EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid AND polwithcheck IS NOT NULL)
         FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace",
    );
    let postgres = of_postgres();
    for row in guarded.iter().filter(|row| !row[0].starts_with("__")) {
        let entry = table(&row[0]).unwrap();
        let has_organization = postgres[entry.name].iter().any(|c| c.name == "organization_id" && !c.nullable);
        let (secured, policies) = match entry.tenant {
            Tenant::Everyone => ("f", String::new()),
            // For all commands, and with no other condition for rows that are written than for those that are read.
            Tenant::Organization => (
                "t",
                format!(
                    "{}_organization * t {{0}}: (organization_id = ( SELECT (NULLIF(current_setting('app.current_org_id'::text, true), ''::text))::integer AS \"nullif\"))",
                    entry.name
                ),
            ),
        };
        assert_eq!(has_organization, entry.tenant == Tenant::Organization, "{}", entry.name);
        assert_eq!(
            (row[1].as_str(), row[2].as_str(), row[3].as_str()),
            (secured, policies.as_str(), "f"),
            "{}",
            entry.name
        );
    }
}
