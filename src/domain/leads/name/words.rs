//! Words in names that are no names: degrees, titles, legal forms of companies.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

/// Degrees and the like that are no names.
pub(super) const DEGREES: [&str; 41] = [
    "bsn", "msn", "dnp", "facs", "facp", "ceo", "cfo", "jr", "jnr", "sr", "snr", "ii", "iii", "iv", "phd", "dphil",
    "mphil", "esq", "mba", "cpa", "dds", "dmd", "dvm", "edd", "psyd", "pharmd", "llb", "llm", "mph", "msc", "bsc",
    "mfa", "msw", "lcsw", "pmp", "cfa", "frcs", "obe", "mbe", "cbe", "dipl-ing",
];

/// Degrees that are names, too.
pub(super) const DEGREES_OR_NAMES: [&str; 10] = ["md", "ma", "ba", "bs", "ms", "do", "jd", "pa", "rn", "ret"];

/// Titles before a name.
const TITLES: [&str; 17] = [
    "dr", "prof", "mr", "mrs", "ms", "miss", "mx", "mister", "herr", "frau", "mme", "mlle", "dipl-ing", "dipl-kfm",
    "dr-ing", "dott", "dottssa",
];

/// Titles where a point follows.
const TITLES_WITH_POINT: [&str; 8] = ["rev", "hon", "mag", "ing", "sr", "sra", "srta", "hr"];

/// What follows a title.
const FACULTIES: [&str; 9] = ["med", "rer", "nat", "phil", "jur", "habil", "hc", "pol", "oec"];

/// Legal forms of companies that are no names.
const LEGAL_FORMS: [&str; 28] = [
    "inc",
    "incorporated",
    "llc",
    "ltd",
    "limited",
    "corp",
    "corporation",
    "gmbh",
    "gesmbh",
    "mbh",
    "kg",
    "kgaa",
    "ohg",
    "plc",
    "llp",
    "pllc",
    "sarl",
    "srl",
    "sas",
    "spa",
    "pty",
    "oyj",
    "aps",
    "kft",
    "sro",
    "ltda",
    "oo",
    "eirl",
];

/// Legal forms that are names, too.
const LEGAL_FORMS_OR_NAMES: [&str; 11] = ["ag", "sa", "as", "ab", "oy", "bv", "nv", "sl", "ug", "se", "lp"];

/// What ends the name of a company behind a word for `and`.
const AFTER_AND: [&str; 10] =
    ["co", "company", "cie", "sons", "söhne", "partner", "partners", "associates", "fils", "hijos"];

/// Words for `and` in names of companies.
const ANDS: [&str; 7] = ["&", "and", "und", "et", "y", "e", "+"];

/// Every word that may be something else than a part of a name.
static SPECIAL: LazyLock<FxHashSet<&str>> = LazyLock::new(|| {
    let lists: [&[&str]; 9] = [
        &DEGREES,
        &DEGREES_OR_NAMES,
        &TITLES,
        &TITLES_WITH_POINT,
        &FACULTIES,
        &LEGAL_FORMS,
        &LEGAL_FORMS_OR_NAMES,
        &AFTER_AND,
        &ANDS,
    ];
    lists.into_iter().flatten().copied().collect()
});

/// Words that begin a last name where they are written small.
const PARTICLES: [&str; 24] = [
    "af", "al", "av", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn",
    "la", "ten", "ter", "van", "von", "zu", "zur",
];

/// Whether a word begins the last name, as in `Anna van der Roe`.
pub(super) fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

pub(super) fn is_special(word: &str) -> bool {
    /// No shorter than any special word.
    const LONGEST: usize = 16;
    if !word.is_ascii() {
        return SPECIAL.contains(word.to_lowercase().as_str());
    }
    let mut buffer = [0; LONGEST];
    let Some(lower) = buffer.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    str::from_utf8(lower).is_ok_and(|word| SPECIAL.contains(word))
}

/// Whether a word before a name is a title. `med.` and the like are one behind another only.
pub(super) fn is_title(word: &str, behind_title: bool) -> bool {
    is_one_of(word, &TITLES)
        || word.ends_with('.') && (is_one_of(word, &TITLES_WITH_POINT) || behind_title && is_one_of(word, &FACULTIES))
}

/// Whether a text is the name of a company: it ends with a legal form, or with `& Co.`.
pub(super) fn is_company(full: &str) -> bool {
    let mut words = full.rsplit(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let (Some(last), Some(before)) = (words.next(), words.next()) else { return false };
    let is_dotted = last.trim_end_matches('.').contains('.');
    let is_mixed = full.contains(char::is_lowercase) && !last.contains(char::is_lowercase) && !full.contains(',');
    is_one_of(last, &LEGAL_FORMS)
        || is_one_of(last, &LEGAL_FORMS_OR_NAMES)
            && (is_mixed || is_dotted && is_one_of(last, &["sa", "bv", "nv", "sl", "as"]))
        || is_one_of(last, &AFTER_AND) && ANDS.iter().any(|and| and.eq_ignore_ascii_case(before))
}

/// Whether a word is one of these in lower case, whatever its case and its points.
pub(super) fn is_one_of(word: &str, keys: &[&str]) -> bool {
    if !word.is_ascii() || word.contains('.') {
        let key = key_of(word);
        return keys.contains(&key.as_str());
    }
    keys.iter().any(|key| key.eq_ignore_ascii_case(word))
}

/// A word without its points, in lower case.
pub(super) fn key_of(word: &str) -> String {
    word.chars().filter(|&c| c != '.').flat_map(char::to_lowercase).collect()
}

/// Whether a text is nothing but a form of address: `Ms.`, `Herr Dr.`
pub fn is_form_of_address(text: &str) -> bool {
    const FORMS: [&str; 25] = [
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "herr", "frau", "m", "mme", "mlle", "sr", "sra",
        "srta", "sig", "dhr", "mevr", "pan", "pani", "rev", "hon", "don",
    ];
    const LONGEST: usize = "madam".len();
    let is_form = |word: &str| word.len() <= LONGEST && FORMS.iter().any(|form| form.eq_ignore_ascii_case(word));
    let mut words = text.split([' ', '.', ',']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(is_form)
}
