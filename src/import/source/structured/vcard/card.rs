//! What a vCard says of a person, as values with the names of columns.

use std::collections::BTreeMap;

use super::super::records::Value;
use super::property::{Property, split, unescaped};
use crate::import::vocabulary::consent::{Reach, consent_column};
use crate::import::vocabulary::refusals::plain_refusal;

/// The parts of an address, by their order.
const ADDRESS: [&str; 7] = ["PO box", "Address line 2", "Street", "City", "State", "Postal code", "Country"];
/// The parts of a name, by their order.
const NAME: [&str; 5] = ["Last name", "First name", "Middle name", "Name prefix", "Name suffix"];

/// The properties of a person.
#[derive(Default)]
pub(super) struct Card {
    properties: Vec<Property>,
    /// The labels of groups, as Apple and Google write them.
    labels: BTreeMap<String, String>,
}

/// What is known of a person: names of columns with their values, in the order in which they came.
#[derive(Default)]
struct Told(Vec<(String, Vec<String>)>);

impl Told {
    fn put(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        if text.trim().is_empty() {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, texts)) if texts.contains(&text) => {}
            Some((_, texts)) => texts.push(text),
            None => self.0.push((name.to_owned(), vec![text])),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

/// What a number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Fax,
    Pager,
    Mobile,
    Work,
    Home,
    Unsaid,
}

fn plain(property: &Property) -> String {
    unescaped(property.text().trim())
}

/// A label without the marks of those that Apple translates: `_$!<Mobile>!$_`.
fn label_of(text: &str) -> &str {
    text.strip_prefix("_$!<").and_then(|text| text.strip_suffix(">!$_")).unwrap_or(text).trim()
}

impl Card {
    pub fn add(&mut self, property: Property) {
        match (property.name.as_str(), &property.group) {
            ("X-ABLABEL", Some(group)) if !self.labels.contains_key(group) => {
                let label = plain(&property);
                self.labels.insert(group.clone(), label_of(&label).to_owned());
            }
            _ => self.properties.push(property),
        }
    }

    /// The values of the record.
    pub fn values(self) -> Vec<Value> {
        let chosen = |name: &str| {
            let meant = |(_, property): &(usize, &Property)| {
                property.name == name
                    && !(name == "TEL" && matches!(self.use_of(property), Use::Fax | Use::Pager))
                    && !(name == "URL" && is_linkedin(&plain(property)))
            };
            let found = self.properties.iter().enumerate().filter(meant).min_by_key(|(_, it)| it.preference());
            found.map(|(place, _)| place)
        };
        let chosen = ["TEL", "EMAIL", "ADR", "URL"].map(chosen);
        let mut told = Told::default();
        // The first column of phones is the lead's, so what is chosen is told before its like.
        let is_chosen = |place: usize| chosen.contains(&Some(place));
        let names =
            (0..self.properties.len()).filter(|place| self.properties.get(*place).is_some_and(|it| it.name == "N"));
        let others = (0..self.properties.len()).filter(|place| !is_chosen(*place));
        for place in names.chain(chosen.into_iter().flatten()).chain(others) {
            if let Some(property) = self.properties.get(place) {
                self.tell(property, is_chosen(place), &mut told);
            }
        }
        for (group, label) in &self.labels {
            if !self.properties.iter().any(|it| it.group.as_ref() == Some(group)) {
                told.put("vCard X-ABLABEL", label.clone());
            }
        }
        let formatted = self.formatted(&told);
        let told = told.0.into_iter().map(|(name, texts)| {
            let between = if name == "Note" { "\n" } else { ", " };
            Value::text(name, texts.join(between))
        });
        formatted.into_iter().chain(told).collect()
    }

    /// The name as it is shown, unless its parts say the same.
    fn formatted(&self, told: &Told) -> Option<Value> {
        let text = self.properties.iter().filter(|it| it.name == "FN").map(plain).rfind(|text| !text.is_empty())?;
        if !told.has("First name") && !told.has("Last name") {
            return Some(Value::text("Name", text));
        }
        let words = |text: &str| -> Vec<String> {
            let cut = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            cut.map(str::to_lowercase).collect()
        };
        let parts = told.0.iter().filter(|(name, _)| NAME.contains(&name.as_str())).flat_map(|(_, texts)| texts);
        let known: Vec<String> = parts.flat_map(|text| words(text)).collect();
        let is_new = words(&text).iter().any(|word| !known.contains(word));
        is_new.then(|| Value::text("vCard FN", text))
    }

    fn label(&self, property: &Property) -> Option<&str> {
        let label = self.labels.get(property.group.as_ref()?)?;
        (!label.is_empty()).then_some(label)
    }

    fn use_of(&self, property: &Property) -> Use {
        let label = self.label(property).map(str::to_lowercase).unwrap_or_default();
        let is_mobile = ["CELL", "IPHONE", "MOBILE"].iter().any(|kind| property.is(kind));
        match () {
            () if property.is("FAX") || label.ends_with("fax") => Use::Fax,
            () if property.is("PAGER") || label == "pager" => Use::Pager,
            () if is_mobile || matches!(label.as_str(), "mobile" | "iphone" | "cell") => Use::Mobile,
            () if property.is("WORK") || label == "work" => Use::Work,
            () if property.is("HOME") || label == "home" => Use::Home,
            () => Use::Unsaid,
        }
    }

    /// What the types and the label of a property say not to be done: `TEL;TYPE="do-not-call"`.
    fn tell_refusals(&self, property: &Property, told: &mut Told) {
        let said = property.types().chain(self.label(property));
        let refused = said.filter_map(plain_refusal).fold(Reach::default(), Reach::or);
        let columns =
            [(refused.calls, "Do not call"), (refused.texts, "Do not text"), (refused.email, "Email opt-out")];
        columns.iter().filter(|(is_refused, _)| *is_refused).for_each(|(_, column)| told.put(column, "yes"));
    }

    /// Tells a property; `is_chosen` is said of the lead's own phone, email, address and website.
    fn tell(&self, property: &Property, is_chosen: bool, told: &mut Told) {
        let text = plain(property);
        self.tell_refusals(property, told);
        match property.name.as_str() {
            "FN" => return,
            "N" => return NAME.iter().zip(property.parts()).for_each(|(name, part)| told.put(name, part)),
            "TEL" => told.put(self.phone_column(property, is_chosen), number(&text)),
            "EMAIL" => {
                let address = text.strip_prefix("mailto:").unwrap_or(&text);
                told.put(if is_chosen { "Email" } else { "Further email" }, address);
            }
            "ADR" if is_chosen => ADDRESS.iter().zip(property.parts()).for_each(|(name, part)| told.put(name, part)),
            "ADR" => {
                let parts: Vec<String> = property.parts().into_iter().filter(|part| !part.is_empty()).collect();
                told.put("Further address", parts.join(", "));
            }
            "URL" | "X-SOCIALPROFILE" if is_linkedin(&text) && !told.has("LinkedIn") => told.put("LinkedIn", &*text),
            "URL" if is_chosen => told.put("Website", &*text),
            "URL" => told.put("Further website", &*text),
            "ORG" => {
                let mut parts = property.parts().into_iter();
                told.put("Company", parts.next().unwrap_or_default());
                told.put("Department", parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "));
            }
            "TITLE" => told.put("Job title", text),
            "NOTE" => return told.put("Note", text),
            "BDAY" => told.put("Birthday", text),
            "CATEGORIES" => {
                let text = property.text();
                return split(&text, ',').for_each(|tag| told.put("Tags", unescaped(tag.trim())));
            }
            // `X-DO-NOT-CALL` is a column of its own meaning.
            other if other.strip_prefix("X-").is_some_and(|name| consent_column(name).is_some()) => {
                return told.put(other.trim_start_matches("X-"), text);
            }
            other => {
                let name = format!("vCard {other}");
                return match self.label(property) {
                    Some(label) if !text.is_empty() => told.put(&name, format!("{label}: {text}")),
                    _ => told.put(&name, text),
                };
            }
        }
        // What the column says already is no label of its own.
        const SAID: [&str; 14] = [
            "mobile", "iphone", "cell", "work", "home", "homefax", "workfax", "otherfax", "pager", "main", "other",
            "email", "homepage", "linkedin",
        ];
        if let Some(label) = self.label(property).filter(|label| !SAID.contains(&label.to_lowercase().as_str())) {
            let shown = unescaped(property.text().trim_matches([';', ' ']));
            told.put("vCard X-ABLABEL", format!("{label}: {shown}"));
        }
    }

    fn phone_column(&self, property: &Property, is_chosen: bool) -> &'static str {
        match self.use_of(property) {
            _ if is_chosen => "Phone",
            Use::Fax => "Fax",
            Use::Pager => "Pager",
            Use::Mobile => "Mobile phone",
            Use::Work => "Work phone",
            Use::Home => "Home phone",
            Use::Unsaid => "Further phone",
        }
    }
}

/// A number, which may be written as `tel:+1-212-555-0101;ext=5` (RFC 3966).
fn number(text: &str) -> String {
    let uri = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    };
    let (number, rest) = uri.split_once(';').unwrap_or((uri, ""));
    let extension = rest.split(';').find_map(|part| part.strip_prefix("ext="));
    extension.map_or_else(|| number.to_owned(), |extension| format!("{number} x{extension}"))
}

fn is_linkedin(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    host == "linkedin.com" || host.ends_with(".linkedin.com")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Vec<(String, String)> {
        let mut card = Card::default();
        lines.iter().for_each(|line| card.add(Property::read(line.as_bytes()).unwrap()));
        let mut told: Vec<_> = card.values().into_iter().map(|value| (value.name, value.text)).collect();
        told.sort();
        told
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn what_is_preferred_is_the_lead_s() {
        for first in ["TEL;TYPE=pref,work", "TEL;WORK;PREF", "TEL;PREF=1;TYPE=work", "item9.TEL;type=WORK;type=pref"] {
            let lines =
                ["TEL;TYPE=FAX;PREF=1:+1 0", "TEL;PREF=50;TYPE=cell:+1 1", &format!("{first}:+1 2"), "TEL;HOME:+1 3"];
            let expected = [("Fax", "+1 0"), ("Home phone", "+1 3"), ("Mobile phone", "+1 1"), ("Phone", "+1 2")];
            assert_eq!(told(&lines), pairs(&expected), "{first}");
        }
        let mails = ["EMAIL:a@x.example", "EMAIL;TYPE=PREF:mailto:b@x.example", "EMAIL:c@x.example"];
        assert_eq!(told(&mails), pairs(&[("Email", "b@x.example"), ("Further email", "a@x.example, c@x.example")]));
        assert_eq!(told(&["TEL;FAX:+1 0"]), pairs(&[("Fax", "+1 0")]));
        let addresses = ["ADR;HOME:;;A 1;B;;;", "ADR;WORK;PREF:;;C 2;D;;;E"];
        let expected = [("City", "D"), ("Country", "E"), ("Further address", "A 1, B"), ("Street", "C 2")];
        assert_eq!(told(&addresses), pairs(&expected));
    }

    #[test]
    fn labels_of_groups_say_what_a_number_is() {
        let lines = [
            "TEL:+1 1",
            "item1.TEL:+1 2",
            "item1.X-ABLabel:_$!<Mobile>!$_",
            "item2.TEL:+1 3",
            "item2.X-ABLABEL:_$!<WorkFAX>!$_",
            "item3.TEL:+1 4",
            "item3.X-ABLabel:Boat",
            "item4.X-ABRELATEDNAMES;type=pref:Bob",
            "item4.X-ABLabel:_$!<Spouse>!$_",
            "item5.X-ABLabel:alone",
        ];
        let expected = [
            ("Fax", "+1 3"),
            ("Further phone", "+1 4"),
            ("Mobile phone", "+1 2"),
            ("Phone", "+1 1"),
            ("vCard X-ABLABEL", "Boat: +1 4, alone"),
            ("vCard X-ABRELATEDNAMES", "Spouse: Bob"),
        ];
        assert_eq!(told(&lines), pairs(&expected));
    }

    #[test]
    fn refusals_are_columns_of_their_own() {
        let expected = [("Do not call", "yes"), ("Phone", "+1 1")];
        for lines in [
            ["TEL;TYPE=\"do-not-call\":+1 1", "X-ABLabel:alone"],
            ["item1.TEL;TYPE=cell:+1 1", "item1.X-ABLabel:Do not call"],
            ["TEL;DO-NOT-CALL:+1 1", "NOTE:"],
        ] {
            let told: Vec<_> = told(&lines).into_iter().filter(|(name, _)| !name.starts_with("vCard")).collect();
            assert_eq!(told, pairs(&expected), "{lines:?}");
        }
        assert_eq!(told(&["X-DO-NOT-CALL:yes", "X-SIP:1"]), pairs(&[("DO-NOT-CALL", "yes"), ("vCard X-SIP", "1")]));
        assert_eq!(
            told(&["EMAIL;TYPE=unsubscribed:a@x.example"]),
            pairs(&[("Email", "a@x.example"), ("Email opt-out", "yes")])
        );
    }

    #[test]
    fn sites_are_told_by_their_host() {
        let lines = [
            "URL:https://www.linkedin.com/in/ada",
            "URL:http\\://a.example",
            "URL;PREF=1:https://b.example/linkedin.com",
            "X-SOCIALPROFILE;type=linkedin:http://linkedin.com/in/other",
        ];
        let expected = [
            ("Further website", "http://a.example"),
            ("LinkedIn", "https://www.linkedin.com/in/ada"),
            ("Website", "https://b.example/linkedin.com"),
            ("vCard X-SOCIALPROFILE", "http://linkedin.com/in/other"),
        ];
        assert_eq!(told(&lines), pairs(&expected));
        let alone = told(&["X-SOCIALPROFILE;type=linkedin:http://de.linkedin.com/in/ada"]);
        assert_eq!(alone, pairs(&[("LinkedIn", "http://de.linkedin.com/in/ada")]));
    }

    #[test]
    fn a_shown_name_is_kept_where_it_says_more() {
        let name = [("First name", "Ada"), ("Last name", "Roe")];
        assert_eq!(told(&["FN:Ada Roe", "N:Roe;Ada;;;"]), pairs(&name));
        assert_eq!(told(&["N:Roe;Ada"]), pairs(&name));
        let more = [name[0], name[1], ("vCard FN", "Ada Roe (Acme)")];
        assert_eq!(told(&["FN:Ada Roe (Acme)", "N:Roe;Ada;;;"]), pairs(&more));
        assert_eq!(told(&["N:;;;;", "FN:Acme"]), pairs(&[("Name", "Acme")]));
        let parts = [("Job title", "Boss"), ("Middle name", "B."), ("Name prefix", "Dr."), ("vCard X", "1")];
        assert_eq!(told(&["FN:", "N:;;B.;Dr.;", "TITLE:Boss", "X:1"]), pairs(&parts));
    }

    #[test]
    fn quotes_in_values_are_letters() {
        let expected = [("City", "Troy"), ("Street", "12\" pipe=1")];
        assert_eq!(told(&["ADR;LABEL=\"a;b:c\":;;12\" pipe=1;Troy;;;"]), pairs(&expected));
        assert_eq!(
            told(&["ORG:A\\;B;Sales;West", "CATEGORIES:a,b\\,c"]),
            pairs(&[("Company", "A;B"), ("Department", "Sales, West"), ("Tags", "a, b,c")])
        );
    }
}
