//! Which rows are copied: all, or those of one organization with what it uses of what all share.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::error::CopyError;
use super::shape::Shape;
use crate::db::catalogue::Tenant;
use crate::db::models::access::organizations;
use crate::db::statement::quoted;
use crate::db::{Db, DbError, OrgId};

/// Which rows of each table are copied.
pub(super) struct Scope {
    /// The organizations whose rows are read one after the other: row-level security shows those of one.
    pub organizations: Vec<OrgId>,
    /// Which rows are read of tables that all organizations share; of one that is not listed, all.
    pub shared: BTreeMap<&'static str, String>,
}

impl Scope {
    /// All rows, for whoever sees them all.
    pub fn everything() -> Scope {
        Scope { organizations: Vec::new(), shared: BTreeMap::new() }
    }
}

/// The rows of the organization with this slug, or all.
///
/// # Errors
/// There is no such organization, or some row belongs to none.
pub(super) fn of(source: &mut Db, shapes: &[Shape], organization: Option<&str>) -> Result<Scope, CopyError> {
    let all = organizations::all(source)?;
    let Some(slug) = organization else {
        return Ok(match source {
            // Rows of an organization that is not there are read, too, and refused by their foreign keys.
            Db::Sqlite(_) => Scope::everything(),
            Db::Postgres(_) => {
                Scope { organizations: all.iter().map(|it| it.org_id()).collect(), shared: BTreeMap::new() }
            }
        });
    };
    let Some(one) = all.iter().find(|it| it.slug == slug) else {
        let known = all.iter().map(|it| it.slug.clone()).collect();
        return Err(CopyError::NoOrganization { slug: slug.to_owned(), known });
    };
    let org = one.org_id();
    Ok(Scope { organizations: vec![org], shared: shared(source, shapes, org)? })
}

/// Which rows an organization uses of the tables that all share: itself, the registries that it must honour, and what belongs to
/// those by foreign keys. No backup holds the copy, for each is of a whole database.
fn shared(source: &mut Db, shapes: &[Shape], OrgId(org): OrgId) -> Result<BTreeMap<&'static str, String>, CopyError> {
    let parents = foreign_keys(source)?;
    let mut rows = BTreeMap::from([
        ("backups", "1 = 0".to_owned()),
        ("organizations", format!("id = {org}")),
        ("dnc_registries", format!("name IN (SELECT registry FROM dnc_requirements WHERE organization_id = {org})")),
    ]);
    // Parents come before children.
    for shape in shapes.iter().filter(|shape| shape.tenant == Tenant::Everyone) {
        if rows.contains_key(shape.name) {
            continue;
        }
        let parent = parents.iter().filter(|key| key.child == shape.name);
        let condition = parent.filter_map(|key| {
            let of_parent = rows.get(key.parent.as_str())?;
            let (column, to) = (quoted(&key.column), quoted(&key.parent_column));
            Some(format!("{column} IN (SELECT {to} FROM {} WHERE {of_parent})", quoted(&key.parent)))
        });
        let condition = condition.collect::<Vec<_>>().join(" AND ");
        if condition.is_empty() {
            return Err(CopyError::Schema(format!("nothing says which rows of {} one organization uses", shape.name)));
        }
        rows.insert(shape.name, condition);
    }
    Ok(rows)
}

#[derive(QueryableByName)]
struct ForeignKey {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    column: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    parent_column: String,
    #[diesel(sql_type = BigInt)]
    columns: i64,
}

/// The foreign keys of one column.
fn foreign_keys(conn: &mut Db) -> Result<Vec<ForeignKey>, CopyError> {
    let sql = match conn {
        Db::Sqlite(_) => {
            "SELECT m.name AS child, min(f.\"from\") AS column, f.\"table\" AS parent, coalesce(min(f.\"to\"), 'id') AS parent_column,
                    count(*) AS columns
             FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' GROUP BY m.name, f.id"
        }
        Db::Postgres(_) => {
            "SELECT k.conrelid::regclass::text AS child, a.attname::text AS column, k.confrelid::regclass::text AS parent,
                    p.attname::text AS parent_column, cardinality(k.conkey)::bigint AS columns
             FROM pg_constraint k
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
             JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = k.confkey[1]
             WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace"
        }
    };
    let keys: Vec<ForeignKey> = diesel::sql_query(sql).load(conn).map_err(DbError::from)?;
    Ok(keys.into_iter().filter(|key| key.columns == 1).collect())
}

#[cfg(test)]
mod tests {
    use super::super::shape::of_both;
    use super::*;
    use crate::db::connection::functions;
    use crate::db::migrate;

    fn migrated() -> Db {
        let mut memory = SqliteConnection::establish(":memory:").unwrap();
        functions::register(&mut memory).unwrap();
        let mut memory = Db::Sqlite(memory);
        migrate::up(&mut memory).unwrap();
        memory
    }

    #[test]
    fn of_every_shared_table_it_is_known_what_one_organization_uses() {
        let (mut source, mut target) = (migrated(), migrated());
        let shapes = of_both(&mut source, &mut target).unwrap();
        let of_all = shapes.iter().filter(|shape| shape.tenant == Tenant::Everyone).map(|shape| shape.name);
        let mut of_all: Vec<&str> = of_all.collect();
        of_all.sort_unstable();
        let known = shared(&mut source, &shapes, OrgId(1)).unwrap();
        assert_eq!(known.keys().copied().collect::<Vec<_>>(), of_all);
    }
}
