//! The rights of the everyday role, as the catalogue gives them.

use super::{Table, Writes, tables};

/// The statements that give a role the rights that everyday work needs, and no more. The role is an SQL identifier.
///
/// A log may be added to; of its rows only the texts may be changed out of which an erasure takes a person, and a trigger
/// lets that happen in rows that an erasure names.
pub fn grants(role: &str) -> Vec<String> {
    let named = |which: fn(&Table) -> bool| {
        tables().filter(|table| which(table)).map(|table| table.name).collect::<Vec<_>>().join(", ")
    };
    let mut statements = vec![
        format!("GRANT USAGE ON SCHEMA public TO {role};"),
        format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"),
        format!("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};"),
        format!("GRANT INSERT ON {} TO {role};", named(|_| true)),
        format!("GRANT UPDATE ON {} TO {role};", named(|table| table.writes != Writes::AppendOnly)),
        format!("GRANT DELETE ON {} TO {role};", named(|table| table.writes == Writes::Editable { delete: true })),
    ];
    for table in tables().filter(|table| table.writes == Writes::AppendOnly) {
        let columns: Vec<&str> = table.erasable().map(|text| text.name).collect();
        if !columns.is_empty() {
            statements.push(format!("GRANT UPDATE ({}) ON {} TO {role};", columns.join(", "), table.name));
        }
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::grants;

    #[test]
    fn each_way_of_writing_has_its_rights() {
        let all = grants("crm_app").join("\n");
        let deletes = all.lines().find(|line| line.starts_with("GRANT DELETE ON")).unwrap();
        assert!(deletes.contains("lead_tags") && !deletes.contains("leads"), "{all}");
        assert!(all.contains("GRANT UPDATE (old_value, new_value) ON lead_audit_log TO crm_app;"), "{all}");
        let updates = all.lines().find(|line| line.starts_with("GRANT UPDATE ON")).unwrap();
        assert!(
            updates.contains("dnc_requests") && !updates.contains("erasures") && !updates.contains("_log"),
            "{all}"
        );
    }
}
