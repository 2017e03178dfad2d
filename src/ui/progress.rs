//! Progress of noticeably long work, on a terminal only.

use std::fmt;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{Ui, grouped};

/// A progress bar that appears once the work has taken a while.
pub struct Progress {
    bar: Option<ProgressBar>,
    shown: bool,
    since: Instant,
    enabled: bool,
}

/// How long work may take before a bar appears.
const PATIENCE: Duration = Duration::from_millis(700);

impl Ui {
    pub fn progress(&self) -> Progress {
        self.deliver_or_keep();
        Progress { bar: None, shown: false, since: Instant::now(), enabled: !self.quiet && io::stderr().is_terminal() }
    }
}

impl Progress {
    /// Shows that so many rows of about so many are done.
    pub fn set(&mut self, rows: u64, of_about: u64) {
        if !self.enabled || (!self.shown && self.since.elapsed() < PATIENCE) {
            return;
        }
        self.shown = true;
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(of_about), ProgressDrawTarget::stderr());
            let style =
                ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} rows  {rate} rows/s  {eta} left");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            // Nobody needs parts of rows.
            let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
                let _ = write!(out, "{}", grouped(state.per_sec().round() as i64));
            });
            bar.with_style(style).with_elapsed(self.since.elapsed())
        });
        bar.set_length(of_about.max(rows));
        bar.set_position(rows);
    }

    /// Whether a bar may appear.
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Writes a line above the bar.
    pub fn line<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
