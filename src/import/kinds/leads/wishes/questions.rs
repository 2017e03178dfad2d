//! Columns of consent that ask whether somebody may be contacted.

use super::super::mapping::{Mapping, Target};
use crate::import::column_names::column_named;
use crate::import::options::ImportOptions;
use crate::import::vocabulary::consent::Reach;
use crate::import::vocabulary::questions::asks_permission;

/// The columns that a field of consent takes by their headers, which ask by these ways, where nobody has said what a no is.
pub(in crate::import::kinds::leads) fn questions(mapping: &Mapping, options: &ImportOptions) -> Vec<(usize, Reach)> {
    let said: Vec<usize> = options.map.iter().filter_map(|it| column_named(&mapping.headers, &it.value).ok()).collect();
    let taken = mapping.targets.iter().zip(&mapping.headers).enumerate().filter(|(index, (target, _))| {
        matches!(target, Target::Field(field) if field.is_agreement()) && !said.contains(index)
    });
    taken.filter_map(|(index, (_, header))| Some((index, asks_permission(header)?))).collect()
}
