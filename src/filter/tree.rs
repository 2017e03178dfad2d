//! A filter as a typed tree.

use super::error::Problem;
use super::field::Subject;
use super::value::Value;

/// Which leads are meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Every part holds. There are two or more.
    All(Vec<Filter>),
    /// At least one part holds. There are two or more.
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Is(Condition),
}

/// One condition on one field. The number and kinds of its values fit the operator and the field.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub subject: Subject,
    pub op: Op,
    pub values: Vec<Value>,
}

vocabulary! {
    /// What is asked of a field.
    Op {
        Eq = "=",
        Ne = "!=",
        Lt = "<",
        Le = "<=",
        Gt = ">",
        Ge = ">=",
        In = "in",
        NotIn = "not in",
        Contains = "contains",
        StartsWith = "starts with",
        IsEmpty = "is empty",
        IsNotEmpty = "is not empty",
        Within = "within",
        WithinNext = "within next",
        OlderThan = "older than",
        Any = "any",
        All = "all",
        None = "none",
    }
}

/// How an operator takes its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    One,
    /// One or more, in parentheses.
    Several,
    /// A number and a unit of time.
    Age,
}

impl Op {
    pub fn takes(self) -> Takes {
        match self {
            Op::IsEmpty | Op::IsNotEmpty => Takes::Nothing,
            Op::In | Op::NotIn | Op::Any | Op::All | Op::None => Takes::Several,
            Op::Within | Op::WithinNext | Op::OlderThan => Takes::Age,
            _ => Takes::One,
        }
    }
}

/// How deep parentheses and `not` may be nested.
pub const MAX_DEPTH: usize = 64;
/// How many conditions a filter may have.
pub const MAX_CONDITIONS: usize = 200;
/// How many values all lists of a filter may hold together.
pub const MAX_VALUES: usize = 2000;

impl Filter {
    /// Every part; parts that say the same of their own parts are taken apart, so that there is one form of it.
    pub fn all(parts: Vec<Filter>) -> Filter {
        let flat = parts.into_iter().flat_map(|part| match part {
            Filter::All(inner) => inner,
            other => vec![other],
        });
        one_or(flat.collect(), Filter::All)
    }

    /// At least one part; see [`Filter::all`].
    pub fn any(parts: Vec<Filter>) -> Filter {
        let flat = parts.into_iter().flat_map(|part| match part {
            Filter::Any(inner) => inner,
            other => vec![other],
        });
        one_or(flat.collect(), Filter::Any)
    }

    /// Every condition, in the order of the text.
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().flat_map(Filter::conditions).collect(),
            Filter::Not(part) => part.conditions(),
            Filter::Is(condition) => vec![condition],
        }
    }

    /// Changes conditions, in the order of the text.
    ///
    /// # Errors
    /// The first of `change`.
    pub fn change_each<E>(&mut self, change: &mut impl FnMut(&mut Condition) -> Result<(), E>) -> Result<(), E> {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter_mut().try_for_each(|part| part.change_each(change)),
            Filter::Not(part) => part.change_each(change),
            Filter::Is(condition) => change(condition),
        }
    }

    fn depth(&self) -> usize {
        match self {
            Filter::All(parts) | Filter::Any(parts) => 1 + parts.iter().map(Filter::depth).max().unwrap_or(0),
            Filter::Not(part) => 1 + part.depth(),
            Filter::Is(_) => 0,
        }
    }

    /// Refuses a filter that is larger than engines take.
    ///
    /// # Errors
    /// It is nested too deep, or has too many conditions or values.
    pub fn check_size(&self) -> Result<(), Problem> {
        if self.depth() > MAX_DEPTH {
            return Err(Problem::TooDeep);
        }
        let conditions = self.conditions();
        if conditions.len() > MAX_CONDITIONS {
            return Err(Problem::TooManyConditions);
        }
        match conditions.iter().map(|condition| condition.values.len()).sum::<usize>() > MAX_VALUES {
            true => Err(Problem::TooManyValues),
            false => Ok(()),
        }
    }
}

fn one_or(mut parts: Vec<Filter>, several: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.len() {
        1 => parts.remove(0),
        _ => several(parts),
    }
}
