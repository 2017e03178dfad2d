//! The target fields of a lead import and the headers by which they are known.

use crate::import::source::Recognised;

vocabulary! {
    /// A field that a column of a lead file can fill.
    LeadField {
        Phone = "phone",
        FurtherPhone = "further_phone",
        Email = "email",
        FirstName = "first_name",
        LastName = "last_name",
        Name = "name",
        Company = "company",
        JobTitle = "job_title",
        Website = "website",
        LinkedinUrl = "linkedin_url",
        Status = "status",
        Source = "source",
        SourceSpelling = "source_spelling",
        Campaign = "campaign",
        Value = "value",
        Currency = "currency",
        Score = "score",
        Temperature = "temperature",
        Tags = "tags",
        Owner = "owner",
        Note = "note",
        Created = "created",
        DoNotCall = "do_not_call",
        EmailOptOut = "email_opt_out",
        OptOut = "opt_out",
        Consent = "consent",
        City = "city",
        State = "state",
        PostalCode = "postal_code",
        Country = "country",
        Timezone = "timezone",
        ExternalSource = "external_source",
        ExternalId = "external_id",
    }
}

impl LeadField {
    /// The headers that mean this field, folded by [`crate::domain::text::fold_key`].
    ///
    /// An external id is in none of them: a column "ID" of two files must not match strangers.
    pub fn synonyms(self) -> &'static [&'static str] {
        match self {
            LeadField::Phone => &[
                "phone",
                "phone number",
                "phonenumber",
                "phone no",
                "telephone",
                "telephone number",
                "tel",
                "tel no",
                "mobile",
                "mobile phone",
                "mobile number",
                "mobilephone",
                "cell",
                "cell phone",
                "cellphone",
                "primary phone",
                "contact number",
                "phone 1",
                "phone1",
                "phone e164",
                "telefon",
                "telefono",
                "teléfono",
                "téléphone",
                "whatsapp",
                "whatsapp number",
            ],
            LeadField::FurtherPhone => &[
                "other phone",
                "work phone",
                "business phone",
                "office phone",
                "home phone",
                "secondary phone",
                "alternate phone",
                "alt phone",
                "phone 2",
                "phone2",
                "phone 3",
                "phone3",
                "phone number 2",
                "direct phone",
                "further phone",
                "further phones",
                "additional phone",
                "landline",
            ],
            LeadField::Email => &[
                "email",
                "e mail",
                "email address",
                "e mail address",
                "mail",
                "emailaddress",
                "primary email",
                "work email",
                "email 1",
                "contact email",
                "correo",
                "correo electrónico",
            ],
            LeadField::FirstName => {
                &["first name", "firstname", "given name", "forename", "fname", "vorname", "prénom", "nombre"]
            }
            LeadField::LastName => {
                &["last name", "lastname", "surname", "family name", "lname", "nachname", "apellido", "apellidos"]
            }
            LeadField::Name => &["name", "full name", "fullname", "contact name", "lead name", "contact", "lead"],
            LeadField::Company => &[
                "company",
                "company name",
                "organization",
                "organisation",
                "organization name",
                "account",
                "account name",
                "employer",
                "business name",
                "firma",
            ],
            LeadField::JobTitle => &["job title", "jobtitle", "title", "position", "role"],
            LeadField::Website => &["website", "web site", "web", "homepage", "website url", "company website"],
            LeadField::LinkedinUrl => &["linkedin", "linkedin url", "linkedin profile", "linkedin profile url"],
            LeadField::Status => &["status", "lead status", "stage", "lead stage", "lifecycle stage"],
            // A column of our own exports.
            LeadField::SourceSpelling => &["source spelling"],
            LeadField::Source => &["source", "lead source", "original source", "utm source", "channel"],
            LeadField::Campaign => &["campaign", "campaign name", "utm campaign"],
            LeadField::Value => &[
                "value",
                "lead value",
                "deal value",
                "deal amount",
                "amount",
                "opportunity amount",
                "estimated value",
                "expected value",
                "expected revenue",
                "deal size",
            ],
            LeadField::Currency => {
                &["currency", "currency code", "currency iso code", "deal currency", "deal currency code"]
            }
            LeadField::Score => &["score", "lead score", "leadscore"],
            LeadField::Temperature => &["temperature", "rating", "lead temperature"],
            LeadField::Tags => &["tags", "tag", "labels", "label"],
            LeadField::Owner => {
                &["owner", "owner email", "lead owner", "assigned to", "account owner", "sales rep", "contact owner"]
            }
            LeadField::Note => &["note", "notes", "comment", "comments", "remarks"],
            LeadField::Created => &[
                "created",
                "created at",
                "create date",
                "created date",
                "created time",
                "creation date",
                "date created",
                "date added",
                "created on",
            ],
            LeadField::DoNotCall => &["do not call", "dnc", "donotcall", "no call", "do not phone", "call opt out"],
            LeadField::EmailOptOut => &[
                "email opt out",
                "email optout",
                "email opted out",
                "opted out of email",
                "unsubscribed",
                "has opted out of email",
                "do not email",
                "email unsubscribed",
                "unsubscribed from all email",
            ],
            // Neither says what is opted out of, so it is everything.
            LeadField::OptOut => &["opt out", "optout", "opted out", "do not contact", "donotcontact", "no contact"],
            LeadField::Consent => &["consent", "consent status", "marketing consent", "gdpr consent"],
            LeadField::City => &["city", "town", "mailing city", "ort", "ciudad"],
            LeadField::State => &["state", "province", "region", "state province", "mailing state", "county"],
            LeadField::PostalCode => &["postal code", "zip", "zip code", "zipcode", "postcode", "mailing zip", "plz"],
            LeadField::Country => &["country", "country code", "mailing country", "country region", "land", "país"],
            LeadField::Timezone => &["timezone", "time zone", "tz"],
            LeadField::ExternalSource | LeadField::ExternalId => &[],
        }
    }

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
