//! The presets of the program: a file each in `presets/`.

macro_rules! embedded {
    ($($folder:literal / $name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../presets/", $folder, "/", $name, ".toml")))),+]
    };
}

/// Names and texts, in the order in which they are listed.
pub(super) const ALL: &[(&str, &str)] = embedded![
    "leads" / "apple-contacts",
    "leads" / "dynamics",
    "leads" / "google-contacts",
    "leads" / "google-contacts-old",
    "leads" / "hubspot",
    "leads" / "linkedin-connections",
    "leads" / "meta-lead-ads",
    "leads" / "outlook",
    "leads" / "pipedrive",
    "leads" / "salesforce",
    "leads" / "salesforce-api",
    "leads" / "zoho",
    "costs" / "google-ads",
    "costs" / "google-ads-german",
    "costs" / "linkedin-ads",
    "costs" / "meta-ads",
    "costs" / "microsoft-ads",
];
