//! `crmctl dnc verify`

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::commands::context::Context;
use crate::commands::dnc::key::store::{KeyStore, read_public};
use crate::db::Database;
use crate::db::models::access::organizations;
use crate::db::models::dnc::dnc_scrubs;
use crate::domain::dnc::certificates::keys::PublicKey;
use crate::domain::dnc::certificates::{
    Certificate, Earlier, FileHash, Finding, Outcome, Read, Subject, compare, hex, not_compared, not_walked, read, walk,
};
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::scrubs::{before, known_keys};
use crate::ui::Column;

/// Prove a certificate of a scrub, and files by it
///
/// It needs no database: whether the certificate is as it was signed, by which key, whether the files are those that were read
/// and written, and whether the certificates before it are there and unchanged. Those come from --chain, else from the database
/// where the scrub is recorded. Without --key the keys count that the organization trusts (crmctl dnc key list), and where no database knows
/// the organization those of this installation.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc verify clean.csv.cert.json clean.csv blocked.csv\n  \
    crmctl dnc verify clean.csv.cert.json clean.csv --key theirs.pem --chain certificates\n\n\
    Exit code 0 only when all is good, 3 when anything is changed, missing, not checked, of another key or of another certificate.")]
pub struct Args {
    /// The certificate
    #[arg(value_name = "CERTIFICATE")]
    certificate: PathBuf,
    /// Files that it speaks of: what was read, and what was written
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A folder with the certificates before it
    #[arg(long, value_name = "FOLDER")]
    chain: Option<PathBuf>,
    /// Ask for this certificate alone, not for those before it
    #[arg(long, conflicts_with = "chain")]
    alone: bool,
    /// A public key that counts, and no other; may be given several times
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
}

const COLUMNS: &[Column] = &[
    Column::whole("subject", "what").kept(),
    Column::text("name", "name").kept(),
    Column::whole("outcome", "outcome").kept(),
    Column::text("detail", "detail").kept(),
];

/// The largest certificate, in bytes.
const LARGEST: u64 = 4 << 20;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let read = read_certificate(&args.certificate)?;
    let certificate = &read.certificate;
    let recorded = Recorded::of(&read, context);
    let keys: Vec<PublicKey> = match args.key.is_empty() {
        false => args.key.iter().map(|path| read_public(path)).collect::<Result<_>>()?,
        true => match recorded.keys.clone() {
            Some(keys) => keys,
            None => KeyStore::of(context).map_or(Ok(Vec::new()), |store| store.known())?,
        },
    };
    let mut findings = vec![read.finding(Subject::Certificate, &args.certificate.display().to_string(), &keys)];
    match args.files.is_empty() {
        true => findings.extend(not_compared(certificate)),
        false => findings.extend(args.files.iter().flat_map(|path| of_file(path, certificate))),
    }
    if recorded.has_it == Some(false) {
        let detail = "the organization's database has no record of it".to_owned();
        findings.push(Finding::new(
            Subject::Certificate,
            &args.certificate.display().to_string(),
            Outcome::Foreign,
            detail,
        ));
    }
    let earlier = match &args.chain {
        Some(folder) => Some(in_folder(folder)?),
        None => recorded.before,
    };
    match &earlier {
        _ if args.alone => {}
        Some(earlier) => findings.extend(walk(certificate, earlier, &keys)),
        None => {
            let finding = not_walked(certificate);
            if finding.is_some() {
                ui.note("the certificates before it were not looked at: --chain FOLDER names where they are, --alone asks for none");
            }
            findings.extend(finding);
        }
    }
    if args.files.is_empty() {
        ui.note("no file was compared with it: name what was read and what was written after the certificate");
    }
    let mut list = ui.list(COLUMNS);
    findings.iter().try_for_each(|finding| list.push(finding))?;
    list.finish("nothing was found")?;
    Ok(if findings.iter().all(|finding| finding.is_good()) { Exit::Done } else { Exit::NeedsAttention })
}

/// A certificate in a file.
///
/// # Errors
/// It cannot be read, or is none.
pub fn read_certificate(path: &Path) -> Result<Read> {
    let bytes = bytes_of(path)?;
    read(&bytes).map_err(|why| {
        CommandError::failed(format!("`{}` {why}", path.display()))
            .hint("name a file that `dnc scrub` wrote: FILE.cert.json")
    })
}

fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let failed = |reason: String| CommandError::failed(format!("cannot read `{}`: {reason}", path.display()));
    let file = File::open(path).map_err(|e| match e.kind() {
        ErrorKind::NotFound => CommandError::failed(format!("there is no file `{}`", path.display()))
            .hint("certificates lie beside clean files, as FILE.cert.json; one that is lost is written again by: crmctl dnc certificate show NUMBER"),
        _ => failed(e.to_string()),
    })?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| failed(e.to_string()))?;
    match bytes.len() as u64 > LARGEST {
        true => Err(failed("it is too large for a certificate".to_owned())),
        false => Ok(bytes),
    }
}

/// What is to be said of a file; one that cannot be read keeps nobody from looking at the others.
fn of_file(path: &Path, certificate: &Certificate) -> Vec<Finding> {
    match hash_of_file(path) {
        Ok(file) => compare(certificate, &[file]),
        Err(e) => {
            let (outcome, why) = match e.kind() {
                ErrorKind::NotFound => {
                    (Outcome::Missing, "there is no such file; check its name and folder".to_owned())
                }
                _ => (Outcome::NotChecked, format!("it cannot be read: {e}")),
            };
            vec![Finding::new(Subject::File, &path.display().to_string(), outcome, why)]
        }
    }
}

fn hash_of_file(path: &Path) -> std::io::Result<FileHash> {
    let mut file = File::open(path)?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 18]);
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        hasher.update(buffer.get(..length).unwrap_or_default());
    }
    Ok(FileHash {
        shown: path.display().to_string(),
        name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        sha256: hex(&hasher.finalize()),
    })
}

/// The files of a folder that may be certificates.
fn in_folder(folder: &Path) -> Result<Vec<Earlier>> {
    let failed =
        |e: std::io::Error| CommandError::failed(format!("cannot read the folder `{}`: {e}", folder.display()));
    let mut earlier = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        if is_json && fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= LARGEST) {
            earlier.push(Earlier { name: path.display().to_string(), bytes: bytes_of(&path)? });
        }
    }
    earlier.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(earlier)
}

/// What the database knows of a certificate, if there is one that does.
#[derive(Default)]
struct Recorded {
    /// Those that its organization trusts; `None` where no database knows the organization.
    keys: Option<Vec<PublicKey>>,
    before: Option<Vec<Earlier>>,
    /// Whether the organization's database has a record of it; `None` where no database knows the organization.
    has_it: Option<bool>,
}

impl Recorded {
    fn of(read: &Read, context: &Context) -> Recorded {
        let known = match context.open_if_any() {
            Ok(Some(mut db)) => Recorded::in_database(read, &mut db),
            Ok(None) => {
                context.ui.detail("there is no database to ask");
                Ok(Recorded::default())
            }
            Err(e) => Err(e.message),
        };
        known.unwrap_or_else(|why| {
            context.ui.warn(&format!(
                "the database could not be asked which keys count, nor whether it has a record of the certificate: {why}"
            ));
            Recorded::default()
        })
    }

    fn in_database(read: &Read, db: &mut Database) -> Result<Recorded, String> {
        let certificate = &read.certificate;
        let all = db.read_global(organizations::all).map_err(|e| e.to_string())?;
        let Some(org) = all.iter().find(|org| org.uid.0.to_string() == certificate.organization.uid) else {
            return Ok(Recorded::default());
        };
        let org = org.org_id();
        db.read(org, |conn| {
            let keys = Some(known_keys(conn, org)?);
            let before = before(conn, org, certificate.sequence)?;
            let has_it = dnc_scrubs::by_hash(conn, org, &read.hash)?.is_some();
            Ok(Recorded { keys, before: Some(before), has_it: Some(has_it) })
        })
        .map_err(|e: crate::db::DbError| e.to_string())
    }
}
