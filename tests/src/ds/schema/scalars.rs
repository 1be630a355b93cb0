//! The scalars of the API that GraphQL does not have of itself.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use time::Date;

use crate::ds::clock::{self, Instant};

/// An instant, such as `2026-01-01T12:12:00+01:00`.
#[derive(Clone, Copy, Debug)]
pub struct IsoDateTime(pub Instant);

#[Scalar(name = "ISO8601DateTime", specified_by_url = "https://tools.ietf.org/html/rfc3339")]
impl ScalarType for IsoDateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => clock::parse(text).map(Self).ok_or_else(|| InputValueError::custom("not an instant")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(clock::iso(self.0))
    }
}

/// A day, such as `2026-01-01`.
#[derive(Clone, Copy, Debug)]
pub struct IsoDate(pub Date);

#[Scalar(name = "ISO8601Date", specified_by_url = "https://tools.ietf.org/html/rfc3339")]
impl ScalarType for IsoDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => clock::parse(text).map(|at| Self(at.date())).ok_or_else(|| InputValueError::custom("not a day")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(clock::iso_date(self.0))
    }
}

/// An integer past 32 bits. The API writes it as a string.
#[derive(Clone, Copy, Debug)]
pub struct BigInt(pub i64);

#[Scalar(name = "BigInt")]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(Self(text.parse().map_err(InputValueError::custom)?)),
            Value::Number(number) => number.as_i64().map(Self).ok_or_else(|| InputValueError::custom("not an integer")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An address on the web.
#[derive(Clone, Debug)]
pub struct Url(pub String);

#[Scalar(name = "URL")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// The coordinates of a GeoJSON geometry: arrays of numbers, as deep as its type wants.
#[derive(Clone, Debug)]
pub struct Coordinates(pub Value);

#[Scalar(name = "Coordinates")]
impl ScalarType for Coordinates {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}
