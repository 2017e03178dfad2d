//! Whether what a transaction writes is kept.

/// What becomes of the work of a writing transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunMode {
    /// It is committed.
    Commit,
    /// It is rolled back: its result says exactly what would happen.
    DryRun,
}

impl RunMode {
    /// The mode that a flag such as `--dry-run` asks for.
    pub fn of_flag(dry_run: bool) -> RunMode {
        if dry_run { RunMode::DryRun } else { RunMode::Commit }
    }

    /// Whether nothing is kept.
    pub fn is_dry_run(self) -> bool {
        self == RunMode::DryRun
    }
}
