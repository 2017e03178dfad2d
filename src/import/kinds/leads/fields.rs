//! The target fields of a lead import and the headers by which they are known.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::db::lead_fields::StoredField;
use crate::domain::imports::kind::ImportKind;
use crate::import::presets::PresetKind;
use crate::import::saved::FieldRules;
use crate::import::source::Recognised;
use crate::import::vocabulary::consent::{ConsentColumn, Reach, consent_column};
use crate::import::vocabulary::currency::is_currency_column;
use crate::import::vocabulary::email::{EmailColumn, email_column};
use crate::import::vocabulary::phone::{PhoneColumn, phone_column};
use crate::import::vocabulary::{LONGEST_HEADER, header_key, header_keys};

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

// In the order in which exports have them. Phones, emails, currencies and opt-outs have headers of many more forms
// ([`crate::import::vocabulary`]).
targets! {
    Phone = "phone": ["contact number", "contact no", "direct line", "phone e164", "telefonnummer mit vorwahl"];
    FurtherPhone = "further_phone": ["further phones", "alternate number", "home number", "work number"];
    Email = "email": ["work email", "correo electrónico"];
    FurtherEmail = "further_email": ["further emails"];
    FirstName = "first_name": [
        "first name", "given name", "forename", "fname", "vorname", "rufname", "prénom", "nombre", "primer nombre", "nome", "primeiro nome",
        "voornaam", "imię", "имя", "名", "first", "given",
    ];
    LastName = "last_name": [
        "last name", "surname", "family name", "lname", "nachname", "familienname", "zuname", "nom de famille", "apellido", "apellidos",
        "sobrenome", "apelido", "cognome", "achternaam", "nazwisko", "фамилия", "姓", "last",
    ];
    Name = "name": [
        "name", "full name", "contact name", "lead name", "contact", "lead", "customer name", "client name", "person name", "person",
        "your name", "vollständiger name", "ansprechpartner", "kontakt", "nom", "nom complet", "nombre completo", "nombre y apellidos",
        "nome completo", "nome e cognome", "naam", "volledige naam", "imię i nazwisko", "фио", "полное имя", "氏名", "お名前", "名前",
    ];
    Company = "company": [
        "company", "company name", "organization", "organisation", "organization name", "account", "account name", "employer",
        "business name", "firma", "firmenname", "unternehmen", "société", "entreprise", "empresa", "compañía", "azienda", "società",
        "bedrijf", "bedrijfsnaam", "компания", "организация", "会社", "会社名", "company or account",
    ];
    JobTitle = "job_title": [
        "job title", "position", "role", "job", "occupation", "funktion", "berufsbezeichnung", "poste", "fonction", "cargo", "puesto",
        "ruolo", "functie", "stanowisko", "должность", "役職",
    ];
    Website = "website": [
        "website", "web", "homepage", "website url", "company website", "webseite", "site web", "sitio web", "sito web",
    ];
    LinkedinUrl = "linkedin_url": ["linkedin", "linkedin url", "linkedin profile", "linkedin profile url", "linkedin link"];
    Status = "status": ["status", "lead status", "stage", "lead stage", "lifecycle stage", "estado del lead", "статус"];
    Source = "source": [
        "source", "lead source", "original source", "channel", "quelle", "leadquelle", "origen", "origem", "fonte", "bron",
        "źródło", "источник", "provenance",
    ];
    // A column of our own exports.
    SourceSpelling = "source_spelling": ["source spelling"];
    Campaign = "campaign": ["campaign", "campaign name", "kampagne", "campaña", "campanha", "campagne", "campagna"];
    // What links carry: parameters of Google Analytics, and click ids of Google and of Meta.
    UtmSource = "utm_source": ["utm source"];
    UtmMedium = "utm_medium": ["utm medium"];
    UtmCampaign = "utm_campaign": ["utm campaign"];
    UtmTerm = "utm_term": ["utm term", "utm keyword"];
    UtmContent = "utm_content": ["utm content"];
    Gclid = "gclid": ["google click id", "google ad click id", "google adwords click id"];
    Fbclid = "fbclid": ["facebook click id"];
    Value = "value": [
        "value", "lead value", "deal value", "deal amount", "amount", "opportunity amount", "estimated value",
        "expected value", "expected revenue", "deal size",
    ];
    Currency = "currency": [];
    Score = "score": ["score", "lead score"];
    // An object of what makes up the score.
    ScoreFactors = "score_factors": ["score factors", "lead score factors"];
    Temperature = "temperature": ["temperature", "rating", "lead temperature"];
    Tags = "tags": ["tags", "tag", "labels", "label", "etiquetas", "étiquettes", "schlagworte", "теги"];
    Owner = "owner": [
        "owner", "owner email", "lead owner", "assigned to", "account owner", "sales rep", "contact owner", "zuständig", "betreuer",
    ];
    Note = "note": [
        "note", "notes", "comment", "comments", "remarks", "notiz", "notizen", "bemerkung", "bemerkungen", "kommentar", "remarque",
        "commentaire", "commentaires", "nota", "notas", "observaciones", "comentarios", "observações", "opmerking", "opmerkingen",
        "uwagi", "комментарий", "примечание", "備考", "メモ",
    ];
    DoNotCall = "do_not_call": ["do not phone"];
    DoNotText = "do_not_text": [];
    EmailOptOut = "email_opt_out": ["has opted out of email"];
    // Neither says what is opted out of, so it is everything.
    OptOut = "opt_out": ["opt out"];
    Consent = "consent": ["consent"];
    // Agreements to one channel: kept as custom fields, and what refuses in words is an opt-out.
    CallConsent = "call_consent": [];
    TextConsent = "text_consent": [];
    EmailConsent = "email_consent": [];
    // Answers to whether somebody may be contacted, of which a no refuses.
    MayContact = "may_contact": [];
    MayCall = "may_call": [];
    MayText = "may_text": [];
    MayEmail = "may_email": [];
    City = "city": [
        "city", "town", "mailing city", "ort", "stadt", "wohnort", "ville", "ciudad", "cidade", "città", "stad", "plaats", "miasto",
        "город", "市区町村", "billing city",
    ];
    State = "state": [
        "state", "province", "region", "state province", "mailing state", "county", "bundesland", "provincia", "provincie",
        "województwo", "регион", "都道府県",
    ];
    PostalCode = "postal_code": [
        "postal code", "zip", "zip code", "postcode", "mailing zip", "plz", "postleitzahl", "code postal", "código postal", "cep", "cap",
        "kod pocztowy", "индекс", "郵便番号", "zip postal code",
    ];
    Country = "country": [
        "country", "country code", "mailing country", "country region", "land", "pays", "país", "paese", "kraj", "страна", "国",
    ];
    Timezone = "timezone": ["timezone", "tz", "zeitzone", "fuseau horaire", "zona horaria"];
    ExternalSource = "external_source": [];
    ExternalId = "external_id": [];
    FirstAttempted = "first_attempted": ["first attempted", "first attempted at", "first attempt", "first attempt date", "first outreach", "first outreach date"];
    LastAttempted = "last_attempted": [
        "last attempted", "last attempted at", "last attempt", "last attempt date", "last call", "last called", "last call date", "last call attempt",
    ];
    FirstContacted = "first_contacted": [
        "first contacted", "first contact", "first contact date", "first contacted date", "first contacted at", "erstkontakt",
        "premier contact", "primer contacto", "primeiro contato", "primo contatto",
    ];
    LastContacted = "last_contacted": [
        "last contacted", "last contact", "last contact date", "last contacted date", "last contacted at", "date of last contact",
        "letzter kontakt", "letzter kontakt am", "dernier contact", "último contacto", "último contato", "ultimo contatto",
        "laatste contact", "ostatni kontakt", "последний контакт",
    ];
    LastEngagement = "last_engagement": [
        "last engagement", "last engagement at", "last engagement date", "last engaged", "last engaged date", "last reply", "last reply date", "last replied",
    ];
    NextContact = "next_contact": [
        "next contact", "next contact at", "next contact date", "next follow up", "next follow up date", "follow up date", "follow up on",
        "callback date", "next activity date", "wiedervorlage", "nächster kontakt", "prochain contact", "próximo contacto",
        "próximo contato", "prossimo contatto", "volgend contact",
    ];
    ExpectedCloseDate = "expected_close_date": [
        "expected close date", "expected close", "expected closing", "expected closing date", "close date", "closing date",
        "estimated close date", "abschlussdatum", "voraussichtlicher abschluss", "date de clôture", "fecha de cierre",
        "data de fechamento", "data di chiusura",
    ];
    Created = "created": [
        "created", "created at", "create date", "created date", "created time", "creation date", "date created",
        "date added", "created on", "erstellt", "erstellt am", "angelegt am", "date de création", "fecha de creación", "data de criação",
        "data di creazione", "aangemaakt op", "data utworzenia", "дата создания", "作成日",
    ];
}

/// What presets know of these fields.
pub const PRESETS: PresetKind = PresetKind {
    kind: ImportKind::Leads,
    fields: LeadField::WORDS,
    repeats: |field| LeadField::from_word(field).is_some_and(LeadField::takes_several),
    is_of_people: true,
    is_consent: |header| LeadField::of_header(header).is_some_and(LeadField::is_flag),
    takes_consent: |field| LeadField::from_word(field).is_some_and(LeadField::is_flag),
};

static KNOWN: LazyLock<HashMap<String, LeadField>> = LazyLock::new(LeadField::known);

impl LeadField {
    /// The field that a header means.
    pub fn of_header(header: &str) -> Option<LeadField> {
        if header.len() > LONGEST_HEADER {
            return None;
        }
        let known = header_keys(header).iter().find_map(|key| KNOWN.get(key)).copied();
        known.or_else(|| LeadField::of_many_forms(header))
    }

    /// The headers that are known as they are.
    fn known() -> HashMap<String, LeadField> {
        let words = |field: LeadField| {
            // The field's own name always means the field, but for the external id and its system, which go together.
            let is_own = !matches!(field, LeadField::ExternalSource | LeadField::ExternalId);
            field.synonyms().iter().copied().chain(is_own.then(|| field.as_str()))
        };
        let fields = LeadField::ALL.iter().rev();
        fields.flat_map(|&field| words(field).map(move |word| (header_key(word), field))).collect()
    }

    /// The field of a header that has many forms.
    fn of_many_forms(header: &str) -> Option<LeadField> {
        if let Some(column) = consent_column(header) {
            return Some(match column {
                ConsentColumn::OptOut(Reach { calls: true, email: true, .. }) => LeadField::OptOut,
                ConsentColumn::OptOut(Reach { texts: true, email: true, .. }) => LeadField::OptOut,
                ConsentColumn::OptOut(Reach { calls: true, .. }) => LeadField::DoNotCall,
                ConsentColumn::OptOut(Reach { texts: true, .. }) => LeadField::DoNotText,
                ConsentColumn::OptOut(_) => LeadField::EmailOptOut,
                ConsentColumn::OptIn(Reach { calls: true, texts: false, email: false }) => LeadField::CallConsent,
                ConsentColumn::OptIn(Reach { calls: false, texts: true, email: false }) => LeadField::TextConsent,
                ConsentColumn::OptIn(Reach { calls: false, texts: false, email: true }) => LeadField::EmailConsent,
                ConsentColumn::OptIn(_) => LeadField::Consent,
            });
        }
        match (phone_column(header), email_column(header)) {
            (Some(PhoneColumn::First), _) => Some(LeadField::Phone),
            (Some(PhoneColumn::Further), _) => Some(LeadField::FurtherPhone),
            (None, Some(EmailColumn::First)) => Some(LeadField::Email),
            (None, Some(EmailColumn::Further)) => Some(LeadField::FurtherEmail),
            _ => is_currency_column(header).then_some(LeadField::Currency),
        }
    }

    /// The field that takes over where a column has filled this one: a second column of phones holds further phones.
    pub fn further(self) -> Option<LeadField> {
        match self {
            LeadField::Phone => Some(LeadField::FurtherPhone),
            LeadField::Email => Some(LeadField::FurtherEmail),
            _ => None,
        }
    }

    /// Whether several columns may fill the field.
    pub fn takes_several(self) -> bool {
        use LeadField::*;
        matches!(
            self,
            FurtherPhone
                | FurtherEmail
                | Tags
                | Note
                | DoNotCall
                | DoNotText
                | EmailOptOut
                | OptOut
                | Consent
                | CallConsent
                | TextConsent
                | EmailConsent
                | MayContact
                | MayCall
                | MayText
                | MayEmail
        )
    }

    /// Whether it is yes or no, or takes these words for its own.
    pub fn is_flag(self) -> bool {
        self.is_refusal() || self.is_agreement() || self.is_answer()
    }

    /// Whether a no in it refuses.
    pub fn is_answer(self) -> bool {
        use LeadField::*;
        matches!(self, MayContact | MayCall | MayText | MayEmail)
    }

    /// Whether a yes in it agrees, and a no leaves it open.
    pub fn is_agreement(self) -> bool {
        use LeadField::*;
        matches!(self, Consent | CallConsent | TextConsent | EmailConsent)
    }

    /// Whether a yes in it refuses.
    pub fn is_refusal(self) -> bool {
        use LeadField::*;
        matches!(self, DoNotCall | DoNotText | EmailOptOut | OptOut)
    }

    /// Whether it is a parameter of the link by which the lead came.
    pub fn is_link_parameter(self) -> bool {
        use LeadField::*;
        matches!(self, UtmSource | UtmMedium | UtmCampaign | UtmTerm | UtmContent | Gclid | Fbclid)
    }

    /// Whether it is a time or a day.
    pub fn is_time(self) -> bool {
        use LeadField::*;
        self.is_past() || matches!(self, NextContact | ExpectedCloseDate)
    }

    /// Whether it is a time that has passed.
    pub fn is_past(self) -> bool {
        use LeadField::*;
        matches!(self, Created | FirstAttempted | LastAttempted | FirstContacted | LastContacted | LastEngagement)
    }

    /// Whether it is a line of text in which somebody may write that a person is not to be contacted.
    pub fn may_name_a_wish(self) -> bool {
        use LeadField::*;
        matches!(self, FirstName | LastName | Name | Company | JobTitle | Source | SourceSpelling | Campaign | City)
    }

    /// Whether it is a text that may begin with an apostrophe.
    pub fn is_prose(self) -> bool {
        use LeadField::*;
        matches!(
            self,
            FirstName
                | LastName
                | Name
                | Company
                | JobTitle
                | Source
                | SourceSpelling
                | Campaign
                | Tags
                | Note
                | City
                | State
        )
    }

    /// Whether an export has it: the full name is in its parts, notes are no column, and who is not to be called has the
    /// status `dnc`.
    pub fn is_exported(self) -> bool {
        use LeadField::*;
        let is_part =
            matches!(self, Name | Note | DoNotCall | DoNotText | OptOut | CallConsent | TextConsent | EmailConsent);
        !is_part && !self.is_answer()
    }

    /// Whether a column of this field can say who a lead is.
    pub fn is_identity(self) -> bool {
        use LeadField::*;
        matches!(self, Phone | FurtherPhone | Email | FurtherEmail | ExternalId)
    }
}

/// Headers that mean a field only where no other column does: a title beside a job title is a form of address.
pub const SECOND_CHOICE: [(&str, LeadField); 1] = [("title", LeadField::JobTitle)];

/// What saved mappings need to know of the fields.
pub const RULES: FieldRules<'static> = FieldRules {
    repeats: &|word| LeadField::from_word(word).is_some_and(LeadField::takes_several),
    yields_to_set: &|word| LeadField::from_word(word).is_some_and(|field| !field.is_flag()),
};

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
        for (header, field) in [
            ("HasOptedOutOfEmail", LeadField::EmailOptOut),
            ("SMS Opt Out", LeadField::DoNotText),
            ("Do not call or email", LeadField::OptOut),
            ("Email Opt-In", LeadField::EmailConsent),
            ("LeadSource", LeadField::Source),
            ("CreatedDate", LeadField::Created),
            ("PostalCode", LeadField::PostalCode),
            ("Person - Name", LeadField::Name),
            ("Prenom", LeadField::FirstName),
            ("Имя", LeadField::FirstName),
            ("氏名", LeadField::Name),
        ] {
            assert_eq!(LeadField::of_header(header), Some(field), "{header}");
        }
        for header in ["ID", "external_id", "Fone", "Email type", "Title", ""] {
            assert_eq!(LeadField::of_header(header), None, "{header}");
        }
        for header in
            ["Email 2", "Secondary Email", "E-mail 3 - Value", "Other email", "further_email", "Further Emails"]
        {
            assert_eq!(LeadField::of_header(header), Some(LeadField::FurtherEmail), "{header}");
        }
    }

    #[test]
    fn every_synonym_is_folded_and_means_one_field() {
        let mut seen = HashSet::new();
        for field in LeadField::ALL {
            for synonym in field.synonyms() {
                assert_eq!(crate::domain::text::fold_key(synonym), *synonym);
                assert!(seen.insert(header_key(synonym)), "{synonym} twice");
            }
        }
    }
}
