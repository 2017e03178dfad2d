//! Value types and pure rules of the CRM. This layer knows no database, no file and no terminal.

/// Declares an enum whose values are fixed words of the database, with parsing and printing.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The words of all values, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word stored in the database and printed.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The value whose stored word is exactly `word`.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }

            /// The words separated by commas, for messages.
            pub fn words() -> String {
                Self::ALL.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(", ")
            }
        }

        impl $crate::domain::Vocabulary for $name {
            const ALL: &'static [$name] = $name::ALL;
            fn as_str(self) -> &'static str {
                $name::as_str(self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::from_word(&text.trim().to_lowercase())
                    .ok_or_else(|| format!("`{text}` is none of {}", Self::words()))
            }
        }
    };
}

/// A closed set of words that the database stores and the command line takes.
pub trait Vocabulary: Copy + Send + Sync + 'static {
    const ALL: &'static [Self];
    fn as_str(self) -> &'static str;
}

pub mod access;
pub mod audit;
pub mod backups;
pub mod canonical;
pub mod country;
pub mod dnc;
pub mod doctor;
pub mod email;
pub mod erasure;
pub mod flag;
pub mod formula;
pub mod imports;
pub mod invisible;
pub mod labels;
pub mod lead_work;
pub mod leads;
pub mod money;
pub mod number_format;
pub mod phone;
pub mod reports;
pub mod rounding;
pub mod secrets;
pub mod slug;
pub mod text;
pub mod time;
pub mod timestamp;
