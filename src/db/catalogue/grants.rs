//! The rights of the everyday role, as the catalogue gives them.

use super::{RECORD_ERASURE, Table, Writes, tables};

/// The statements that give a role the rights that everyday work needs, and no more. The role is an SQL identifier.
///
/// A log may be added to, and nothing of its rows changed: what an erasure records and takes out of them, one function does.
pub fn grants(role: &str) -> Vec<String> {
    let with = |right: &str| {
        tables().filter(|table| table.gives(right)).map(|table| table.name).collect::<Vec<_>>().join(", ")
    };
    vec![
        // Before PostgreSQL 15 everyone may put functions and operators there.
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC;".to_owned(),
        format!("GRANT USAGE ON SCHEMA public TO {role};"),
        format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};"),
        format!("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};"),
        format!("GRANT INSERT ON {} TO {role};", with("INSERT")),
        format!("GRANT UPDATE ON {} TO {role};", with("UPDATE")),
        format!("GRANT DELETE ON {} TO {role};", with("DELETE")),
        format!("GRANT EXECUTE ON FUNCTION {RECORD_ERASURE} TO {role};"),
    ]
}

impl Table {
    /// Whether the everyday role has this right of SQL to the table.
    pub fn gives(&self, right: &str) -> bool {
        match right {
            "SELECT" => true,
            "INSERT" => !self.is_of_erasure(),
            "UPDATE" => self.writes != Writes::AppendOnly,
            "DELETE" => self.writes == Writes::Editable { delete: true },
            _ => false,
        }
    }
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
