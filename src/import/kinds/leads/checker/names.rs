//! The full name beside the first and the last name of a row.

use super::Work;
use crate::domain::leads::name;
use crate::import::kinds::leads::fields::LeadField;

impl Work<'_> {
    /// Fills from the full name what the row's own columns leave open. What it says besides is kept as a cell that no field
    /// claims.
    pub(super) fn settle_name(&mut self) {
        let Some((at, full)) = self.full_name.take() else { return };
        self.at = at;
        let lead = &self.draft.lead;
        let added = name::beside(&full, lead.first_name.as_deref(), lead.last_name.as_deref());
        if let Some(first) = added.first {
            self.text(LeadField::FirstName, self.name_column(), &first);
        }
        if let Some(last) = added.last {
            self.text(LeadField::LastName, self.name_column(), &last);
        }
        if added.says_more {
            self.keep(&self.name_column(), &full);
        }
        self.at = None;
    }

    fn name_column(&self) -> String {
        let header = self.at.and_then(|at| self.checker.mapping.headers.get(at));
        header.map_or(LeadField::Name.as_str(), String::as_str).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    fn read(headers: &[&str], cells: &[&str]) -> (String, String, String) {
        let (headers, cells) = ([&["Phone"], headers].concat(), [&["2125550142"], cells].concat());
        let lead = check(&headers, &cells, false).draft.unwrap().lead;
        (lead.first_name.unwrap_or_default(), lead.last_name.unwrap_or_default(), lead.custom_fields.0.to_string())
    }

    #[test]
    fn a_full_name_beside_one_part_in_either_order() {
        for (part, name, cell, full, first, last) in [
            ("Vorname", "Name", "Änn", "Röe", "Änn", "Röe"),
            ("First Name", "Name", "Ann", "Ann Roe", "Ann", "Roe"),
            ("First Name", "Full Name", "Ann", "Roe, Ann", "Ann", "Roe"),
            ("Nachname", "Name", "Röe", "Änn", "Änn", "Röe"),
            ("Last Name", "Name", "Roe", "Ann Roe", "Ann", "Roe"),
            ("Last Name", "Contact Name", "Roe", "Roe, Ann", "Ann", "Roe"),
        ] {
            let expected = (first.to_owned(), last.to_owned(), "{}".to_owned());
            assert_eq!(read(&[part, name], &[cell, full]), expected, "{part};{name}");
            assert_eq!(read(&[name, part], &[full, cell]), expected, "{name};{part}");
        }
    }

    #[test]
    fn a_full_name_beside_both_parts_is_kept_when_it_says_more() {
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let of = |texts: [&'static str; 3]| order.map(|at| texts[at]);
            let read = |full| read(&of(["First Name", "Last Name", "Name"]), &of(["Ann", "Roe", full]));
            assert_eq!(read("Roe, Ann"), ("Ann".into(), "Roe".into(), "{}".into()));
            assert_eq!(read("Dr. Ann Roe"), ("Ann".into(), "Roe".into(), "{\"Name\":\"Dr. Ann Roe\"}".into()));
            assert_eq!(read("Bea Dey"), ("Ann".into(), "Roe".into(), "{\"Name\":\"Bea Dey\"}".into()));
        }
    }
}
