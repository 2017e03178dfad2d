//! The one place where errors become a message, a hint and an exit code.

mod costs;

use crate::db::DbError;
use crate::db::catalogue::grants;
use crate::export::{ExportError, Form};
use crate::filter::FilterError;
use crate::import::ImportError;
use crate::ops::dnc::decide::DecideError;
use crate::ops::erasure::EraseError;
use crate::ops::imports::undo::UndoError;
use crate::ops::leads::delete::RestoreError;
use crate::ops::leads::edit::{self, EditError};
use crate::ops::leads::history::as_of::AsOfError;
use crate::ops::leads::merge::MergeError;
use crate::ops::leads::upsert::WriteError;
use crate::ops::segments::SegmentError;
use crate::settings::SettingsError;
use crate::ui::UiError;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed, and nothing was changed.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// Done, but something needs a person.
    NeedsAttention = 3,
    /// Interrupted, and nothing was changed.
    Interrupted = 130,
}

/// An error that a command finds by itself, rather than the layers below it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    message: String,
    details: Vec<String>,
    hint: Option<String>,
    exit: Exit,
}

impl CommandError {
    /// Something could not be done.
    pub fn failed(message: impl Into<String>) -> CommandError {
        CommandError { message: message.into(), details: Vec::new(), hint: None, exit: Exit::Failed }
    }

    /// The command line was wrong.
    pub fn usage(message: impl Into<String>) -> CommandError {
        CommandError { exit: Exit::Usage, ..CommandError::failed(message) }
    }

    pub fn hint(self, hint: impl Into<String>) -> CommandError {
        CommandError { hint: Some(hint.into()), ..self }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> CommandError {
        self.details.push(detail.into());
        self
    }
}

/// What a person reads of an error.
#[derive(Debug, PartialEq, Eq)]
pub struct Explanation {
    pub message: String,
    pub details: Vec<String>,
    pub hint: Option<String>,
    pub exit: Exit,
    /// Nothing is to be said: the reader of our output has gone.
    pub silent: bool,
}

/// Turns an error of any layer into what a person reads and the shell sees.
pub fn explain(error: &anyhow::Error) -> Explanation {
    let mut explanation =
        Explanation { message: error.to_string(), details: Vec::new(), hint: None, exit: Exit::Failed, silent: false };
    if costs::explain(error, &mut explanation) {
        return explanation;
    }
    if let Some(e) = error.downcast_ref::<CommandError>() {
        explanation.details.clone_from(&e.details);
        explanation.hint.clone_from(&e.hint);
        explanation.exit = e.exit;
    } else if let Some(e) = error.downcast_ref::<ImportError>() {
        of_import(e, &mut explanation);
    } else if let Some(e) = error.downcast_ref::<DbError>() {
        of_db(e, &mut explanation);
    } else if let Some(e) = error.downcast_ref::<RestoreError>() {
        of_restore(e, &mut explanation);
    } else if let Some(e) = error.downcast_ref::<WriteError>() {
        match e {
            WriteError::Db(e) => of_db(e, &mut explanation),
            WriteError::LostRaces(_) => explanation.hint = Some("nothing was changed; try again".into()),
        }
    } else if let Some(e) = error.downcast_ref::<UndoError>() {
        of_undo(e, &mut explanation);
    } else if let Some(e) = error.downcast_ref::<EditError>() {
        of_edit(e, &mut explanation);
    } else if let Some(e) = error.downcast_ref::<MergeError>() {
        of_merge(e, &mut explanation);
    } else if let Some(e) = error.downcast_ref::<EraseError>() {
        match e {
            EraseError::Db(e) => of_db(e, &mut explanation),
            EraseError::Erased(_) => explanation.hint = Some("nothing is left to be erased".into()),
            EraseError::NoRandom(_) => explanation.hint = Some("nothing was changed".into()),
        }
    } else if let Some(e) = error.downcast_ref::<AsOfError>() {
        match e {
            AsOfError::Db(e) => of_db(e, &mut explanation),
            AsOfError::NotYet { lead, .. } => {
                explanation.hint = Some(format!("see when it changed: crmctl lead history {lead}"));
            }
            AsOfError::Unreadable { .. } => {
                explanation.hint = Some("the log was written by another program; name a later time".into());
            }
        }
    } else if let Some(e) = error.downcast_ref::<SegmentError>() {
        match e {
            SegmentError::Db(e) => of_db(e, &mut explanation),
            SegmentError::Gone => {}
            SegmentError::OtherVersion { .. } => {
                explanation.hint = Some("look at it again: crmctl segment show".into());
            }
        }
    } else if let Some(e) = error.downcast_ref::<DecideError>() {
        of_decide(e, &mut explanation);
    } else if let Some(e) = error.downcast_ref::<ExportError>() {
        of_export(e, &mut explanation);
    } else if let Some(e) = error.downcast_ref::<FilterError>() {
        explanation.exit = Exit::Usage;
        explanation.details = e.excerpt().into_iter().flatten().filter(|_| !e.text.trim().is_empty()).collect();
        explanation.hint = Some(e.problem.remedy());
    } else if let Some(e) = error.downcast_ref::<UiError>() {
        of_ui(e, &mut explanation);
    } else if let Some(e) = error.downcast_ref::<SettingsError>() {
        explanation.hint = Some(match e {
            SettingsError::Config { .. } => {
                "its keys are database_url, org, user, format and color, for example: org = \"acme\"".into()
            }
            SettingsError::NoHome => "name the database with --database-url".into(),
        });
    }
    explanation
}

fn of_export(error: &ExportError, explanation: &mut Explanation) {
    match error {
        ExportError::UnknownEnding(_) => {
            explanation.exit = Exit::Usage;
            explanation.hint = Some(format!("let the name of the file end in one of {}", Form::words()));
        }
        ExportError::Exists(_) => explanation.hint = Some("choose another name, or say --overwrite".into()),
        ExportError::Write { .. } => explanation.hint = Some("no file was made".into()),
        ExportError::ClosedPipe => (explanation.silent, explanation.exit) = (true, Exit::Done),
    }
}

fn of_import(error: &ImportError, explanation: &mut Explanation) {
    match error {
        ImportError::Db(e) => of_db(e, explanation),
        ImportError::Read { remedy, .. } => explanation.hint.clone_from(remedy),
        ImportError::NoIdentityColumn { columns, .. } => {
            explanation.details.push(format!("its columns: {}", columns.join(", ")));
            let example = most_like_phone(columns);
            explanation.hint = Some(format!("name one, for example --map phone={}", shell_word(example)));
        }
        ImportError::NoColumn { columns, holds, field, .. } => {
            explanation.details.push(format!("its columns: {}", columns.join(", ")));
            let example = match *field {
                "phone" => shell_word(most_like_phone(columns)),
                _ => "HEADER".to_owned(),
            };
            let headerless = match *holds {
                "phone numbers" => "\na list without a header: crmctl dnc add --file FILE",
                _ => "",
            };
            explanation.hint = Some(format!("name it, for example --map {field}={example}{headerless}"));
        }
        ImportError::Mapping { columns, remedy, .. } => {
            explanation.details.push(format!("the columns: {}", columns.join(", ")));
            explanation.hint = Some(remedy.clone());
        }
        ImportError::Undecided { remedy, .. } => {
            explanation.details.push("nothing was imported".into());
            explanation.hint = Some(remedy.clone());
        }
        ImportError::TooManyRejects { rejects_file, .. } => {
            explanation.details.push("nothing was imported".into());
            explanation.hint = rejects_file.as_ref().map(|path| format!("the rejected rows so far are in `{path}`"));
        }
        ImportError::FileChanged(_) => explanation.hint = Some("import it again once nobody writes to it".into()),
        ImportError::RowFile { .. } => {
            explanation.details.push("nothing was imported".into());
            explanation.hint = Some("name another place, for example --rejects /tmp/rejects.csv".into());
        }
        ImportError::UnknownImport(_) => {
            explanation.hint = Some(
                "import into the database that the file came from, or delete its column _import and give the options anew"
                    .into(),
            );
        }
        ImportError::Interrupted => interrupted(explanation),
        ImportError::Record(_) => {
            explanation.details.push("nothing was imported".into());
            explanation.hint = Some("give the options anew with --ignore _import".into());
        }
        ImportError::DoesNotReconcile => {
            explanation.details.push("nothing was imported".into());
            explanation.hint = Some("this is a fault of crmctl; please report it with the file's header".into());
        }
        ImportError::LostRaces(_) | ImportError::ReaderFailed => {
            explanation.details.push("nothing was imported".into());
            explanation.hint = Some("import it again".into());
        }
    }
}

fn of_db(error: &DbError, explanation: &mut Explanation) {
    explanation.hint = match error {
        DbError::Open { .. } => Some("check the path or URL: `crmctl config show` tells where it came from".into()),
        DbError::NotADatabase(_) => Some("name another file with --database-url".into()),
        DbError::PendingMigrations { .. } => Some("apply them with: crmctl migrate up".into()),
        DbError::EarlierSchema(_) => Some(EARLIER_SCHEMA.into()),
        DbError::NewerSchema(_) => Some("use the crmctl that migrated it, or a newer one".into()),
        DbError::BypassesRowSecurity(role) => Some(proper_role(role)),
        DbError::PermissionDenied(_) => {
            Some(format!("let the schema's owner grant it:\n{}", grants("crm_app").join("\n")))
        }
        DbError::DiskFull(_) => Some("nothing was changed; make room and try again".into()),
        DbError::DiskFailed(_) => Some("nothing was changed; see whether the disk has room and is sound".into()),
        DbError::Interrupted => return interrupted(explanation),
        DbError::Backup { .. } => Some("name a new file in a folder with room".into()),
        DbError::Migration(_) => Some("nothing was changed".into()),
        DbError::Query(_) => None,
    };
}

/// How the data of a database from before the first release comes along.
/// The list comes first: a lead's flag alone would make entries without their reason and their end.
const EARLIER_SCHEMA: &str = "take its leads along: let the crmctl that made it write them, and read them into a new database, without CRM_USER:\n\
    crmctl lead export --include-dnc --output leads.csv                  (the old program, this database)\n\
    crmctl dnc list --format csv > dnc.csv                               (the old program, this database)\n\
    crmctl import dnc dnc.csv --database-url new.db                      (this program)\n\
    crmctl user add EMAIL --role admin --database-url new.db             (this program, for each owner of leads; --as EMAIL from the second on)\n\
    crmctl import leads leads.csv --as EMAIL --database-url new.db       (this program)\n\
    notes, histories, deleted leads and settings stay in the old one";

/// The statements that make a role which row-level security holds.
fn proper_role(role: &str) -> String {
    format!(
        "make an everyday role, as `{role}`, and connect as it:\n\
         CREATE ROLE crm_app LOGIN PASSWORD '...' NOSUPERUSER NOBYPASSRLS;\n\
         {}\n\
         or, for once, add --allow-bypass",
        grants("crm_app").join("\n")
    )
}

fn of_restore(error: &RestoreError, explanation: &mut Explanation) {
    match error {
        RestoreError::Db(e) => of_db(e, explanation),
        RestoreError::NotDeleted(_) => {}
        RestoreError::Erased(_) => {
            explanation.hint = Some("if the person agrees, add them anew: crmctl lead add".into())
        }
        RestoreError::Taken { lead, holder, .. } => {
            explanation.hint = Some(format!(
                "look at the live lead: crmctl lead show {holder}\n\
                 if both are one person, merge them: crmctl lead merge {lead} --into {holder}"
            ));
        }
        RestoreError::SurvivorMerged { survivor, .. } => {
            explanation.hint = Some(format!("restore that one first: crmctl lead restore {survivor}"));
        }
        RestoreError::Raced => explanation.hint = Some("nothing was changed; try again".into()),
    }
}

fn of_merge(error: &MergeError, explanation: &mut Explanation) {
    explanation.hint = match error {
        MergeError::Db(e) => return of_db(e, explanation),
        MergeError::Itself(_) => Some("name another lead".into()),
        MergeError::SurvivorDeleted(lead) => Some(format!("bring it back: crmctl lead restore {lead}")),
        MergeError::Erased(_) => Some("leave it out; nothing of the person is left in it".into()),
        MergeError::Merged { lead, .. } => Some(format!("to undo that: crmctl lead restore {lead}")),
        MergeError::Raced => Some("nothing was changed; try again".into()),
    };
}

fn of_undo(error: &UndoError, explanation: &mut Explanation) {
    match error {
        UndoError::Db(e) => of_db(e, explanation),
        UndoError::Unknown(_) => explanation.hint = Some("list them: crmctl import list".into()),
        UndoError::Undone { .. } => explanation.hint = Some("nothing was changed".into()),
        UndoError::IsUndo(_) => explanation.hint = Some("import the file again instead".into()),
        UndoError::Raced => explanation.hint = Some("nothing was changed; try again".into()),
        UndoError::DoesNotReconcile | UndoError::Record(_) => {
            explanation.hint = Some("nothing was changed; this is a fault of crmctl, please report it".into());
        }
    }
}

fn of_edit(error: &EditError, explanation: &mut Explanation) {
    explanation.hint = match error {
        EditError::Db(e) => return of_db(e, explanation),
        EditError::Deleted(id) => Some(format!("bring it back: crmctl lead restore {id}")),
        EditError::Stale { lead, .. } => Some(format!("look at it, then try again: crmctl lead show {lead}")),
        EditError::Taken { holder, .. } => Some(format!("look at that lead: crmctl lead show {holder}")),
        EditError::NoIdentity(_) => Some("give it one of them in the same call".into()),
        EditError::NotClearable(_) => {
            explanation.exit = Exit::Usage;
            Some(format!("those are custom.NAME, {}", edit::clearable().collect::<Vec<_>>().join(", ")))
        }
        EditError::SetAndCleared(_) => {
            explanation.exit = Exit::Usage;
            Some("leave one of them out".into())
        }
        EditError::ForbiddenMove { .. } => Some("to do it all the same: --force --reason TEXT".into()),
        EditError::Listed { number, .. } => {
            Some(format!("take the number off the list, with the reason: crmctl dnc remove {number} --reason TEXT"))
        }
        EditError::UnknownNumber { lead, number } => Some(format!(
            "look at its numbers: crmctl lead show {lead}; add one: crmctl lead phone add {lead} {number}"
        )),
        EditError::FirstNumber { lead, .. } => Some(format!(
            "make another one the first: crmctl lead phone primary {lead} NUMBER\n\
             or leave it without: crmctl lead edit {lead} --clear phone_number"
        )),
        EditError::Raced => Some("nothing was changed; try again".into()),
    };
}

fn of_decide(error: &DecideError, explanation: &mut Explanation) {
    match error {
        DecideError::Db(e) => of_db(e, explanation),
        DecideError::Unknown(_) => explanation.hint = Some("list the undecided ones: crmctl dnc due".into()),
        DecideError::Decided { .. } => {
            explanation.hint = Some("a request is decided once; add or remove the number instead".into());
        }
    }
}

fn of_ui(error: &UiError, explanation: &mut Explanation) {
    match error {
        UiError::ClosedPipe => {
            explanation.silent = true;
            explanation.exit = Exit::Done;
        }
        UiError::NobodyToAsk => explanation.hint = Some("add --yes to go ahead without being asked".into()),
        UiError::Io(_) | UiError::Json(_) | UiError::NotConfirmed => {}
    }
}

fn interrupted(explanation: &mut Explanation) {
    explanation.message = "interrupted; nothing was changed".into();
    explanation.exit = Exit::Interrupted;
}

/// The header that reads most like a phone's, as the example in a hint.
fn most_like_phone(columns: &[String]) -> &str {
    let likeness = |name: &String| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), "phone");
    let named = columns.iter().filter(|name| !name.is_empty());
    named.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).map_or("#1", String::as_str)
}

/// A word as a shell takes it.
fn shell_word(text: &str) -> String {
    match text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_example() {
        let columns = vec!["Name".to_owned(), "Fone".to_owned(), "City".to_owned()];
        let error = ImportError::NoIdentityColumn { file: "leads.csv".into(), columns };
        let explanation = explain(&error.into());
        assert_eq!(explanation.message, "no column of `leads.csv` holds a phone number, an email or an external id");
        assert_eq!(explanation.details, ["its columns: Name, Fone, City"]);
        assert_eq!(explanation.hint.as_deref(), Some("name one, for example --map phone=Fone"));
    }

    #[test]
    fn exit_codes() {
        let exit = |error: anyhow::Error| explain(&error).exit;
        assert_eq!(exit(CommandError::usage("x").into()), Exit::Usage);
        assert_eq!(exit(ImportError::Interrupted.into()), Exit::Interrupted);
        assert_eq!(exit(DbError::Interrupted.into()), Exit::Interrupted);
        assert_eq!(exit(UiError::ClosedPipe.into()), Exit::Done);
        assert_eq!(exit(anyhow::anyhow!("x")), Exit::Failed);
    }
}
