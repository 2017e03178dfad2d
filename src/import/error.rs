//! What ends an import as a whole. Problems of single rows are [`super::row::RowProblem`]s.

use crate::db::DbError;
use crate::domain::imports::duplicates::OnDuplicate;
use crate::domain::imports::kind::ImportKind;
use crate::error::{Advice, Again, CommandError, Explain};
use crate::import::naming::some_names;
use crate::import::presets::PresetError;
use crate::ops::imports::mappings::MappingError;
use crate::ops::lead_work::pools::PoolError;

/// Groups of words of which each makes the call work.
pub type Choices = Vec<Vec<String>>;

/// So many are told.
const MOST_CHOICES: usize = 12;

/// An option with each of some values.
pub fn choices<T: ToString>(option: &str, values: impl IntoIterator<Item = T>) -> Choices {
    values.into_iter().take(MOST_CHOICES).map(|value| vec![option.to_owned(), value.to_string()]).collect()
}

/// An error that ends an import; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Pool(#[from] PoolError),
    #[error(transparent)]
    Preset(#[from] PresetError),
    #[error("cannot read `{file}`: {reason}")]
    Read { file: String, reason: String, remedy: Option<String>, again: Option<Box<Again>> },
    #[error("no column of `{file}` holds a phone number, an email or an external id")]
    NoIdentityColumn { file: String, columns: Vec<String>, advice: Option<Box<Advice>> },
    #[error("no column of `{file}` holds {holds}")]
    NoColumn {
        file: String,
        holds: &'static str,
        field: &'static str,
        columns: Vec<String>,
        advice: Option<Box<Advice>>,
    },
    #[error("{problem}")]
    Mapping { problem: String, columns: Vec<String>, remedy: String, again: Option<Box<Again>> },
    /// Whose first row is taken for a header is lost.
    #[error("the first row of `{file}` holds `{cell}`, so it seems to be no header")]
    NoHeader { file: String, cell: String, advice: Option<Box<Advice>> },
    /// A column can be read in more than one way, and nothing in it decides.
    #[error("`{file}`, column `{column}`: {problem}")]
    Undecided { file: String, column: String, problem: String, remedy: String, choices: Choices },
    /// A column that nobody claims holds what must not be left aside unasked.
    #[error("`{file}`: {problem}")]
    Unclaimed {
        file: String,
        problem: String,
        others: Box<[String]>,
        examples: Box<[String]>,
        remedy: String,
        again: Option<Box<Again>>,
    },
    #[error("with the policy `{0}` for known leads and --only-known no row would do anything")]
    NothingToDo(OnDuplicate),
    #[error("{rejected} of {read} rows of `{file}` are bad, more than --max-rejects allows")]
    TooManyRejects { file: String, read: u64, rejected: u64, rejects_file: Option<String> },
    #[error("`{0}` changed while it was read")]
    FileChanged(String),
    #[error("cannot write rows to `{path}`: {reason}")]
    RowFile { path: String, reason: String },
    #[error("`{0}` names an import that is not recorded here")]
    UnknownImport(String),
    /// A plan that is no longer what the import would do.
    #[error("the plan `{plan}` cannot be applied: {problem}")]
    PlanOutdated { plan: String, problem: String, details: Box<[String]> },
    #[error("`{plan}` cannot be applied: {reason}")]
    PlanUnusable { plan: String, reason: String },
    #[error("there is no mapping `{named}`")]
    UnknownMapping { named: String, near: Option<String> },
    #[error("the mapping `{name}` is one of imports of {kind}, not of {wanted}")]
    MappingOfOtherKind { name: String, kind: ImportKind, wanted: ImportKind },
    #[error("the mapping `{name}` cannot be read: {reason}")]
    UnreadableMapping { name: String, reason: String },
    #[error(transparent)]
    MappingNotSaved(#[from] MappingError),
    #[error("other programs kept taking the same phones; the import gave up after {0} attempts")]
    LostRaces(u32),
    #[error("the record of an import cannot be read or written: {0}")]
    Record(String),
    #[error("the counts do not add up to the rows that were read")]
    DoesNotReconcile,
    #[error("interrupted")]
    Interrupted,
    #[error("the reading thread failed")]
    ReaderFailed,
}

impl ImportError {
    pub(super) fn read(file: &str, reason: impl Into<String>) -> ImportError {
        ImportError::Read { file: file.to_owned(), reason: reason.into(), remedy: None, again: None }
    }

    /// The error with the words that would make its call work.
    pub(super) fn with_words(self, with: &[&str]) -> ImportError {
        match self {
            ImportError::Mapping { problem, columns, remedy, .. } => {
                let with = with.iter().map(|word| (*word).to_owned()).collect();
                ImportError::Mapping {
                    problem,
                    columns,
                    remedy,
                    again: Some(Box::new(Again { with, ..Again::default() })),
                }
            }
            other => other,
        }
    }

    /// The error with what a look at the file's cells shows, where columns are missing; it hears whether they are to say who
    /// is meant.
    pub(super) fn advised(self, look: impl FnOnce(bool) -> Option<Advice>) -> ImportError {
        match self {
            ImportError::NoIdentityColumn { file, columns, .. } => {
                ImportError::NoIdentityColumn { file, columns, advice: look(true).map(Box::new) }
            }
            ImportError::NoColumn { file, holds, field, columns, .. } => {
                ImportError::NoColumn { file, holds, field, columns, advice: look(field == "phone").map(Box::new) }
            }
            other => other,
        }
    }

    pub(super) fn read_with(file: &str, reason: impl Into<String>, remedy: impl Into<String>) -> ImportError {
        Self::read_by(file, reason, remedy, Vec::new())
    }

    /// The same where some words each let the file be read.
    pub(super) fn read_by(
        file: &str,
        reason: impl Into<String>,
        remedy: impl Into<String>,
        choices: Choices,
    ) -> ImportError {
        let again = Again::one_of(&choices).map(Box::new);
        ImportError::Read { file: file.to_owned(), reason: reason.into(), remedy: Some(remedy.into()), again }
    }

    /// The error of a file that can be read when its call is another one.
    pub(super) fn read_again(file: &str, reason: impl Into<String>, remedy: String, again: Again) -> ImportError {
        let again = Some(Box::new(again));
        ImportError::Read { file: file.to_owned(), reason: reason.into(), remedy: Some(remedy), again }
    }
}

/// How errors call the work that they end.
#[derive(Debug)]
pub struct Words {
    /// What was not done.
    pub nothing_done: &'static str,
    pub again: &'static str,
    pub elsewhere: &'static str,
    /// What to do with a list of numbers that has no header.
    pub headerless: &'static str,
}

const IMPORT: Words = Words {
    nothing_done: "nothing was imported",
    again: "import it again",
    elsewhere: "name another place with --rejects, --skipped, --dropped or --plan, for example --rejects /tmp/rejects.csv",
    headerless: "a list without a header: crmctl dnc add --file FILE",
};

impl Explain for ImportError {
    fn explain(&self) -> CommandError {
        self.explained(&IMPORT)
    }
}

impl ImportError {
    /// The error for people, in the words of the work that it ends.
    pub fn explained(&self, words: &Words) -> CommandError {
        let error = CommandError::failed(self.to_string());
        let (nothing_done, again_later) = (words.nothing_done, words.again);
        match self {
            ImportError::Db(e) => e.explain(),
            ImportError::Pool(e) => e.explain(),
            ImportError::Preset(e) => e.explain(),
            ImportError::Read { remedy, again, .. } => {
                error.maybe_hint(remedy.clone()).again(again.as_deref().cloned())
            }
            ImportError::NoIdentityColumn { columns, advice, .. } => {
                let error = error.detail(format!("its columns: {}", some_names(columns)));
                let plain = "name the column that does, for example --map phone=HEADER, or --map phone=#1 by its place";
                advised(error, advice.as_deref(), plain)
            }
            ImportError::NoColumn { columns, holds, field, advice, .. } => {
                let headerless = match *holds {
                    "phone numbers" => format!("\n{}", words.headerless),
                    _ => String::new(),
                };
                let error = error.detail(format!("its columns: {}", some_names(columns)));
                let plain =
                    format!("name it, for example --map {field}=HEADER, or --map {field}=#1 by its place{headerless}");
                let error = advised(error, advice.as_deref(), &plain);
                // What stands above a header has fewer cells.
                match (&error.hint, advice) {
                    (Some(hint), Some(_)) if columns.iter().any(|column| column.trim().is_empty()) => {
                        let hint = format!("where that is a title above the header: --header-row 2; else {hint}");
                        error.hint(hint)
                    }
                    _ => error,
                }
            }
            ImportError::NoHeader { advice, .. } => {
                let error = error.detail(nothing_done);
                let plain = "say --no-header, or --header-row 1 if it is one";
                match advice.as_deref() {
                    Some(advice) => {
                        error.hint("if it is one, say --header-row 1; if it is none").again(Some(advice.again.clone()))
                    }
                    None => error.hint(plain),
                }
            }
            ImportError::Mapping { columns, remedy, again, .. } => {
                let error = error.detail(format!("the columns: {}", some_names(columns)));
                error.hint(remedy).again(again.as_deref().cloned())
            }
            ImportError::Undecided { remedy, choices, .. } => {
                error.detail(nothing_done).hint(remedy).again(Again::one_of(choices))
            }
            ImportError::Unclaimed { others, examples, remedy, again, .. } => {
                let error = match others.is_empty() {
                    true => error,
                    false => error.detail(format!("and so are others: {}", others.join("; "))),
                };
                error
                    .detail(format!("for example {}", examples.join(", ")))
                    .detail(nothing_done)
                    .hint(remedy)
                    .again(again.as_deref().cloned())
            }
            ImportError::TooManyRejects { rejects_file, .. } => {
                let told = |path: &String| format!("the rejected rows so far are in `{path}`");
                error.detail(nothing_done).maybe_hint(rejects_file.as_ref().map(told))
            }
            ImportError::NothingToDo(_) => {
                error.hint("let rows fill or update the leads that they match").again(Some(Again {
                    without: vec!["--on-duplicate".to_owned()],
                    with: vec!["--on-duplicate".to_owned(), OnDuplicate::Update.to_string()],
                    or: Vec::new(),
                }))
            }
            ImportError::FileChanged(_) => error.hint(format!("{again_later} once nobody writes to it")),
            ImportError::RowFile { .. } => error.detail(nothing_done).hint(words.elsewhere),
            ImportError::UnknownImport(_) => error
                .hint("import into the database that the file came from, or give the options anew")
                .again(Again::one_of(&choices("--ignore", ["_import"]))),
            ImportError::PlanOutdated { details, .. } => {
                let error = details.iter().fold(error, CommandError::detail);
                error.detail(nothing_done).hint("plan it anew, and look at the plan before it is applied")
            }
            ImportError::PlanUnusable { .. } => {
                error.detail(nothing_done).hint("make a plan with: crmctl import leads FILE --plan PLAN")
            }
            ImportError::UnknownMapping { near: Some(near), .. } => error.hint(format!("did you mean `{near}`?")),
            ImportError::UnknownMapping { near: None, .. } | ImportError::MappingOfOtherKind { .. } => {
                error.hint("list them: crmctl import mappings list")
            }
            ImportError::UnreadableMapping { .. } => {
                error.hint("a newer crmctl may have saved it; import without --mapping, and save it anew")
            }
            ImportError::MappingNotSaved(e) => e.explain(),
            ImportError::Interrupted => CommandError::interrupted(),
            ImportError::Record(_) => error
                .detail(nothing_done)
                .hint("give the options anew")
                .again(Again::one_of(&choices("--ignore", ["_import"]))),
            ImportError::DoesNotReconcile => {
                error.detail(nothing_done).hint("this is a fault of crmctl; please report it with the file's header")
            }
            ImportError::LostRaces(_) | ImportError::ReaderFailed => error.detail(nothing_done).hint(again_later),
        }
    }
}

/// The error with what the cells of the file show, or else a plain remedy.
fn advised(error: CommandError, advice: Option<&Advice>, plain: &str) -> CommandError {
    match advice {
        Some(Advice { why, again }) => error.hint(why).again(Some(again.clone())),
        None => error.hint(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn the_documented_example() {
        let columns = vec!["Name".to_owned(), "Fone".to_owned(), "City".to_owned()];
        let error = ImportError::NoIdentityColumn { file: "leads.csv".into(), columns, advice: None }.explain();
        assert_eq!(error.message, "no column of `leads.csv` holds a phone number, an email or an external id");
        assert_eq!(error.details, ["its columns: Name, Fone, City"]);
        assert_eq!(
            error.hint.as_deref(),
            Some("name the column that does, for example --map phone=HEADER, or --map phone=#1 by its place")
        );
        assert_eq!(error.exit, Exit::Failed);
    }

    #[test]
    fn an_interruption_is_told_alike_by_every_layer() {
        let error = CommandError::from(ImportError::Interrupted);
        assert_eq!(error, DbError::Interrupted.explain());
        assert_eq!(error, ImportError::Db(DbError::Interrupted).explain());
        assert_eq!(error.exit, Exit::Interrupted);
    }
}
