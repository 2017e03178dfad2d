//! The rights of the everyday role, as the catalogue gives them.

use super::{RECORD_ERASURE, Table, Writes, tables};

/// The statements that give a role the rights that everyday work needs, and no more. The role is an SQL identifier.
///
/// A log may be added to, and nothing of its rows changed: what an erasure records and takes out of them, one function does.
pub fn grants(role: &str) -> Vec<String> {
    let named = |which: fn(&Table) -> bool| {
        tables().filter(|table| which(table)).map(|table| table.name).collect::<Vec<_>>().join(", ")
    };
    vec![
        // Before PostgreSQL 15 everyone may put functions and operators there.
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC;".to_owned(),
        format!("GRANT USAGE ON SCHEMA public TO {role};"),
        format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"),
        format!("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};"),
        format!("GRANT INSERT ON {} TO {role};", named(|table| !table.is_of_erasure())),
        format!("GRANT UPDATE ON {} TO {role};", named(|table| table.writes != Writes::AppendOnly)),
        format!("GRANT DELETE ON {} TO {role};", named(|table| table.writes == Writes::Editable { delete: true })),
        format!("GRANT EXECUTE ON FUNCTION {RECORD_ERASURE} TO {role};"),
    ]
}

#[cfg(test)]
mod tests {
    use super::grants;

    #[test]
    fn each_way_of_writing_has_its_rights() {
        let all = grants("crm_app").join("\n");
        let deletes = all.lines().find(|line| line.starts_with("GRANT DELETE ON")).unwrap();
        assert!(deletes.contains("lead_tags") && !deletes.contains("leads"), "{all}");
        assert!(!all.contains("GRANT UPDATE ("), "{all}");
        let inserts = all.lines().find(|line| line.starts_with("GRANT INSERT ON")).unwrap();
        assert!(inserts.contains("lead_audit_log") && !inserts.contains("eras"), "{all}");
        let updates = all.lines().find(|line| line.starts_with("GRANT UPDATE ON")).unwrap();
        assert!(
            updates.contains("dnc_requests") && !updates.contains("erasures") && !updates.contains("_log"),
            "{all}"
        );
    }
}
