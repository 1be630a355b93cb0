//! JSON as a tree, read by name.
//!
//! Readers that serde derives are made anew for each type, and weighed a fifth of the widget. Here serde makes one tree, and
//! each type says in a line a field what it takes of it. For the same reason lists are filled one by one: `collect` has code
//! of its own for each.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value. Texts without escapes are those of the body that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`, and what is not there.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number of 64 bits.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Self>),
    /// An object: its names, in their order. Objects of DS have few names, and a search goes through them.
    Object(Vec<(Cow<'a, str>, Self)>),
}

/// What is not what it should be: a name of an object, or the JSON itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("« {0} » is missing, or not what it should be")]
pub struct Malformed(pub &'static str);

/// What can be read from JSON.
pub trait FromJson: Sized {
    /// Reads a value.
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed>;
}

impl<'a> Json<'a> {
    /// Reads a body.
    pub fn parse(body: &'a [u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(body).map_err(|_| Malformed("JSON"))
    }

    /// The value of a name: null when it is not there, or when this is no object.
    pub fn get(&self, name: &str) -> &Self {
        let Self::Object(members) = self else { return &Self::Null };
        members.iter().find(|(member, _)| member == name).map_or(&Self::Null, |(_, value)| value)
    }

    /// Reads the value of a name.
    pub fn read<T: FromJson>(&self, name: &'static str) -> Result<T, Malformed> {
        T::from_json(self.get(name)).map_err(|malformed| if malformed.0.is_empty() { Malformed(name) } else { malformed })
    }

    /// Reads the value of a name that may be null, or not there.
    pub fn read_or_default<T: FromJson + Default>(&self, name: &'static str) -> Result<T, Malformed> {
        if *self.get(name) == Self::Null { Ok(T::default()) } else { self.read(name) }
    }

    /// The same, for what is passed on as it is.
    pub fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Integer(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Text(text) => text.as_ref().into(),
            Self::List(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Self::Object(members) => {
                let mut object = serde_json::Map::new();
                object.extend(members.iter().map(|(name, value)| (name.to_string(), value.to_value())));
                Value::Object(object)
            }
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The items; none when this is no list.
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The names and values; an error when this is no object.
    pub(crate) fn members(&self) -> Result<&[(Cow<'a, str>, Self)], Malformed> {
        if let Self::Object(members) = self { Ok(members) } else { Err(OTHER_TYPE) }
    }
}

/// Reads a whole body.
pub fn read<T: FromJson>(body: &[u8]) -> Result<T, Malformed> {
    T::from_json(&Json::parse(body)?)
}

/// Reads what is a value of serde_json already.
pub fn from_value<T: FromJson>(value: &serde_json::Value) -> Result<T, Malformed> {
    read(write(value).as_bytes())
}

/// Writes a value. Its own `to_string` would bring a second writer, for JSON that people read.
pub fn write(value: &serde_json::Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The number that a text writes, as JSON does.
pub(crate) fn number(text: &str) -> Option<f64> {
    match Json::parse(text.as_bytes()) {
        Ok(number) => f64::from_json(&number).ok(),
        Err(_) => None,
    }
}

/// Not of the type wanted: [`Json::read`] says of which name.
const OTHER_TYPE: Malformed = Malformed("");

impl FromJson for bool {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        if let Json::Bool(value) = json { Ok(*value) } else { Err(OTHER_TYPE) }
    }
}

impl FromJson for i64 {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        if let Json::Integer(value) = json { Ok(*value) } else { Err(OTHER_TYPE) }
    }
}

impl FromJson for usize {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        i64::from_json(json)?.try_into().map_err(|_| OTHER_TYPE)
    }
}

impl FromJson for u32 {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        i64::from_json(json)?.try_into().map_err(|_| OTHER_TYPE)
    }
}

impl FromJson for f64 {
    #[expect(clippy::cast_precision_loss, reason = "what JSON writes as a number is a double")]
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        match json {
            Json::Integer(value) => Ok(*value as Self),
            Json::Float(value) => Ok(*value),
            _ => Err(OTHER_TYPE),
        }
    }
}

impl FromJson for Box<str> {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        json.as_text().map(Self::from).ok_or(OTHER_TYPE)
    }
}

impl FromJson for String {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        json.as_text().map(Self::from).ok_or(OTHER_TYPE)
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        if *json == Json::Null { Ok(None) } else { T::from_json(json).map(Some) }
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        T::from_json(json).map(Self::new)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let Json::List(items) = json else { return Err(OTHER_TYPE) };
        let mut list = Self::with_capacity(items.len());
        for item in items {
            list.push(T::from_json(item)?);
        }
        Ok(list)
    }
}

/// A list of two.
impl<A: FromJson, B: FromJson> FromJson for (A, B) {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let [first, second] = json.items() else { return Err(OTHER_TYPE) };
        Ok((A::from_json(first)?, B::from_json(second)?))
    }
}

/// Reads a text by a rule of the type.
pub(crate) fn parsed<T>(json: &Json<'_>, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Malformed> {
    json.as_text().and_then(parse).ok_or(OTHER_TYPE)
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Json<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Integer(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "as JavaScript reads a number beyond 2^63")]
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Json::Float(value as f64), Json::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Json::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = object.next_key()? {
            let value = object.next_value()?;
            if let Json::Text(name) = name {
                members.push((name, value));
            }
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_tree_holds_what_the_body_says() {
        let json = Json::parse(br#"{"a": [null, true, -1, 1.5, "x\ny", {}], "b": 18446744073709551615}"#).unwrap();
        let list = [Json::Null, Json::Bool(true), Json::Integer(-1), Json::Float(1.5), Json::Text("x\ny".into()), Json::Object(Vec::new())];
        assert_eq!(json.get("a").items(), list);
        assert_eq!(json.get("b"), &Json::Float(18_446_744_073_709_551_615.0));
        assert_eq!(json.get("c"), &Json::Null);
        assert_eq!(Json::parse(br#"{"a": "#), Err(Malformed("JSON")));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let json = Json::parse(br#"{"number": "1", "list": [1, 2], "none": null}"#).unwrap();
        assert_eq!(json.read::<i64>("number"), Err(Malformed("number")));
        assert_eq!(json.read::<String>("missing"), Err(Malformed("missing")));
        assert_eq!(json.read::<Vec<i64>>("list"), Ok(vec![1, 2]));
        assert_eq!(json.read::<Option<i64>>("none"), Ok(None));
        assert_eq!(json.read_or_default::<Vec<i64>>("missing"), Ok(Vec::new()));
        assert_eq!(json.read::<Vec<bool>>("list"), Err(Malformed("list")));
    }
}
