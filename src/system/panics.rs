//! Panics of libraries, which are no end of the program.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// Runs what may panic, without a word on stderr.
///
/// # Errors
/// It panicked, with these words.
pub fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static INSTALLED: Once = Once::new();
    thread_local! {
        static QUIET: Cell<bool> = const { Cell::new(false) };
    }
    INSTALLED.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    // It may be called by what it runs.
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    result.map_err(|panic| words(panic.as_ref()))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default().to_owned()
}

/// Why a workbook cannot be written, of whose writer these are the last words. It keeps rows in a file without a name in the
/// folder for temporary files, and panics where that cannot be written.
pub fn reason_of_workbook(words: &str) -> String {
    const FULL: [&str; 3] = ["StorageFull", "QuotaExceeded", "FileTooLarge"];
    let folder = std::env::temp_dir();
    let folder = folder.display();
    match words {
        _ if FULL.iter().any(|sign| words.contains(sign)) => {
            format!("{folder} has no room for its rows; make room there, or set TMPDIR to another folder")
        }
        _ if words.contains("Os {") => {
            format!("its rows cannot be kept in {folder} ({words}); set TMPDIR to another folder")
        }
        _ => format!("the writer of workbooks failed ({words}); a name that ends in .csv makes a file without it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_says_is_told_and_the_thread_goes_on() {
        assert_eq!(quietly(|| 7), Ok(7));
        for number in [28, 27, 122] {
            let said = quietly::<()>(|| panic!("{:?}", std::io::Error::from_raw_os_error(number))).unwrap_err();
            assert!(reason_of_workbook(&said).contains("has no room"), "{said}");
        }
        let said = quietly::<()>(|| panic!("{:?}", std::io::Error::from_raw_os_error(5))).unwrap_err();
        assert!(reason_of_workbook(&said).contains("cannot be kept"), "{said}");
        assert_eq!(
            quietly(|| quietly(|| panic!("inner")).unwrap_or_else(|_: String| panic!("outer"))),
            Err("outer".into())
        );
        let said = quietly(|| [0][std::hint::black_box(7)]).unwrap_err();
        assert!(reason_of_workbook(&said).contains("index out of bounds"), "{said}");
    }
}
