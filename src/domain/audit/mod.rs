//! What a log says was done.

pub mod address;
pub mod entity;

vocabulary! {
    /// What was done to a row, as the logs of changes say it.
    AuditAction {
        Create = "create",
        Update = "update",
        Delete = "delete",
        Restore = "restore",
        Merge = "merge",
        Erase = "erase",
        /// Somebody who was erased was taken out of the texts of the row.
        Redact = "redact",
    }
}
