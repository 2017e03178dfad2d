//! What a command ends with: an exit code, or an error in the words of a person. Each error type explains itself beside
//! its definition; this module uses no other layer, so every layer may use it.

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

/// The result of a command and of what commands share.
pub type Result<T, E = CommandError> = std::result::Result<T, E>;

/// An error as a person reads it and as the shell sees it. Every error becomes one before it leaves a command.
///
/// It does not implement [`std::error::Error`]: it is the explanation already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandError {
    pub message: String,
    /// When that was, to be read after the message where the organization is.
    pub time: Option<jiff::Timestamp>,
    /// Lines below the message.
    pub details: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// How the call would work, where it is told; the hint says the same without the rest of the call.
    pub again: Option<Box<Again>>,
    pub exit: Exit,
    /// Nothing is to be said: the reader of our output has gone.
    pub silent: bool,
}

/// How a call that failed would work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Again {
    /// Words of it that are left out, each with the option before it; an option with its value.
    pub without: Vec<String>,
    /// Words that it needs besides.
    pub with: Vec<String>,
    /// Others that work instead of those, where a person chooses.
    pub or: Vec<Vec<String>>,
}

impl Again {
    /// A call with one of several groups of words; `None` when there is none to choose.
    pub fn one_of(choices: &[Vec<String>]) -> Option<Again> {
        let (first, others) = choices.split_first()?;
        Some(Again { without: Vec::new(), with: first.clone(), or: others.to_vec() })
    }
}

/// How a call would work, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    pub why: String,
    pub again: Again,
}

impl CommandError {
    /// Something could not be done.
    pub fn failed(message: impl Into<String>) -> CommandError {
        let message = message.into();
        CommandError {
            message,
            time: None,
            details: Vec::new(),
            hint: None,
            again: None,
            exit: Exit::Failed,
            silent: false,
        }
    }

    /// The command line was wrong.
    pub fn usage(message: impl Into<String>) -> CommandError {
        CommandError { exit: Exit::Usage, ..CommandError::failed(message) }
    }

    /// The person stopped the work.
    pub fn interrupted() -> CommandError {
        CommandError { exit: Exit::Interrupted, ..CommandError::failed("interrupted; nothing was changed") }
    }

    /// The reader of our output has gone, which is nobody's error.
    pub fn closed_pipe() -> CommandError {
        CommandError {
            exit: Exit::Done,
            silent: true,
            ..CommandError::failed("the reader of the output has closed it")
        }
    }

    /// The same of a verb whose exit code is its answer: nobody has heard it, so it does not say that all is well.
    pub fn unheard(self) -> CommandError {
        let exit = if self.silent && self.exit == Exit::Done { Exit::NeedsAttention } else { self.exit };
        CommandError { exit, ..self }
    }

    /// The error of something that came after the change was made that the call was for, or a part of it: it needs a person,
    /// and the call is not to be repeated as it was.
    pub fn after_commit(self) -> CommandError {
        let what = if self.exit == Exit::Interrupted { "interrupted".into() } else { self.message };
        let message = format!("a change is made, but what follows it failed: {what}");
        // They speak of the part that failed.
        let (details, hint) = (Vec::new(), self.hint.filter(|hint| !hint.contains("nothing was changed")));
        CommandError { message, details, hint, again: None, exit: Exit::NeedsAttention, silent: false, ..self }
    }

    /// Ends the message with a time.
    pub fn at(self, time: jiff::Timestamp) -> CommandError {
        CommandError { time: Some(time), ..self }
    }

    /// Adds what to do about it.
    pub fn hint(self, hint: impl Into<String>) -> CommandError {
        CommandError { hint: Some(hint.into()), ..self }
    }

    /// Adds how the call would work.
    pub fn again(self, again: Option<Again>) -> CommandError {
        CommandError { again: again.map(Box::new), ..self }
    }

    /// Adds what to do about it, where something can be done.
    pub fn maybe_hint(self, hint: Option<String>) -> CommandError {
        CommandError { hint, ..self }
    }

    /// Adds a line below the message.
    pub fn detail(self, detail: impl Into<String>) -> CommandError {
        self.details([detail.into()])
    }

    /// Adds lines below the message.
    pub fn details(mut self, details: impl IntoIterator<Item = String>) -> CommandError {
        self.details.extend(details);
        self
    }
}

/// An error that a command may return: it says by itself what a person reads of it.
///
/// An implementation stands beside its type. For an enum it is a `match` without `_`, and a variant that wraps another
/// error returns the explanation of that one; so a new variant does not compile without its explanation, nor does `?`
/// on an error without one.
pub trait Explain: std::error::Error {
    /// Message, details, hint and exit code.
    fn explain(&self) -> CommandError;
}

impl<E: Explain> From<E> for CommandError {
    fn from(error: E) -> CommandError {
        error.explain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("no lead has the id {0}")]
    struct Unknown(i64);

    impl Explain for Unknown {
        fn explain(&self) -> CommandError {
            CommandError::failed(self.to_string()).hint("list them")
        }
    }

    #[test]
    fn a_question_mark_explains() {
        fn run() -> Result<Exit> {
            Err(Unknown(7))?
        }
        let error = run().unwrap_err();
        assert_eq!(error.message, "no lead has the id 7");
        assert_eq!(error.hint.as_deref(), Some("list them"));
        assert_eq!(error.exit, Exit::Failed);
    }

    #[test]
    fn exit_codes() {
        assert_eq!(CommandError::failed("x").exit, Exit::Failed);
        assert_eq!(CommandError::usage("x").hint("y").detail("z").exit, Exit::Usage);
        assert_eq!(CommandError::interrupted().exit, Exit::Interrupted);
        let closed = CommandError::closed_pipe();
        assert_eq!((closed.exit, closed.silent), (Exit::Done, true));
    }
}
