//! The target fields of a lead import and the headers by which they are known.

use crate::db::lead_fields::StoredField;
use crate::import::source::Recognised;

macro_rules! targets {
    ($($field:ident = $word:literal: [$($synonym:literal),* $(,)?];)+) => {
        vocabulary! {
            /// A field that a column of a lead file can fill.
            LeadField { $($field = $word),+ }
        }

        impl LeadField {
            /// The headers that mean this field, folded by [`crate::domain::text::fold_key`].
            ///
            /// An external id is in none of them: a column "ID" of two files must not match strangers.
            pub const fn synonyms(self) -> &'static [&'static str] {
                match self { $(LeadField::$field => &[$($synonym),*]),+ }
            }

            /// The column of `leads` that people call so.
            pub const fn stored(self) -> Option<&'static StoredField> {
                match self { $(LeadField::$field => const { StoredField::called_so($word) }),+ }
            }
        }
    };
}

// In the order in which exports have them.
targets! {
    Phone = "phone": [
        "phone", "phone number", "phonenumber", "phone no", "telephone", "telephone number", "tel", "tel no", "mobile",
        "mobile phone", "mobile number", "mobilephone", "cell", "cell phone", "cellphone", "primary phone",
        "contact number", "phone 1", "phone1", "phone e164", "telefon", "telefono", "teléfono", "téléphone", "whatsapp",
        "whatsapp number",
    ];
    FurtherPhone = "further_phone": [
        "other phone", "work phone", "business phone", "office phone", "home phone", "secondary phone",
        "alternate phone", "alt phone", "phone 2", "phone2", "phone 3", "phone3", "phone number 2", "direct phone",
        "further phone", "further phones", "additional phone", "landline",
    ];
    Email = "email": [
        "email", "e mail", "email address", "e mail address", "mail", "emailaddress", "primary email", "work email",
        "email 1", "contact email", "correo", "correo electrónico",
    ];
    FirstName = "first_name": [
        "first name", "firstname", "given name", "forename", "fname", "vorname", "prénom", "nombre",
    ];
    LastName = "last_name": [
        "last name", "lastname", "surname", "family name", "lname", "nachname", "apellido", "apellidos",
    ];
    Name = "name": ["name", "full name", "fullname", "contact name", "lead name", "contact", "lead"];
    Company = "company": [
        "company", "company name", "organization", "organisation", "organization name", "account", "account name",
        "employer", "business name", "firma",
    ];
    JobTitle = "job_title": ["job title", "jobtitle", "title", "position", "role"];
    Website = "website": ["website", "web site", "web", "homepage", "website url", "company website"];
    LinkedinUrl = "linkedin_url": ["linkedin", "linkedin url", "linkedin profile", "linkedin profile url"];
    Status = "status": ["status", "lead status", "stage", "lead stage", "lifecycle stage"];
    Source = "source": ["source", "lead source", "original source", "utm source", "channel"];
    // A column of our own exports.
    SourceSpelling = "source_spelling": ["source spelling"];
    Campaign = "campaign": ["campaign", "campaign name", "utm campaign"];
    Value = "value": [
        "value", "lead value", "deal value", "deal amount", "amount", "opportunity amount", "estimated value",
        "expected value", "expected revenue", "deal size",
    ];
    Currency = "currency": ["currency", "currency code", "currency iso code", "deal currency", "deal currency code"];
    Score = "score": ["score", "lead score", "leadscore"];
    Temperature = "temperature": ["temperature", "rating", "lead temperature"];
    Tags = "tags": ["tags", "tag", "labels", "label"];
    Owner = "owner": [
        "owner", "owner email", "lead owner", "assigned to", "account owner", "sales rep", "contact owner",
    ];
    Note = "note": ["note", "notes", "comment", "comments", "remarks"];
    DoNotCall = "do_not_call": ["do not call", "dnc", "donotcall", "no call", "do not phone", "call opt out"];
    Consent = "consent": ["consent", "consent status", "marketing consent", "gdpr consent"];
    EmailOptOut = "email_opt_out": [
        "email opt out", "email optout", "email opted out", "opted out of email", "unsubscribed",
        "has opted out of email", "do not email", "email unsubscribed", "unsubscribed from all email",
    ];
    // Neither says what is opted out of, so it is everything.
    OptOut = "opt_out": ["opt out", "optout", "opted out", "do not contact", "donotcontact", "no contact"];
    City = "city": ["city", "town", "mailing city", "ort", "ciudad"];
    State = "state": ["state", "province", "region", "state province", "mailing state", "county"];
    PostalCode = "postal_code": ["postal code", "zip", "zip code", "zipcode", "postcode", "mailing zip", "plz"];
    Country = "country": ["country", "country code", "mailing country", "country region", "land", "país"];
    Timezone = "timezone": ["timezone", "time zone", "tz"];
    ExternalSource = "external_source": [];
    ExternalId = "external_id": [];
    Created = "created": [
        "created", "created at", "create date", "created date", "created time", "creation date", "date created",
        "date added", "created on",
    ];
}

impl LeadField {
    /// The field that a header means.
    pub fn of_header(header: &str) -> Option<LeadField> {
        let key = crate::domain::text::fold_key(header);
        // The field's own name always means the field, but for the external id and its system, which go together.
        LeadField::ALL.iter().copied().find(|field| {
            field.synonyms().contains(&key.as_str())
                || (!matches!(field, LeadField::ExternalSource | LeadField::ExternalId)
                    && field.as_str().replace('_', " ") == key)
        })
    }

    /// Whether several columns may fill the field: the second phone column holds further phones.
    pub fn takes_several(self) -> bool {
        matches!(self, LeadField::FurtherPhone | LeadField::Tags | LeadField::Note)
    }

    /// Whether an export has it: the full name is in its parts, notes are no column, and who is not to be called has the
    /// status `dnc`.
    pub fn is_exported(self) -> bool {
        !matches!(self, LeadField::Name | LeadField::Note | LeadField::DoNotCall | LeadField::OptOut)
    }

    /// Whether a column of this field can say who a lead is.
    pub fn is_identity(self) -> bool {
        matches!(self, LeadField::Phone | LeadField::Email | LeadField::ExternalId)
    }
}

/// What a header is for an import of leads.
pub fn recognise(header: &str) -> Recognised {
    match LeadField::of_header(header) {
        Some(field) if field.is_identity() => Recognised::Identity,
        Some(_) => Recognised::Field,
        None => Recognised::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn headers_as_people_write_them() {
        for (header, field) in [
            ("Mobile", LeadField::Phone),
            ("Phone Number", LeadField::Phone),
            ("phone_number", LeadField::Phone),
            ("Tel.", LeadField::Phone),
            ("cell", LeadField::Phone),
            ("E-mail Address", LeadField::Email),
            ("Do Not Call", LeadField::DoNotCall),
            ("Opt-out?", LeadField::OptOut),
            ("Opted out of email", LeadField::EmailOptOut),
            ("Lead Source", LeadField::Source),
            ("ZIP", LeadField::PostalCode),
        ] {
            assert_eq!(LeadField::of_header(header), Some(field), "{header}");
        }
        for header in ["ID", "external_id", "Fone", ""] {
            assert_eq!(LeadField::of_header(header), None, "{header}");
        }
    }

    #[test]
    fn every_synonym_is_folded_and_means_one_field() {
        let mut seen = HashSet::new();
        for field in LeadField::ALL {
            for synonym in field.synonyms() {
                assert_eq!(crate::domain::text::fold_key(synonym), *synonym);
                assert!(seen.insert(*synonym), "{synonym} twice");
            }
        }
    }
}
