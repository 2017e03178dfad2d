//! What reading any file has in common: how long a record may be, and why a file cannot be read.

/// The largest record, in bytes: far more than a row of a lead sheet, far less than the memory.
pub(super) const MAX_RECORD: usize = 1 << 20;

/// Why a file cannot be read or written, as a person reads it.
pub fn io_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}
