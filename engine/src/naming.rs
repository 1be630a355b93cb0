//! Names: of the values of enumerations, and those that no other has yet.

/// An enumeration whose values have names, in JSON and elsewhere.
macro_rules! names {
    ($(#[$documentation:meta])* $enum:ident { $($(#[$variant_documentation:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum {
            $($(#[$variant_documentation])* $variant,)*
        }

        impl $enum {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in JSON.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|candidate| candidate.name() == name)
            }
        }

        impl $crate::json::FromJson for $enum {
            fn from_json(json: &$crate::json::Json<'_>) -> Result<Self, $crate::json::Malformed> {
                $crate::json::parsed(json, Self::from_name)
            }
        }

        impl serde::Serialize for $enum {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $enum {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::from_name(&name).ok_or_else(|| serde::de::Error::custom("a name that is none of its values"))
            }
        }
    };
}
pub(crate) use names;

/// The base itself, or the first of its numbered forms (2, 3…) that is free.
pub(crate) fn first_free(base: String, numbered: impl Fn(&str, u32) -> String, mut is_free: impl FnMut(&str) -> bool) -> String {
    if is_free(&base) {
        return base;
    }
    (2..u32::MAX).map(|number| numbered(&base, number)).find(|candidate| is_free(candidate)).unwrap_or(base)
}
