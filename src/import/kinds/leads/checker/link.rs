//! The link by which a lead came: its parameters are kept with the source, and say what it is where the row does not.

use super::Work;
use crate::db::types::Json;
use crate::domain::leads::source;
use crate::import::kinds::leads::fields::LeadField;

impl Work<'_> {
    pub(super) fn settle_link(&mut self) {
        let link = std::mem::take(&mut self.link);
        for (field, text) in &link {
            let lead = &self.draft.lead;
            let says = match field {
                LeadField::UtmSource if lead.source.is_none() && !source::normalize(text).is_empty() => {
                    Some(LeadField::Source)
                }
                LeadField::UtmCampaign if lead.campaign.is_none() => Some(LeadField::Campaign),
                _ => None,
            };
            if let Some(says) = says {
                self.at = self.checker.mapping.column_of(*field);
                self.parse(says, field.as_str().to_owned(), text);
                self.draft.of_link.extend(says.stored().map(|stored| stored.name));
            }
        }
        for (field, text) in link {
            let metadata = self.draft.lead.source_metadata.get_or_insert_with(|| Json(serde_json::json!({})));
            if let serde_json::Value::Object(known) = &mut metadata.0 {
                known.insert(field.as_str().to_owned(), text.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn parameters_are_kept_and_say_what_the_row_does_not() {
        let headers = ["Phone", "UTM Medium", "utm_source", "utm_campaign", "GCLID", "Lead Source"];
        let lead = |source: &str| {
            let cells = ["2125550142", "cpc", "Face Book", "Spring 26", "Cj0KCQ", source];
            check(&headers, &cells, false).draft.unwrap().lead
        };
        let said = lead("radio");
        assert_eq!((said.source.as_deref(), said.campaign.as_deref()), (Some("radio"), Some("Spring 26")));
        let kept = said.source_metadata.unwrap().0;
        let told = ["utm_source", "utm_medium", "utm_campaign", "gclid"].map(|key| kept[key].as_str().unwrap());
        assert_eq!(told, ["Face Book", "cpc", "Spring 26", "Cj0KCQ"]);
        assert!(kept.get("spelling").is_none());
        let unsaid = lead("");
        assert_eq!(unsaid.source.as_deref(), Some("face_book"));
        assert_eq!(unsaid.source_metadata.unwrap().0["spelling"], "Face Book");
        // Another order of columns says the same.
        let other = check(&["Phone", "utm_term", "Source"], &["2125550142", "shoes", "Google Ads"], false);
        let kept = other.draft.unwrap().lead.source_metadata.unwrap().0;
        assert_eq!((&kept["utm_term"], &kept["spelling"]), (&"shoes".into(), &"Google Ads".into()));
        assert!(check(&["Phone", "fbclid"], &["2125550142", &"x".repeat(501)], false).draft.is_none());
    }
}
