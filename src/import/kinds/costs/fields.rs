//! The columns of a sheet of costs, and which of its headers means which.

use iso_currency::Currency;

use crate::domain::text::fold_key;
use crate::import::sheet::columns::{Columns, SheetField};
use crate::import::template::About;
use crate::import::unclaimed::Watch;
use crate::import::vocabulary::currency::is_currency_column;
use crate::import::vocabulary::{header_key, header_keys, is_word};

vocabulary! {
    /// A field that a column of a sheet of costs can fill.
    CostField {
        Cost = "cost",
        Source = "source",
        Campaign = "campaign",
        Period = "period",
        PeriodEnd = "period_end",
        Currency = "currency",
        Note = "note",
    }
}

impl SheetField for CostField {
    const ROW: &'static str = "cost";
    const REQUIRED: &'static [(&'static [Self], &'static str)] = {
        use CostField::*;
        &[(&[Cost], "the cost"), (&[Source], "the source"), (&[Period], "the month")]
    };
    const PROVEN_DATES: &'static [Self] = &[CostField::Period, CostField::PeriodEnd];
    const PROVEN_NUMBERS: &'static [Self] = &[CostField::Cost];
    const CURRENCY: Option<Self> = Some(CostField::Currency);

    fn about(self) -> About {
        match self {
            CostField::Cost => About::number("What it cost, with a point before decimals", "1250.50"),
            CostField::Source => About::text("The source of leads that it was spent on", "facebook_ads"),
            CostField::Campaign => About::text("One of its campaigns, where the cost is of that alone", "spring"),
            CostField::Period => About::text("The month, or a day of it", "2026-02"),
            CostField::PeriodEnd => {
                About::text("The end of the period, where it is neither a month nor a day", "2026-02-28")
            }
            CostField::Currency => {
                About::text("The currency, by ISO 4217 code; the organization's where it is empty", "USD")
            }
            CostField::Note => About::text("A note", "invoice 17"),
        }
    }

    fn currency_of_header(header: &str) -> Option<Currency> {
        currency_of_header(header)
    }

    fn must_be_known(self) -> bool {
        self != CostField::Note
    }

    fn synonyms(self) -> &'static [&'static str] {
        match self {
            CostField::Cost => &[
                "cost",
                "costs",
                "spend",
                "spent",
                "amount spent",
                "ad spend",
                "media cost",
                "amount",
                "total",
                "total cost",
                "total spent",
                "net cost",
                "kosten",
                "ausgaben",
                "coste",
                "gasto",
                "importe gastado",
                "coût",
                "montant dépensé",
                "ausgegebener betrag",
            ],
            CostField::Source => &[
                "source",
                "lead source",
                "channel",
                "platform",
                "publisher platform",
                "network",
                "traffic source",
                "utm source",
                "quelle",
                "kanal",
                "fuente",
                "canal",
            ],
            CostField::Campaign => &[
                "campaign",
                "campaign name",
                "utm campaign",
                "kampagne",
                "kampagnenname",
                "campaña",
                "nombre de la campaña",
                "campagne",
                "nom de la campagne",
            ],
            CostField::Period => &[
                "month",
                "period",
                "date",
                "day",
                "reporting starts",
                "start date",
                "period start",
                "from",
                "monat",
                "datum",
                "mes",
                "fecha",
                "mois",
                "tag",
                "jour",
                "día",
                "berichtsstart",
                "début des rapports",
                "inicio del informe",
            ],
            CostField::PeriodEnd => &[
                "reporting ends",
                "end date",
                "period end",
                "to",
                "until",
                "berichtsende",
                "fin des rapports",
                "fin del informe",
            ],
            CostField::Currency => &[],
            CostField::Note => &["note", "notes", "comment", "comments", "description", "invoice", "remark"],
        }
    }

    /// Ad platforms write the currency behind the header: `Amount spent (USD)`.
    fn of_header(header: &str) -> Option<Self> {
        let keys = header_keys(header);
        let folded = fold_key(header);
        let bare =
            currency_of_header(header).and_then(|_| folded.rsplit_once(' ')).map(|(bare, _)| vec![header_key(bare)]);
        let is_of = |field: CostField, keys: &[String]| field.synonyms().iter().any(|synonym| is_word(synonym, keys));
        let known = Self::ALL.iter().copied().find(|field| is_of(*field, &keys));
        let cost = bare.filter(|bare| is_of(CostField::Cost, bare)).map(|_| CostField::Cost);
        known.or(cost).or_else(|| is_currency_column(header).then_some(CostField::Currency))
    }

    fn watch(columns: &Columns<Self>) -> Watch {
        Watch { currencies: Some(columns.columns_of(CostField::Currency).next()), ..Watch::default() }
    }
}

/// The currency that a header of costs ends with.
pub fn currency_of_header(header: &str) -> Option<Currency> {
    let word = header.trim().trim_end_matches([')', ']']).rsplit(|c: char| !c.is_ascii_alphabetic()).next()?;
    Currency::from_code(word).filter(|_| word.len() < header.trim().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::ImportError;

    fn columns(headers: &[&str], given: &[CostField]) -> Result<Vec<Option<CostField>>, ImportError> {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        Columns::of("costs.csv", &headers, &[], &[], given).map(|columns| columns.targets)
    }

    #[test]
    fn sheets_of_ad_platforms_are_known() {
        use CostField::*;
        let meta = ["Campaign name", "Amount spent (USD)", "Reporting starts", "Reporting ends", "Impressions"];
        let mapped = columns(&meta, &[Source]).unwrap();
        assert_eq!(mapped, [Some(Campaign), Some(Cost), Some(Period), Some(PeriodEnd), None]);
        let google = columns(&["Month", "Campaign", "Currency code", "Cost"], &[Source]).unwrap();
        assert_eq!(google, [Some(Period), Some(Campaign), Some(Currency), Some(Cost)]);
        for (headers, given, missing) in [
            (&["Month", "Cost"][..], &[][..], "source"),
            (&["Source", "Cost"], &[], "period"),
            (&["Source", "Month"], &[], "cost"),
        ] {
            let error = columns(headers, given).unwrap_err();
            assert!(matches!(error, ImportError::NoColumn { field, .. } if field == missing), "{error}");
        }
        assert!(columns(&["Cost"], &[Source, Period]).is_ok());
    }

    #[test]
    fn headers_name_currencies() {
        let code = |header: &str| currency_of_header(header).map(|currency| currency.code());
        for (header, currency) in [
            ("Amount spent (USD)", Some("USD")),
            ("Cost [EUR]", Some("EUR")),
            ("Cost CHF", Some("CHF")),
            ("Cost", None),
            ("Cost (net)", None),
            ("USD", None),
            ("", None),
        ] {
            assert_eq!(code(header), currency, "{header}");
        }
    }

    #[test]
    fn every_synonym_is_folded_and_means_one_field() {
        let mut seen = std::collections::HashSet::new();
        for field in CostField::ALL {
            for synonym in field.synonyms() {
                assert_eq!(fold_key(synonym), *synonym);
                assert!(seen.insert(*synonym), "{synonym} twice");
            }
        }
    }
}
