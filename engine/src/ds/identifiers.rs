//! The identifiers of DS, each a type of its own so that none is taken for another.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::json::{FromJson, Json, Malformed, parsed};

/// A number or cursor that DS cannot have given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidIdentifier(pub &'static str);

macro_rules! number {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The number as DS writes it, at least 1.
            pub fn new(number: i64) -> Result<Self, InvalidIdentifier> {
                if number >= 1 { Ok(Self(number)) } else { Err(InvalidIdentifier("a number is at least 1")) }
            }

            /// The number as DS writes it.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(i64::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }

        impl FromJson for $name {
            fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
                // The names of an object are texts.
                let number = json.as_text().and_then(|digits| digits.parse().ok()).map_or_else(|| i64::from_json(json), Ok)?;
                Self::new(number).map_err(|InvalidIdentifier(why)| Malformed(why))
            }
        }

        impl TryFrom<i64> for $name {
            type Error = InvalidIdentifier;

            fn try_from(number: i64) -> Result<Self, Self::Error> {
                Self::new(number)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidIdentifier;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text.parse().map_err(|_| InvalidIdentifier("a number is written in digits"))?)
            }
        }
    };
}

number! {
    /// The number of a démarche, as in the addresses of DS.
    DemarcheNumber
}
number! {
    /// The number of a dossier: the key of a row of the main table.
    DossierNumber
}

macro_rules! text {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The identifier as DS writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromJson for $name {
            fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
                FromJson::from_json(json).map(Self)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

text! {
    /// The id of a descriptor, which champs repeat as `champDescriptorId`; stable over révisions, so the key of a mapping
    /// (facts/ds-api.md, section 1.3).
    DescriptorId
}
text! {
    /// The id of a part of a field, as `columns` give it; stable over révisions.
    ColumnKey
}
text! {
    /// The id of a révision of a form.
    RevisionId
}
text! {
    /// The id of a row of a répétition, kept when rows are re-ordered, or of another thing that gets a row of its own:
    /// an avis, a message, an area of a map.
    RowId
}

/// A place in an ordered list of dossiers: base64 of an instant and an id. One order's cursor means nothing in another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Cursor(Box<str>);

impl Cursor {
    /// Longer than any that DS makes: about 56 characters.
    const LONGEST: usize = 200;

    /// The cursor as DS writes it: base64, standard or for addresses.
    pub fn new(text: &str) -> Result<Self, InvalidIdentifier> {
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=');
        if text.is_empty() || text.len() > Self::LONGEST || !text.bytes().all(base64) {
            return Err(InvalidIdentifier("a cursor is at most 200 characters of base64"));
        }
        Ok(Self(text.into()))
    }

    /// The cursor as DS writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromJson for Cursor {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        parsed(json, |text| Self::new(text).ok())
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(&text).map_err(D::Error::custom)
    }
}
