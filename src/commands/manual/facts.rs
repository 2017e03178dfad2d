//! Exit codes and environment variables, for man pages and docs/.

use crate::error::Exit;

/// What each exit code says.
pub const EXIT_CODES: [(Exit, &str); 5] = [
    (Exit::Done, "Done."),
    (Exit::Failed, "Failed, and nothing was changed."),
    (Exit::Usage, "The command line was wrong, and nothing was changed."),
    (
        Exit::NeedsAttention,
        "Done, but something needs a person: rows were rejected, a number is not clear, a check found something.",
    ),
    (Exit::Interrupted, "Interrupted (Ctrl-C, SIGTERM or SIGHUP), and nothing was changed."),
];

/// The variables that the program reads, and what they are for.
pub const VARIABLES: [(&str, &str); 35] = [
    ("CRM_DATABASE_URL", "The database, as `--database-url` names it."),
    ("DATABASE_URL", "The same, where `CRM_DATABASE_URL` is not set."),
    ("CRM_READ_URL", "A replica from which reports are read, as `--read-url` names it."),
    ("CRM_READ_MAX_LAG", "How far that replica may lag behind; else the primary is read: `60s` if it is not set."),
    (
        "CRM_STATEMENT_TIMEOUT",
        "How long one statement may take on PostgreSQL, such as `5min`; the server's own limit if it is not set.",
    ),
    (
        "CRM_LOCK_TIMEOUT",
        "How long what others hold is waited for, on either engine; the server's own limit if it is not set.",
    ),
    (
        "CRM_KEEPALIVE",
        "After how long without an answer a connection to a server counts as broken; `60s` if it is not set.",
    ),
    (
        "CRM_APPLICATION_NAME",
        "What the server calls the program, before the words of the call; `crmctl` if it is not set.",
    ),
    ("CRM_ORG", "The organization, as `--org` names it."),
    ("CRM_USER", "The acting user, as `--as` names one."),
    ("NO_COLOR", "No color, whatever it holds but nothing; `--color always` goes before it."),
    ("TERM", "No color where it is `dumb`."),
    ("COLUMNS", "How wide reports and pages of the manual are that go to no terminal."),
    ("CRM_PAGER", "What shows answers that are longer than the terminal; empty for none."),
    ("PAGER", "The same, where `CRM_PAGER` and the config file do not say it."),
    ("LESS", "The options of `less`; `-FRX` where it is not set."),
    ("VISUAL", "The editor of `crmctl config edit`."),
    ("EDITOR", "The same, where `VISUAL` is not set; else it is `vi`."),
    ("HOME", "Where the folders of data and configuration are, unless the next two say it."),
    ("XDG_DATA_HOME", "The folder of `crmctl/crm.db` and `crmctl/keys`; `~/.local/share` if it is not set."),
    ("XDG_CONFIG_HOME", "The folder of `crmctl/config.toml`; `~/.config` if it is not set."),
    ("LC_ALL", "The locale, whose country is the region of an organization that the first call makes."),
    ("LC_CTYPE", "The same, where `LC_ALL` is not set."),
    ("LANG", "The same, where neither of them is set."),
    ("SSH_CONNECTION", "From where a change is made, for the audit log."),
    (
        "PGPASSWORD",
        "The password of a PostgreSQL server; libpq's other variables, `~/.pgpass` and service files count, too.",
    ),
    ("PGAPPNAME", "The same as `CRM_APPLICATION_NAME`, where neither that nor the URL says it."),
    ("PGSERVICE", "The service file's entry that says how a server is reached; `keepalive` leaves that to it."),
    ("PGCONNECT_TIMEOUT", "How many seconds connecting may take, where the URL does not say it; 30 if it is not set."),
    ("PGSSLMODE", "How a connection to PostgreSQL is protected, where the URL does not say it."),
    ("PGSSLROOTCERT", "The certificates that are trusted; `system` means those of this machine."),
    ("SSL_CERT_FILE", "The file of the machine's certificates, where it is another one."),
    ("SSL_CERT_DIR", "Their folder."),
    ("COMPLETE", "Set by completion scripts: answer what could stand next, in this shell's form."),
    (
        "_CLAP_COMPLETE_INDEX",
        "Set by completion scripts, with other variables that begin so and `_CLAP_IFS`: the word that is typed.",
    ),
];
