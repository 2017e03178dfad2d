//! A report of costs as a page for people, and as records for CSV.

use crate::commands::args::pictures::{NONE, created};
use crate::reports::roi::{By, Change, Keyed, Line, Roi};
use crate::ui::{
    Bar, Bars, Column, Page, Part, Sheet, SheetColumn, Ui, UiError, amount, change_of, count, factor, money, percent,
    plural, points,
};

/// The report for people.
pub(super) fn of(report: &Roi) -> Page {
    let created = created(report.since.is_some() || report.until.is_some(), &report.window, report.total.leads);
    let mut page = Page {
        title: "Return on investment".to_owned(),
        subtitle: format!("{created}; amounts in {} (time zone {})", report.currency, report.timezone),
        parts: vec![Part::Bars(values(report)), Part::Sheet(sheet(report))],
        notes: Vec::new(),
    };
    if let Some(previous) = &report.previous {
        page.parts.push(Part::Sheet(changes(report, &previous.window)));
    }
    page.notes.push(reconciled(report));
    page.notes.extend(unreported(report));
    if report.reconciliation.in_ledger_cents != 0 {
        let in_ledger = money(report.reconciliation.in_ledger_cents, &report.currency);
        page.notes.push(format!("of the cost recorded, {in_ledger} are charges of the budget ledger"));
    }
    page.notes.extend(report.notes.iter().cloned());
    if report.others.is_some() {
        page.notes.push("--limit 0 shows every line".to_owned());
    }
    page
}

/// Prints the page for people, the data for programs.
pub(super) fn print(report: &Roi, page: &Page, ui: Ui) -> Result<(), UiError> {
    let by = report.by;
    let records: Vec<Keyed<'_>> = report.lines.iter().map(|line| Keyed { by, line }).collect();
    ui.report(page, report, &records, &columns(report))
}

/// The columns of the records of a report.
pub(super) fn columns(report: &Roi) -> Vec<Column> {
    let by = report.by.as_str();
    let mut columns = vec![Column::text(by, by)];
    columns.extend(FIGURES.iter().cloned());
    if report.previous.is_some() && report.by != By::Month {
        columns.extend(CHANGES.iter().cloned());
    }
    columns
}

const FIGURES: &[Column] = &[
    Column::count("leads", "leads"),
    Column::count("recruited", "recruited"),
    Column::number("cost_cents", "cost"),
    Column::number("cost_per_lead_cents", "cost per lead"),
    Column::number("conversion", "conversion"),
    Column::number("cost_per_recruit_cents", "cost per recruit"),
    Column::number("value_cents", "value"),
    Column::number("roi", "roi"),
    Column::number("roas", "roas"),
];

const CHANGES: &[Column] = &[
    Column::number("leads_change", "leads"),
    Column::number("recruited_change", "recruited"),
    Column::number("cost_cents_change", "cost"),
    Column::number("conversion_change", "conversion"),
    Column::number("value_cents_change", "value"),
    Column::number("roi_change", "roi"),
];

/// Every line with how it is called: the lines, what was left out of them as one, and all.
fn named(report: &Roi) -> Vec<(String, &Line)> {
    let name = |line: &Line| line.name.clone().unwrap_or_else(|| NONE.to_owned());
    let mut all: Vec<(String, &Line)> = report.lines.iter().map(|line| (name(line), line)).collect();
    if let Some(others) = &report.others {
        all.push((format!("({})", plural(others.count as u64, "other", "others")), &others.line));
    }
    all.push(("total".to_owned(), &report.total));
    all
}

/// What each group brought, beside what it cost.
fn values(report: &Roi) -> Bars {
    let greatest = report.lines.iter().map(|line| line.value_cents).max().unwrap_or_default();
    let lines = named(report);
    let last = lines.len().saturating_sub(1);
    let bar = |(place, (label, line)): (usize, &(String, &Line))| Bar {
        label: label.clone(),
        figures: vec![
            amount(line.cost_cents, &report.currency),
            money(line.value_cents, &report.currency),
            percent(line.roi),
            factor(line.roas),
        ],
        // The whole has no bar, for it would dwarf all others.
        length: match place == last || greatest <= 0 {
            true => 0.0,
            false => line.value_cents as f64 / greatest as f64,
        },
    };
    Bars {
        title: "value of the recruited leads".to_owned(),
        columns: ["cost", "value", "ROI", "ROAS"].map(str::to_owned).to_vec(),
        bars: lines.iter().enumerate().map(bar).collect(),
    }
}

fn sheet(report: &Roi) -> Sheet {
    let mut columns = vec![SheetColumn::text(report.by.as_str())];
    let titles = ["leads", "recruited", "conversion", "cost per lead", "cost per recruit"];
    columns.extend(titles.map(SheetColumn::number));
    let row = |(label, line): &(String, &Line)| {
        vec![
            label.clone(),
            count(line.leads),
            count(line.recruited),
            percent(line.conversion),
            amount(line.cost_per_lead_cents, &report.currency),
            amount(line.cost_per_recruit_cents, &report.currency),
        ]
    };
    Sheet { title: String::new(), columns, rows: named(report).iter().map(row).collect() }
}

/// What has changed against the window before.
fn changes(report: &Roi, before: &str) -> Sheet {
    let mut columns = vec![SheetColumn::text(report.by.as_str())];
    columns.extend(["leads", "recruited", "conversion", "cost", "value", "ROI"].map(SheetColumn::number));
    let row = |(label, line): &(String, &Line)| {
        line.change.map(|change: Change| {
            vec![
                label.clone(),
                change_of(change.leads),
                change_of(change.recruited),
                points(change.conversion),
                change.cost_cents.map_or_else(|| amount(None, ""), |cents| signed(cents, &report.currency)),
                signed(change.value_cents, &report.currency),
                points(change.roi),
            ]
        })
    };
    Sheet {
        title: format!("change against {before}, of ratios in percentage points"),
        columns,
        rows: named(report).iter().filter_map(row).collect(),
    }
}

fn signed(cents: i64, currency: &str) -> String {
    format!("{}{}", if cents > 0 { "+" } else { "" }, money(cents, currency))
}

/// Whether the costs of the report are those that are recorded.
fn reconciled(report: &Roi) -> String {
    let parts = &report.reconciliation;
    let [reported, recorded, difference] =
        [parts.cost_reported_cents, parts.cost_recorded_cents, parts.difference_cents]
            .map(|cents| money(cents, &report.currency));
    let months = match report.since.is_some() || report.until.is_some() {
        true => "these months",
        false => "all months",
    };
    match parts.difference_cents {
        0 => format!("cost in this report {reported} = cost recorded for {months} {recorded}"),
        _ => {
            format!("cost in this report {reported}, cost recorded for {months} {recorded}: {difference} are not in it")
        }
    }
}

/// Where the difference lies.
fn unreported(report: &Roi) -> Option<String> {
    if report.by == By::Owner {
        let any = report.reconciliation.difference_cents != 0;
        return any.then(|| "costs are of sources and campaigns, and have no owner".to_owned());
    }
    const SHOWN: usize = 5;
    let parts: Vec<_> = report.reconciliation.unreported.iter().filter(|part| part.cost_cents != 0).collect();
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| NONE.to_owned());
    let mut told: Vec<String> = parts
        .iter()
        .take(SHOWN)
        .map(|part| format!("{} {}", name(&part.name), money(part.cost_cents, &report.currency)))
        .collect();
    if parts.len() > SHOWN {
        told.push(format!("{} more", plural((parts.len() - SHOWN) as u64, "other", "others")));
    }
    (!told.is_empty()).then(|| format!("not in it, because no lead of them was chosen: {}", told.join(", ")))
}
