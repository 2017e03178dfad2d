//! What each field of a lead takes from a cell, for people who fill a template.

use super::fields::LeadField;
use crate::domain::leads::consent::{Consent, Temperature};
use crate::domain::leads::status::Status;
use crate::import::template::About;

const A_DAY: &str = "A day or a time: 2026-03-01, or 2026-03-01 14:30";

impl LeadField {
    /// What a cell of the field holds.
    pub fn about(self) -> About {
        match self {
            LeadField::Phone => About::text(
                "A phone number, with its country as +1, or in the form of the organization's region",
                "+1 212 555 0142",
            ),
            LeadField::FurtherPhone => About::text("Further numbers, separated by semicolons", "+1 212 555 0143"),
            LeadField::Email => About::text("An email address", "ada@example.com"),
            LeadField::FurtherEmail => About::text("Further addresses, separated by semicolons", "ada@example.org"),
            LeadField::FirstName => About::text("The first name", "Ada"),
            LeadField::LastName => About::text("The last name", "Lovelace"),
            LeadField::Name => {
                About::text("The whole name, where first and last name are not filled in", "Ada Lovelace")
            }
            LeadField::Company => About::text("The company", "Analytical Engines"),
            LeadField::JobTitle => About::text("The position", "Programmer"),
            LeadField::Website => About::text("The address of a website", "https://example.com"),
            LeadField::LinkedinUrl => {
                About::text("The address of a profile on LinkedIn", "https://www.linkedin.com/in/example")
            }
            LeadField::Status => About::word::<Status>("Where the lead stands; new where it is empty", "new"),
            LeadField::Source => About::text("Where the lead comes from", "trade_fair"),
            LeadField::SourceSpelling => {
                About::text("How the source is spelled elsewhere; exports fill it in", "Trade fair")
            }
            LeadField::Campaign => About::text("The campaign", "spring"),
            LeadField::UtmSource => About::text("The parameter utm_source of the link", "newsletter"),
            LeadField::UtmMedium => About::text("The parameter utm_medium of the link", "email"),
            LeadField::UtmCampaign => About::text("The parameter utm_campaign of the link", "spring"),
            LeadField::UtmTerm => About::text("The parameter utm_term of the link", "crm"),
            LeadField::UtmContent => About::text("The parameter utm_content of the link", "button"),
            LeadField::Gclid => About::text("The click id of Google", "Cj0example"),
            LeadField::Fbclid => About::text("The click id of Meta", "IwARexample"),
            LeadField::Value => About::number("What the lead may be worth, with a point before decimals", "1250.50"),
            LeadField::Currency => {
                About::text("The currency of the value, by ISO 4217 code; the organization's where it is empty", "USD")
            }
            LeadField::Score => About::number("An integer from 0 to 100", "70"),
            LeadField::ScoreFactors => About::text("What makes up the score, as a JSON object", r#"{"size": 40}"#),
            LeadField::Temperature => About::word::<Temperature>("How warm the lead is", "warm"),
            LeadField::Tags => About::text("Tags, separated by commas", "vip, fair"),
            LeadField::Owner => About::text("Who works on the lead, by the email of a user", "sales@example.com"),
            LeadField::Note => About::text("A note", "asked for a call in May"),
            LeadField::DoNotCall => About::flag("Yes puts the number on the do-not-call list, for calls"),
            LeadField::DoNotText => About::flag("Yes puts the number on the do-not-call list, for texts"),
            LeadField::EmailOptOut => About::flag("Yes: no emails any more"),
            LeadField::OptOut => About::flag("Yes: no contact any more, in whatever way"),
            LeadField::Consent => About::word::<Consent>("Whether the person agreed to be contacted", "granted"),
            LeadField::CallConsent => About::flag("Whether the person agreed to calls"),
            LeadField::TextConsent => About::flag("Whether the person agreed to texts"),
            LeadField::EmailConsent => About::flag("Whether the person agreed to emails"),
            LeadField::MayContact => About::question("Whether the person may be contacted: no refuses it"),
            LeadField::MayCall => About::question("Whether the person may be called: no refuses it"),
            LeadField::MayText => About::question("Whether the person may be sent texts: no refuses it"),
            LeadField::MayEmail => About::question("Whether the person may be sent emails: no refuses it"),
            LeadField::City => About::text("The city", "Albany"),
            LeadField::State => About::text("The state or province", "NY"),
            LeadField::PostalCode => About::text("The postal code", "12207"),
            LeadField::Country => About::text("The country, by name or ISO 3166 code", "US"),
            LeadField::Timezone => About::text("The time zone, by IANA name", "America/New_York"),
            LeadField::ExternalSource => About::text("The system that the external id is of", "hubspot"),
            LeadField::ExternalId => About::text("The lead's id in that system", "4711"),
            LeadField::FirstAttempted => About::day(A_DAY, "2026-01-10"),
            LeadField::LastAttempted => About::day(A_DAY, "2026-01-20"),
            LeadField::FirstContacted => About::day(A_DAY, "2026-01-12"),
            LeadField::LastContacted => About::day(A_DAY, "2026-01-22"),
            LeadField::LastEngagement => About::day(A_DAY, "2026-01-23"),
            LeadField::NextContact => About::day(A_DAY, "2026-06-01"),
            LeadField::ExpectedCloseDate => About::day("A day: 2026-07-01", "2026-07-01"),
            LeadField::Created => About::day("When the lead came to be, as a day or a time", "2026-01-05"),
        }
    }
}
