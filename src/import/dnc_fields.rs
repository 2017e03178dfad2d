//! The columns of a sheet of do-not-call requests, and which of its headers means which.

use super::ImportError;
use super::mapping::{OWN_COLUMNS, column_named, mapping_error};
use super::options::Assignment;
use super::source::Recognised;
use crate::domain::text::fold_key;

vocabulary! {
    /// A field that a column of a do-not-call sheet can fill.
    DncField {
        Phone = "phone",
        Reason = "reason",
        Scope = "scope",
        Source = "source",
        Evidence = "evidence",
        RequestedAt = "requested_at",
        Expires = "expires",
    }
}

impl DncField {
    /// The headers that mean this field, folded by [`fold_key`].
    fn synonyms(self) -> &'static [&'static str] {
        match self {
            DncField::Phone => &[
                "phone",
                "phone number",
                "phonenumber",
                "phone no",
                "telephone",
                "telephone number",
                "tel",
                "mobile",
                "mobile number",
                "cell",
                "cell phone",
                "number",
                "dnc number",
                "do not call number",
                "msisdn",
                "caller",
                "caller id",
                "from",
                "from number",
                "sender",
                "contact number",
                "telefon",
                "telefono",
                "teléfono",
                "téléphone",
                "whatsapp",
            ],
            DncField::Reason => &["reason", "dnc reason", "opt out reason", "why"],
            DncField::Scope => &["scope", "channel", "channels"],
            DncField::Source => &["source", "dnc source", "opt out source"],
            DncField::Evidence => &[
                "evidence",
                "text",
                "message",
                "message body",
                "body",
                "reply",
                "sms",
                "content",
                "note",
                "notes",
                "comment",
                "comments",
            ],
            DncField::RequestedAt => &[
                "requested at",
                "requested",
                "request date",
                "requested on",
                "opt out date",
                "optout date",
                "date of request",
                "date",
                "time",
                "timestamp",
                "date added",
                "added",
                "added at",
                "received",
                "received at",
                "sent at",
                "created",
                "created at",
            ],
            DncField::Expires => &["expires", "expires at", "expiry", "expiry date", "expiration", "expiration date"],
        }
    }

    fn of_header(header: &str) -> Option<DncField> {
        let key = fold_key(header);
        DncField::ALL.iter().copied().find(|field| field.synonyms().contains(&key.as_str()))
    }

    /// What a header is to a sheet of requests.
    pub fn recognise(header: &str) -> Recognised {
        match DncField::of_header(header) {
            Some(DncField::Phone) => Recognised::Identity,
            Some(_) => Recognised::Field,
            None => Recognised::No,
        }
    }
}

/// The columns of a sheet and what each fills; nothing for a column that is left out.
#[derive(Debug, Clone)]
pub struct DncColumns {
    pub headers: Vec<String>,
    pub targets: Vec<Option<DncField>>,
}

impl DncColumns {
    /// Maps the columns by `--map` first, then by their headers. Several may hold phones.
    ///
    /// # Errors
    /// `--map` names no column or field, two columns claim one field, or none holds phone numbers.
    pub fn of(file: &str, headers: &[String], map: &[Assignment]) -> Result<DncColumns, ImportError> {
        let mut targets = vec![None; headers.len()];
        for assignment in map {
            let field = assignment.field.trim().to_lowercase().replace([' ', '-'], "_");
            let field = DncField::from_word(&field).ok_or_else(|| {
                let problem = format!("`{}` is not a field of a do-not-call request", assignment.field);
                mapping_error(headers, problem, &format!("the fields are {}", DncField::words()))
            })?;
            let index = column_named(headers, &assignment.value)?;
            let is_taken = targets.contains(&Some(field)) && field != DncField::Phone;
            if is_taken || targets[index].is_some_and(|other| other != field) {
                let problem = format!("`{}` cannot fill {field}: the column or the field is taken", headers[index]);
                return Err(mapping_error(headers, problem, "name one column for each field"));
            }
            targets[index] = Some(field);
        }
        for (index, header) in headers.iter().enumerate() {
            let Some(field) = DncField::of_header(header) else { continue };
            let is_free = field == DncField::Phone || !targets.contains(&Some(field));
            if targets[index].is_none() && is_free {
                targets[index] = Some(field);
            }
        }
        if !targets.contains(&Some(DncField::Phone)) {
            return Err(ImportError::NoPhoneColumn { file: file.to_owned(), columns: headers.to_vec() });
        }
        Ok(DncColumns { headers: headers.to_vec(), targets })
    }

    /// The columns that fill a field.
    pub fn columns_of(&self, field: DncField) -> impl Iterator<Item = usize> {
        (0..self.targets.len()).filter(move |index| self.targets.get(*index) == Some(&Some(field)))
    }

    /// The headers of columns that are left out.
    pub fn left_out(&self) -> Vec<&str> {
        let unclaimed = self.headers.iter().zip(&self.targets).filter(|(_, target)| target.is_none());
        let named = unclaimed.map(|(header, _)| header.trim());
        named.filter(|header| !header.is_empty() && !OWN_COLUMNS.contains(header)).collect()
    }

    /// The mapping as it is kept with the import's record.
    pub fn to_json(&self) -> serde_json::Value {
        let columns = self.headers.iter().zip(&self.targets).map(|(header, target)| {
            let target = target.map_or("ignored", DncField::as_str);
            serde_json::json!({ "header": header, "target": target })
        });
        columns.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headers: &[&str], map: &[&str]) -> Result<DncColumns, ImportError> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let map: Vec<Assignment> = map.iter().map(|text| text.parse().unwrap()).collect();
        DncColumns::of("dnc.csv", &headers, &map)
    }

    #[test]
    fn headers_then_what_is_left() {
        let mapped = columns(&["phone_number", "Mobile", "Reason", "Agent", "_problem"], &[]).unwrap();
        use DncField::*;
        assert_eq!(mapped.targets, [Some(Phone), Some(Phone), Some(Reason), None, None]);
        assert_eq!(mapped.left_out(), ["Agent"]);
        let named = columns(&["Fone", "Why", "Reason"], &["phone=Fone", "reason=Reason"]).unwrap();
        assert_eq!(named.targets, [Some(Phone), None, Some(Reason)]);
    }

    #[test]
    fn a_sheet_without_phones_is_none() {
        assert!(matches!(columns(&["2125550142"], &[]), Err(ImportError::NoPhoneColumn { .. })));
        assert!(matches!(columns(&["Phone"], &["fone=Phone"]), Err(ImportError::Mapping { .. })));
        for map in [["reason=A", "reason=B"], ["reason=A", "evidence=A"]] {
            assert!(matches!(columns(&["Phone", "A", "B"], &map), Err(ImportError::Mapping { .. })), "{map:?}");
        }
    }

    #[test]
    fn every_synonym_is_folded_and_means_one_field() {
        let mut seen = std::collections::HashSet::new();
        for field in DncField::ALL {
            for synonym in field.synonyms() {
                assert_eq!(fold_key(synonym), *synonym);
                assert!(seen.insert(*synonym), "{synonym} twice");
            }
        }
    }
}
