//! A funnel as a page for people, and as records for CSV.

use serde::Serialize;

use crate::commands::args::pictures::{NONE, created};
use crate::db::{Db, DbError};
use crate::reports::funnel::{self, Activity, Breakdown, Cohort, CohortGroup, Entered, Question, Stage};
use crate::ui::{
    Bar, Bars, Column, Page, Part, Sheet, SheetColumn, Ui, UiError, count, duration, grouped, percent, plural, points,
};

/// What both modes of a funnel can do.
pub(super) trait Answer: Sized {
    /// The columns of its records.
    const COLUMNS: &[Column];

    /// Computes the report.
    fn ask(conn: &mut Db, question: &Question, breakdown: Option<&Breakdown>) -> Result<Self, DbError>;

    /// Sets it beside that of the window before.
    fn compare(&mut self, previous: Self);

    fn is_empty(&self) -> bool;

    /// Leaves out the groups behind the first ones, and says so.
    fn cut(&mut self, limit: Option<u32>);

    fn page(&self) -> Page;

    fn print(&self, page: &Page, ui: Ui) -> Result<(), UiError>;
}

impl Answer for Cohort {
    const COLUMNS: &[Column] = COHORT_COLUMNS;

    fn ask(conn: &mut Db, question: &Question, breakdown: Option<&Breakdown>) -> Result<Self, DbError> {
        funnel::cohort(conn, question, breakdown)
    }

    fn compare(&mut self, previous: Self) {
        Cohort::compare(self, previous);
    }

    fn is_empty(&self) -> bool {
        self.cohort == 0
    }

    fn cut(&mut self, limit: Option<u32>) {
        cut(&mut self.groups, limit, &mut self.notes);
    }

    fn page(&self) -> Page {
        of_cohort(self)
    }

    fn print(&self, page: &Page, ui: Ui) -> Result<(), UiError> {
        ui.report(page, self, &cohort_records(self), Self::COLUMNS)
    }
}

impl Answer for Activity {
    const COLUMNS: &[Column] = ACTIVITY_COLUMNS;

    fn ask(conn: &mut Db, question: &Question, breakdown: Option<&Breakdown>) -> Result<Self, DbError> {
        funnel::activity(conn, question, breakdown)
    }

    fn compare(&mut self, previous: Self) {
        Activity::compare(self, previous);
    }

    fn is_empty(&self) -> bool {
        self.entries == 0
    }

    fn cut(&mut self, limit: Option<u32>) {
        cut(&mut self.groups, limit, &mut self.notes);
    }

    fn page(&self) -> Page {
        of_activity(self)
    }

    fn print(&self, page: &Page, ui: Ui) -> Result<(), UiError> {
        ui.report(page, self, &activity_records(self), Self::COLUMNS)
    }
}

const COHORT_COLUMNS: &[Column] = &[
    Column::text("group", "group"),
    Column::count("cohort", "cohort"),
    Column::text("stage", "stage"),
    Column::count("reached", "reached"),
    Column::number("share", "share"),
    Column::number("conversion", "conversion"),
    Column::count("advanced", "advanced"),
    Column::count("exited_cold", "cold"),
    Column::count("exited_dnc", "dnc"),
    Column::count("here_now", "here now"),
    Column::count("skipped", "skipped"),
    Column::number("median_hours", "median"),
    Column::number("p90_hours", "p90"),
    Column::number("share_change", "change"),
    Column::number("conversion_change", "change"),
];

const ACTIVITY_COLUMNS: &[Column] = &[
    Column::text("group", "group"),
    Column::text("stage", "stage"),
    Column::count("entries", "entries"),
    Column::number("share", "share"),
    Column::number("entries_change", "change"),
    Column::number("share_change", "change"),
];

/// A stage of the whole or of a group. The whole has no group, and stands alone when there are groups none of.
#[derive(Serialize)]
struct CohortRecord<'a> {
    group: &'a str,
    cohort: u64,
    #[serde(flatten)]
    stage: &'a Stage,
}

#[derive(Serialize)]
struct ActivityRecord<'a> {
    group: &'a str,
    #[serde(flatten)]
    entered: &'a Entered,
}

fn name(group: Option<&String>) -> &str {
    group.map_or(NONE, String::as_str)
}

/// The stages of the whole, or, of a broken down funnel, those of each group.
fn cohort_records(report: &Cohort) -> Vec<CohortRecord<'_>> {
    match report.by {
        None => report.stages.iter().map(|stage| CohortRecord { group: "", cohort: report.cohort, stage }).collect(),
        Some(_) => report
            .groups
            .iter()
            .flat_map(|part| {
                let group = name(part.group.as_ref());
                part.stages.iter().map(move |stage| CohortRecord { group, cohort: part.cohort, stage })
            })
            .collect(),
    }
}

fn activity_records(report: &Activity) -> Vec<ActivityRecord<'_>> {
    match report.by {
        None => report.stages.iter().map(|entered| ActivityRecord { group: "", entered }).collect(),
        Some(_) => report
            .groups
            .iter()
            .flat_map(|part| {
                let group = name(part.group.as_ref());
                part.stages.iter().map(move |entered| ActivityRecord { group, entered })
            })
            .collect(),
    }
}

/// How far a cohort came.
fn of_cohort(report: &Cohort) -> Page {
    let days = report.within_days.map(|days| plural(days.into(), "day", "days"));
    let within = days.map(|days| format!(", within {days} of creation")).unwrap_or_default();
    let created = created(report.since.or(report.until).is_some(), &report.window, report.cohort);
    let mut page = Page {
        title: "Funnel".to_owned(),
        subtitle: format!("{created}{within} (time zone {})", report.timezone),
        parts: vec![Part::Bars(reached(report)), Part::Sheet(stages(report))],
        notes: report.notes.clone(),
    };
    if let Some(by) = report.by.filter(|_| !report.groups.is_empty()) {
        page.parts.push(Part::Bars(last_stage(report, by.as_str())));
        page.parts.push(Part::Sheet(shares(report, by.as_str())));
    }
    page
}

fn reached(report: &Cohort) -> Bars {
    let mut columns = vec!["leads".to_owned(), "share".to_owned()];
    if report.previous.is_some() {
        columns.push("change".to_owned());
    }
    let bar = |stage: &Stage| {
        let mut figures = vec![count(stage.reached), percent(stage.share)];
        if report.previous.is_some() {
            figures.push(points(stage.share_change));
        }
        Bar { label: stage.stage.to_string(), figures, length: stage.share.unwrap_or_default() }
    };
    Bars { title: String::new(), columns, bars: report.stages.iter().map(bar).collect() }
}

fn stages(report: &Cohort) -> Sheet {
    let compared = report.previous.is_some();
    let mut columns = vec![SheetColumn::text("stage"), SheetColumn::number("conversion")];
    if compared {
        columns.push(SheetColumn::number("change"));
    }
    columns.extend(["advanced", "cold", "dnc", "here now"].map(SheetColumn::number));
    columns.push(SheetColumn::number("skipped").optional());
    columns.push(SheetColumn::number("median"));
    columns.push(SheetColumn::number("p90").optional());
    let row = |stage: &Stage| {
        let mut row = vec![stage.stage.to_string(), percent(stage.conversion)];
        if compared {
            row.push(points(stage.conversion_change));
        }
        let counts = [stage.advanced, stage.exited_cold, stage.exited_dnc, stage.here_now, stage.skipped];
        row.extend(counts.map(count));
        row.extend([duration(stage.median_hours), duration(stage.p90_hours)]);
        row
    };
    Sheet { title: String::new(), columns, rows: report.stages.iter().map(row).collect() }
}

/// How many of each group came to the last stage.
fn last_stage(report: &Cohort, by: &str) -> Bars {
    let last = report.stages.last().map(|stage| stage.stage.to_string()).unwrap_or_default();
    let compared = report.previous.is_some();
    let greatest = report.groups.iter().filter_map(|group| group.stages.last()?.share).fold(0.0, f64::max);
    let mut columns = vec!["leads".to_owned(), last.clone(), "share".to_owned()];
    if compared {
        columns.push("change".to_owned());
    }
    let bar = |group: &CohortGroup| {
        let stage = group.stages.last();
        let share = stage.and_then(|stage| stage.share);
        let mut figures = vec![count(group.cohort), count(stage.map_or(0, |stage| stage.reached)), percent(share)];
        if compared {
            figures.push(points(stage.and_then(|stage| stage.share_change)));
        }
        // The best group fills the width: the last stage is often some percent of its cohort.
        let length = share.map_or(0.0, |share| if greatest > 0.0 { share / greatest } else { 0.0 });
        Bar { label: name(group.group.as_ref()).to_owned(), figures, length }
    };
    Bars { title: format!("{last} by {by}"), columns, bars: report.groups.iter().map(bar).collect() }
}

/// A column for each stage; what a lead is won by is kept on a narrow terminal.
fn stage_columns<'a>(stages: impl ExactSizeIterator<Item = &'a str>) -> impl Iterator<Item = SheetColumn> {
    let last = stages.len();
    let column = move |(place, stage)| match place + 1 == last {
        true => SheetColumn::number(stage).kept(),
        false => SheetColumn::number(stage),
    };
    stages.enumerate().map(column)
}

/// The share of each group that reached each stage.
fn shares(report: &Cohort, by: &str) -> Sheet {
    let mut columns = vec![SheetColumn::text(by), SheetColumn::number("leads")];
    // Every lead has reached the first stage.
    columns.extend(stage_columns(report.stages.iter().skip(1).map(|stage| stage.stage.as_str())));
    let row = |group: &CohortGroup| {
        let shares = group.stages.iter().skip(1).map(|stage| percent(stage.share));
        [name(group.group.as_ref()).to_owned(), count(group.cohort)].into_iter().chain(shares).collect()
    };
    Sheet {
        title: format!("share that reached each stage, by {by}"),
        columns,
        rows: report.groups.iter().map(row).collect(),
    }
}

/// What happened in a window.
fn of_activity(report: &Activity) -> Page {
    let entries = plural(report.entries, "entry", "entries");
    let mut page = Page {
        title: "Funnel activity".to_owned(),
        subtitle: format!("entries into each status, {}: {entries} (time zone {})", report.window, report.timezone),
        parts: vec![Part::Bars(entered(report))],
        notes: report.notes.clone(),
    };
    if let Some(by) = report.by.filter(|_| !report.groups.is_empty()) {
        let mut columns = vec![SheetColumn::text(by.as_str()), SheetColumn::number("entries")];
        columns.extend(stage_columns(report.stages.iter().map(|stage| stage.stage.as_str())));
        let rows = report.groups.iter().map(|group| {
            let counts = group.stages.iter().map(|stage| count(stage.entries));
            [name(group.group.as_ref()).to_owned(), count(group.entries)].into_iter().chain(counts).collect()
        });
        let title = format!("entries by {by}");
        page.parts.push(Part::Sheet(Sheet { title, columns, rows: rows.collect() }));
    }
    page
}

fn entered(report: &Activity) -> Bars {
    let compared = report.previous.is_some();
    let greatest = report.stages.iter().filter_map(|stage| stage.share).fold(0.0, f64::max);
    let mut columns = vec!["entries".to_owned(), "share".to_owned()];
    if compared {
        columns.extend(["before", "change"].map(str::to_owned));
    }
    let bar = |stage: &Entered| {
        let mut figures = vec![count(stage.entries), percent(stage.share)];
        if compared {
            let change = stage.entries_change.unwrap_or_default();
            let before = i64::try_from(stage.entries).unwrap_or(i64::MAX).saturating_sub(change);
            figures.extend([grouped(before), points(stage.share_change)]);
        }
        let length = stage.share.map_or(0.0, |share| if greatest > 0.0 { share / greatest } else { 0.0 });
        Bar { label: stage.stage.to_string(), figures, length }
    };
    Bars { title: String::new(), columns, bars: report.stages.iter().map(bar).collect() }
}

/// Leaves out the groups behind the first ones, and says so.
fn cut<T>(groups: &mut Vec<T>, limit: Option<u32>, notes: &mut Vec<String>) {
    let most = limit.map_or(groups.len(), |limit| limit as usize);
    if groups.len() > most {
        let left_out = plural((groups.len() - most) as u64, "group is", "groups are");
        notes.push(format!("{left_out} left out; --limit 0 shows all"));
        groups.truncate(most);
    }
}
