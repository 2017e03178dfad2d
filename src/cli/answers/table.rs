//! Words of other programs (Salesforce's and HubSpot's, SQL, git, gh and their like) and what does here what they mean.

/// What does here what a word means elsewhere.
pub struct Answer {
    /// The words before it.
    pub path: &'static str,
    pub words: &'static str,
    /// Other words that mean the same.
    pub fits: fn(&str) -> bool,
    /// What is said before the calls, where there is something to say.
    pub why: &'static str,
    pub calls: &'static [&'static str],
}

const fn answer(path: &'static str, words: &'static str, calls: &'static [&'static str]) -> Answer {
    Answer { path, words, fits: |_| false, why: "", calls }
}

const fn because(path: &'static str, words: &'static str, why: &'static str, calls: &'static [&'static str]) -> Answer {
    Answer { path, words, fits: |_| false, why, calls }
}

const fn like(path: &'static str, fits: fn(&str) -> bool, calls: &'static [&'static str]) -> Answer {
    Answer { path, words: "", fits, why: "", calls }
}

/// Whether a word is the name of a file that imports read.
fn is_file(word: &str) -> bool {
    let ends = [".csv", ".tsv", ".txt", ".xlsx", ".xlsb", ".xls", ".ods", ".gz", ".zip"];
    word == "-" || word.contains('/') || ends.iter().any(|end| word.ends_with(end))
}

fn is_month(word: &str) -> bool {
    let parts = word.split_once('-');
    parts.is_some_and(|(year, month)| {
        [year, month].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) && word.len() == 7
    })
}

/// What words mean at a place.
pub const WORDS: &[Answer] = &[
    answer("", "list ls all index browse leads-list", &["lead list"]),
    answer("", "search find lookup grep query where", &["lead search {rest|WORD}"]),
    answer("", "show get view open describe cat", &["lead show {rest|ID}"]),
    answer("", "add create new insert", &["lead add {rest|--phone NUMBER}"]),
    answer("", "edit update modify change set patch", &["lead edit {rest|ID}"]),
    because("", "delete remove rm del", "name what", &["lead delete ID", "segment delete NAME", "import undo ID"]),
    answer("", "undelete recover", &["lead restore {rest|ID}"]),
    answer("", "count total", &["lead count {rest}"]),
    answer("", "export dump extract download csv xlsx excel", &["lead export --output leads.csv"]),
    answer("", "load upload ingest bulk file sheet sync", &["import leads {rest|FILE}"]),
    like("", is_file, &["import leads {word} {rest}"]),
    answer("", "tag label", &["lead tag {rest|ID TAG}"]),
    answer("", "note comment log-call", &["lead note {rest|ID TEXT}"]),
    answer("", "assign", &["lead assign {rest|ID --to EMAIL}"]),
    answer("", "status stage", &["lead status {rest|ID STATUS}", "/migrate status"]),
    answer("", "merge combine", &["lead merge {rest|ID ID}"]),
    answer("", "dedupe dedup duplicates dups", &["lead duplicates {rest}"]),
    answer("", "history changes log logs trail events", &["audit list", "/lead history ID"]),
    answer("", "contact contacts customer customers person people prospect prospects record records", &["lead list"]),
    answer("", "report reports dashboard stats statistics summary metrics analytics overview", &["funnel", "/roi"]),
    answer("", "cost costs spend", &["roi cost {rest|list}"]),
    answer("", "rate rates fx exchange", &["roi rate {rest|list}"]),
    answer("", "deposit charge refund balance ledger account accounts", &["budget balance", "/budget --help"]),
    answer("", "check can-call", &["dnc check {rest|NUMBER}"]),
    answer("", "scrub", &["dnc scrub {rest|FILE} --clean clean.csv --blocked blocked.csv"]),
    answer("", "block suppress optout opt-out unsubscribe stop", &["dnc add {rest|NUMBER}"]),
    answer("", "todo todos reminder reminders", &["task list"]),
    answer("", "next queue worklist", &["lead next"]),
    answer("", "lists views smart-lists filters queries", &["segment list"]),
    answer("", "undo rollback revert", &["import undo {rest|ID}"]),
    answer("", "tenant tenants organization organizations workspace workspaces team teams", &["org list"]),
    answer("", "member members owner owners seat seats role roles", &["user list"]),
    answer("", "setting settings preferences options env", &["config show", "/org show"]),
    because(
        "",
        "login logout auth connect whoami",
        "there is no login; the database is named by --database-url, the user by --as",
        &["config show"],
    ),
    because(
        "",
        "init setup install bootstrap",
        "an embedded database is made by the first call that writes; PostgreSQL",
        &["migrate up"],
    ),
    because(
        "",
        "sql psql sqlite sqlite3 shell console db database",
        "open the database with its own shell; it is where this says",
        &["config show"],
    ),
    answer("", "upgrade schema migration", &["migrate up", "/migrate status"]),
    answer("", "seed demo sample samples", &["migrate seed"]),
    answer("", "snapshot save", &["backup {rest|FILE}"]),
    answer("", "info health ping", &["doctor", "migrate status", "/config show"]),
    answer("", "version", &["--version"]),
    answer("", "completion complete", &["completions {rest|bash}"]),
    answer("", "docs manual usage commands topics tutorial", &["help"]),
    answer("lead", "import upload load bulk", &["/import leads {rest|FILE}"]),
    answer("lead", "find query lookup where filter grep select", &["search {rest|WORD}"]),
    answer("lead", "dump download csv xlsx", &["export --output leads.csv"]),
    answer("lead", "move stage pipeline advance", &["status {rest|ID STATUS}"]),
    answer("lead", "owner give reassign route", &["assign {rest|ID --to EMAIL}"]),
    answer("lead", "comment annotate remark log", &["note {rest|ID TEXT}"]),
    answer("lead", "label tags", &["tag {rest|ID TAG}"]),
    answer("lead", "unlabel", &["untag {rest|ID TAG}"]),
    answer("lead", "dedupe dedup dups", &["duplicates {rest}"]),
    answer("lead", "combine join", &["merge {rest|ID ID}"]),
    answer("lead", "changes audit activity activities events", &["timeline {rest|ID}", "history {rest|ID}"]),
    answer("lead", "undelete recover unarchive undo", &["restore {rest|ID}"]),
    answer("lead", "call check", &["/dnc check {rest|NUMBER}"]),
    answer("lead", "optout opt-out block unsubscribe stop", &["/dnc add {rest|NUMBER}"]),
    answer("lead", "stats report summary", &["/funnel"]),
    answer("dnc", "clean filter wash split", &["scrub {rest|FILE} --clean clean.csv --blocked blocked.csv"]),
    answer("dnc", "prove certify audit", &["verify {rest|CERTIFICATE}"]),
    answer("dnc", "export dump download csv", &["list --format csv > dnc.csv"]),
    answer("dnc", "import upload load", &["/import dnc {rest|FILE}"]),
    like("dnc", is_file, &["/import dnc {word} {rest}"]),
    answer("dnc", "delete del rm unblock allow release clear disable undo", &["remove {rest|NUMBER --reason TEXT}"]),
    answer("dnc", "find lookup search query show view get is test", &["check {rest|NUMBER}"]),
    answer("dnc", "block suppress optout opt-out insert stop", &["add {rest|NUMBER}"]),
    answer("dnc", "count summary report", &["stats"]),
    answer("dnc", "pending requests queue overdue", &["due"]),
    answer("territory", "realign run apply place recalculate", &["assign --dry-run"]),
    answer("territory", "leads count", &["/lead list --where territory={rest|NAME}"]),
    answer("territory", "move", &["edit {rest|NAME --parent OTHER}"]),
    answer("task", "complete finish close tick", &["done {rest|ID}"]),
    answer("task", "postpone defer delay later", &["snooze {rest|ID --until WHEN}"]),
    answer("pool", "distribute assign give", &["run {rest|NAME}"]),
    answer("pool", "join", &["member add {rest|NAME EMAIL}"]),
    answer("pool", "leave", &["member remove {rest|NAME EMAIL}"]),
    answer("pool", "revert rollback", &["undo {rest|RUN}"]),
    answer("pool", "log history", &["runs --pool {rest|NAME}"]),
    answer("segment", "run leads members open", &["/lead list --segment {rest|NAME}"]),
    answer("segment", "size total", &["count {rest|NAME}"]),
    answer("segment", "download dump", &["export {rest|NAME}"]),
    answer("segment", "sql plan why", &["explain {rest|NAME}"]),
    answer("segment", "save make", &["add {rest|NAME --where FILTER}"]),
    like("import", is_file, &["leads {word} {rest}"]),
    answer(
        "import",
        "csv xlsx excel file files sheet spreadsheet contacts people customers lead",
        &["leads {rest|FILE}"],
    ),
    answer("import", "delete del rm remove rollback revert cancel", &["undo {rest|ID}"]),
    answer("import", "optouts opt-outs blocklist suppressions", &["dnc {rest|FILE}"]),
    answer("import", "get status log", &["show {rest|ID}", "list"]),
    answer("user", "delete del rm remove deactivate suspend", &["disable {rest|EMAIL}"]),
    answer("user", "invite register", &["add {rest|EMAIL --role ROLE}"]),
    answer("user", "activate enable reactivate unlock", &["edit {rest|EMAIL} --enable"]),
    answer("user", "role grant promote", &["edit {rest|EMAIL} --role ROLE"]),
    because(
        "user",
        "password passwd login",
        "users have no passwords here; who acts is named by --as",
        &["/config show"],
    ),
    answer("user", "whoami me", &["/config show"]),
    answer("org", "delete del rm remove deactivate suspend archive", &["disable {rest|SLUG}"]),
    answer("org", "activate enable reactivate", &["edit {rest|SLUG} --enable"]),
    because("org", "use switch select login", "name it by --org in each call, or by CRM_ORG", &["/config show"]),
    answer("org", "settings config get", &["show {rest|SLUG}"]),
    answer("org", "unset", &["set {rest|KEY} --unset"]),
    answer("org", "share link join", &["group add {rest|GROUP SLUG}"]),
    answer("roi", "report run", &["show {rest}"]),
    answer("roi", "import", &["/import costs {rest|FILE}"]),
    answer("roi", "add record spend", &["cost add {rest|SOURCE MONTH AMOUNT}"]),
    answer("roi", "list ls", &["cost list {rest}"]),
    answer("roi", "set", &["rate set {rest|CURRENCY MONTH RATE}"]),
    answer("roi", "export", &["show --format csv > roi.csv"]),
    like("roi", is_month, &["--month {word} {rest}"]),
    answer("roi cost", "import upload load", &["/import costs {rest|FILE}"]),
    answer("roi cost", "edit update change", &["add {rest|SOURCE MONTH AMOUNT} --replace"]),
    answer("roi rate", "add new create edit update", &["set {rest|CURRENCY MONTH RATE}"]),
    answer("funnel", "report run", &["show {rest}"]),
    answer("funnel", "export", &["show --format csv > funnel.csv"]),
    like("funnel", is_month, &["--month {word} {rest}"]),
    answer("budget", "add create new topup credit fund", &["deposit {rest|AMOUNT}"]),
    answer("budget", "spend pay debit withdraw", &["charge {rest|AMOUNT}"]),
    answer("budget", "show view status", &["balance {rest}"]),
    answer("budget", "history ledger transactions log", &["list {rest}"]),
    answer("budget", "check audit", &["verify {rest}"]),
    answer("budget account", "show view balance", &["/budget balance"]),
    answer("audit", "show view log logs history search", &["list {rest}"]),
    answer("migrate", "run apply upgrade latest deploy migrate", &["up {rest}"]),
    answer("migrate", "list info show", &["status"]),
    answer("migrate", "demo sample fixtures", &["seed"]),
    answer("config", "list ls get env print", &["show"]),
];

/// Words that mean a verb wherever a noun has it, the first that it has.
pub const SAME: &[(&str, &str)] = &[
    ("remove del destroy trash drop discard", "delete"),
    ("remove del destroy trash drop delete discard deactivate", "disable"),
    ("delete del destroy drop rm", "remove"),
    ("modify change set patch rename alter", "edit"),
    ("get describe open info read display cat", "show"),
    ("get describe open info read display cat show view", "list"),
    ("all index browse select query", "list"),
    ("find query lookup filter", "search"),
    ("insert append put make register save", "add"),
    ("set make put insert add new", "set"),
    ("number total size", "count"),
    ("download dump", "export"),
    ("log changes", "history"),
    ("undelete recover", "restore"),
];

/// Options that a verb is expected to have and that spelling would take for another one: the verb, the option, and what does it.
pub const OF_VERBS: [(&str, &str, &str); 7] = [
    ("lead edit", "--status", "crmctl lead status ID STATUS"),
    ("lead edit", "--value", "--set value=1250.50"),
    ("lead add", "--value", "--set value=1250.50"),
    ("budget adjust", "--reason", "--description TEXT"),
    ("dnc decide", "--honour", "crmctl dnc decide ID honour"),
    ("funnel show", "--source", "--where 'source = NAME'"),
    ("roi show", "--source", "--where 'source = NAME'"),
];

/// Options of other programs, and the ones here, the first that a verb has.
pub const OPTIONS: &[(&str, &str)] = &[
    ("--from --start --begin --start-date --after --newer-than", "since"),
    ("--to --end --before --end-date --through --older-than", "until"),
    ("--out --outfile --out-file --file --export --save --destination --dest", "output"),
    ("--filter --query --condition --search --soql --q", "where"),
    ("--force --assume-yes --confirm --no-confirm --noconfirm --no-prompt -f", "yes"),
    ("--db --database --url --dsn --connection --host", "database-url"),
    ("--user --username --actor --login -u", "as"),
    ("--organization --tenant --target-org --workspace -o", "org"),
    ("--count --top --max --first --page-size --rows -n -l", "limit"),
    ("--order-by --order --sort-by --orderby", "sort"),
    ("--fields --select --cols --column --field --properties", "columns"),
    ("--dryrun --simulate --check --preview --noop --whatif --what-if --pretend -n", "dry-run"),
    ("--silent -s", "quiet"),
    ("--debug", "verbose"),
    ("--country --default-region --locale", "region"),
    ("--comment --message -m", "note"),
    ("--comment --message --note -m", "reason"),
    ("--assignee --assigned-to --assign", "owner"),
    ("--assignee --assigned-to --user", "to"),
    ("--output-format --result-format --out-format -F", "format"),
    ("--csv", "format csv"),
    ("--json", "format json"),
    ("--non-interactive --batch --no-interaction", "no-input"),
    ("--tags --label --labels", "tag"),
    ("--stage --state", "status"),
    ("--mobile --tel --number --telephone", "phone"),
    ("--mail --e-mail", "email"),
    ("--title", "job-title"),
];
