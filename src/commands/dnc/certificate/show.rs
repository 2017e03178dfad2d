//! `crmctl dnc certificate show`

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::models::dnc::dnc_scrubs;
use crate::domain::access::role::Right;
use crate::domain::dnc::certificates::{hash_of, hex};
use crate::error::{CommandError, Exit, Result};
use crate::ui::{Column, Format};

/// Print the certificate of a scrub, as it was written
///
/// In a file those are its very bytes, so that `dnc verify` takes them for the one that was lost or replaced; on a terminal control characters
/// are shown escaped. With --format json they are a field.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc certificate show 3 > clean.csv.cert.json")]
pub struct Args {
    /// The place of the certificate in the organization's chain, as `dnc certificate list` has it
    #[arg(value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(1..))]
    number: i64,
}

#[derive(Serialize)]
struct Shown {
    sequence: i64,
    hash: String,
    certificate: String,
}

const COLUMNS: &[Column] = &[
    Column::number("sequence", "number").kept(),
    Column::whole("hash", "SHA-256").kept(),
    Column::text("certificate", "certificate"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let certificate = session.db.read(org, |conn| dnc_scrubs::certificate(conn, org, args.number))?;
    let certificate = certificate.ok_or_else(|| {
        let problem = format!("no scrub of `{}` has the number {}", session.org.slug, args.number);
        CommandError::failed(problem).hint("list them: crmctl dnc certificate list")
    })?;
    match context.ui.format {
        Format::Table | Format::Markdown => context.ui.verbatim(&certificate)?,
        _ => {
            let hash = hex(&hash_of(certificate.as_bytes()));
            context.ui.record(&Shown { sequence: args.number, hash, certificate }, COLUMNS)?;
        }
    }
    Ok(Exit::Done)
}
