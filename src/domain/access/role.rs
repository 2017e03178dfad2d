//! Roles and what each may do: the one table, which the documentation prints.

vocabulary! {
    /// What a user is in an organization.
    Role {
        Admin = "admin",
        Manager = "manager",
        SalesRep = "sales_rep",
        Viewer = "viewer",
    }
}

vocabulary! {
    /// A kind of work that a role allows.
    Right {
        /// Read, check and print.
        Read = "read",
        /// Create and change single leads.
        EditLeads = "edit_leads",
        /// Change many leads at once.
        EditMany = "edit_many",
        /// Import files of leads.
        Import = "import",
        /// Put numbers on the do-not-call list.
        AddDnc = "add_dnc",
        /// Take numbers off the do-not-call list, and dismiss requests.
        RemoveDnc = "remove_dnc",
        /// Delete and restore leads.
        DeleteLeads = "delete_leads",
        /// Erase a person.
        EraseLeads = "erase_leads",
        /// Record costs and exchange rates, and book on budget accounts.
        ManageCosts = "manage_costs",
        /// Manage organizations, users, settings and sample data, and read the audit logs.
        Administer = "administer",
    }
}

impl Role {
    /// Whether the role allows this kind of work.
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::Read => true,
            Right::EditLeads | Right::AddDnc => self != Role::Viewer,
            Right::EditMany | Right::Import | Right::DeleteLeads | Right::RemoveDnc | Right::ManageCosts => {
                matches!(self, Role::Admin | Role::Manager)
            }
            Right::EraseLeads | Right::Administer => self == Role::Admin,
        }
    }
}

/// The table of roles in Markdown, as `docs/ARCHITECTURE.md` prints it.
pub fn table_in_markdown() -> String {
    let mut table = String::from("| role |");
    Right::ALL.iter().for_each(|right| table.push_str(&format!(" {right} |")));
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(Right::ALL.len()));
    for role in Role::ALL {
        table.push_str(&format!("\n| {role} |"));
        for right in Right::ALL {
            table.push_str(if role.may(*right) { " yes |" } else { " – |" });
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_reads_and_only_admins_administer() {
        for role in Role::ALL {
            assert!(role.may(Right::Read));
            assert_eq!(role.may(Right::Administer), *role == Role::Admin);
        }
        assert!(!Role::Viewer.may(Right::EditLeads));
    }
}
