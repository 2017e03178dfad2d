//! Every query names its organization: Diesel's methods and SQL text in the sources are read, and each table of an
//! organization that they name must be compared by `organization_id`. An INSERT cannot leave it out, for it is NOT NULL.
//! Row-level security guards the same on PostgreSQL; on SQLite nothing else does.

mod dsl;
mod index;
mod pieces;
mod scopes;
mod sources;
mod sql;

use std::collections::BTreeSet;
use std::path::Path;

use crmctl::db::catalogue::{Tenant, tables};

/// Functions whose queries need not name it, and why.
const EXCEPTIONS: [(&str, &str); 7] = [
    (
        "audit_entries::labels",
        "registries are everybody's; a table of an organization is compared, by its entry in the catalogue",
    ),
    ("sqlite::defer_indexes", "an index is of all leads of the file, so all of them are counted"),
    ("leads::reserve_ids", "ids are unique in the whole file"),
    ("pool_runs::reserve_id", "ids are unique in the whole file"),
    ("leads::is_narrow", "the greatest id of the file says about how large it is"),
    ("postgres::stage", "`WITH NO DATA` takes the columns of leads, and no row"),
    ("erased_texts::set", "`of_organization` adds it to the statement that was put together"),
];

fn unguarded(root: &Path) -> (Vec<String>, usize) {
    let of_organizations: Vec<&'static str> =
        tables().filter(|table| table.tenant == Tenant::Organization).map(|table| table.name).collect();
    let units = sources::units(root, &["db", "ops", "reports", "filter"]);
    let index = index::Index::new(&units);
    let (mut found, mut seen) = (Vec::new(), 0);
    for unit in &units {
        let (by_methods, methods) = dsl::unguarded(unit, &of_organizations);
        found.extend(by_methods.into_iter().map(|(table, line)| format!("{}: {table} in line {line}", unit.name)));
        let (by_text, texts) = sql::unguarded(unit, &index, &of_organizations);
        found.extend(by_text.into_iter().map(|(table, sql)| format!("{}: {table} in {sql}", unit.name)));
        seen += methods + texts;
    }
    (found, seen)
}

#[test]
fn every_query_names_its_organization() {
    let (found, seen) = unguarded(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(seen > 200, "only {seen} tables are named: are the sources read?");
    let of = |found: &str| found.split(": ").next().unwrap_or_default().to_owned();
    let is_excepted = |found: &str| EXCEPTIONS.iter().any(|(name, _)| *name == of(found));
    let bad: Vec<&String> = found.iter().filter(|found| !is_excepted(found)).collect();
    assert!(bad.is_empty(), "these queries name no organization:\n{bad:#?}");
    let used: BTreeSet<String> = found.iter().map(|found| of(found)).collect();
    let unused: Vec<_> = EXCEPTIONS.iter().filter(|(name, _)| !used.contains(*name)).collect();
    assert!(unused.is_empty(), "these exceptions are needed no longer: {unused:?}");
}

/// The forms in which a query may lose its organization, each beside one that has it.
#[test]
fn a_query_without_its_organization_is_found() {
    let guarded = [
        "leads::table.filter(leads::organization_id.eq(org.0).and(leads::id.eq(1))).first(conn)",
        "diesel::update(leads::table.filter(leads::organization_id.eq(org.0))).set(leads::city.eq(1)).execute(conn)",
        "leads::table.inner_join(users::table.on(users::organization_id.eq(leads::organization_id)))\
         .filter(leads::organization_id.eq(org.0)).load(conn)",
        "Statement::new(\"SELECT id FROM leads WHERE organization_id = \").org(org).rows(conn)",
        "diesel::sql_query(\"SELECT l.id FROM leads l JOIN users u ON u.organization_id = l.organization_id \
         WHERE l.organization_id = $1\")",
        "Statement::new(\"SELECT id FROM leads l WHERE \").then(of_lead(org)).rows(conn)",
        "{ let begin = Statement::new(\"DELETE FROM leads WHERE organization_id = \"); begin.org(org).run(conn) }",
        "{ let of = match a { true => \"leads.organization_id = \", false => \"leads.organization_id = \" };\
         Statement::new(\"SELECT 1 FROM leads WHERE \").sql(of).org(org).rows(conn) }",
    ];
    let unguarded_forms = [
        "leads::table.filter(leads::id.eq(1)).first(conn)",
        "leads::table.filter(leads::organization_id.eq(org.0).or(leads::id.eq(1))).first(conn)",
        "leads::table.filter(leads::id.eq(1)).select(leads::organization_id).first(conn)",
        "diesel::update(leads::table).set(leads::organization_id.eq(org.0)).execute(conn)",
        "leads::table.inner_join(users::table.on(users::id.nullable().eq(leads::owner_id)))\
         .filter(leads::organization_id.eq(org.0)).load(conn)",
        "leads::table.filter(leads::organization_id.eq(org.0)).filter(exists(users::table.filter(users::id.eq(1)))).load(conn)",
        "Statement::new(\"SELECT organization_id FROM leads WHERE id = \").number(1).rows(conn)",
        "diesel::sql_query(\"SELECT l.id FROM leads l JOIN users u ON u.id = l.owner_id WHERE l.organization_id = $1\")",
        "diesel::sql_query(\"SELECT l.id FROM leads l JOIN users u ON u.organization_id = l.organization_id\")",
        "diesel::sql_query(\"SELECT id FROM leads WHERE organization_id = $1 AND EXISTS (SELECT 1 FROM users)\")",
        "diesel::sql_query(\"SELECT id FROM leads WHERE organization_id = $1 UNION SELECT id FROM leads\")",
        "Statement::new(\"SELECT id FROM leads l WHERE \").then(of_other(org)).rows(conn)",
        "{ let begin = Statement::new(\"DELETE FROM leads WHERE id > \"); begin.number(0).run(conn) }",
        "{ let of = match a { true => \"leads.organization_id = \", false => \"leads.id = \" };\
         Statement::new(\"SELECT 1 FROM leads WHERE \").sql(of).org(org).rows(conn) }",
        "found.extend(diesel::sql_query(\"SELECT id FROM leads WHERE id = $1\").load(conn)?)",
        "vec![diesel::sql_query(format!(\"UPDATE leads SET {} = 1\", column))]",
    ];
    let is_found = |body: &str| {
        let folder = tempfile::tempdir().unwrap();
        for layer in ["db", "ops", "reports", "filter"] {
            std::fs::create_dir(folder.path().join(layer)).unwrap();
        }
        let source = format!(
            "fn of_lead(org: OrgId) -> Statement {{ Statement::new(\"l.organization_id = \").org(org) }}
             fn of_other(org: OrgId) -> Statement {{ Statement::new(\"l.owner_id = \").org(org) }}
             fn query(conn: &mut Db, org: OrgId) {{ {body} }}"
        );
        std::fs::write(folder.path().join("db/written.rs"), source).unwrap();
        !unguarded(folder.path()).0.is_empty()
    };
    for body in guarded {
        assert!(!is_found(body), "{body}");
    }
    for body in unguarded_forms {
        assert!(is_found(body), "{body}");
    }
}
