//! Places: from countries to addresses, and the areas of maps.

use async_graphql::{ID, Interface, SimpleObject, Value};

use super::scalars::Coordinates;
use crate::ds::vocabulary::{AddressType, GeoAreaSource};

/// A country.
#[derive(SimpleObject, Clone, Debug)]
pub struct Pays {
    /// Two letters.
    pub code: String,
    /// Its French name.
    pub name: String,
}

/// A région.
#[derive(SimpleObject, Clone, Debug)]
pub struct Region {
    /// Its INSEE code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A département.
#[derive(SimpleObject, Clone, Debug)]
pub struct Departement {
    /// Its INSEE code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A group of communes.
#[derive(SimpleObject, Clone, Debug)]
pub struct Epci {
    /// Its SIREN.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A commune.
#[derive(SimpleObject, Clone, Debug)]
pub struct Commune {
    /// Its INSEE code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// One of its postal codes.
    pub postal_code: Option<String>,
}

/// A postal address.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Address {
    pub city_code: String,
    pub city_name: String,
    pub country_code: Option<String>,
    pub country_name: Option<String>,
    pub department_code: Option<String>,
    pub department_name: Option<String>,
    pub geometry: Option<GeoJson>,
    pub label: String,
    pub postal_code: String,
    pub region_code: Option<String>,
    pub region_name: Option<String>,
    pub street_address: Option<String>,
    pub street_name: Option<String>,
    pub street_number: Option<String>,
    #[graphql(name = "type")]
    pub kind: AddressType,
}

/// A shape on a map.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(name = "GeoJSON")]
pub struct GeoJson {
    /// Arrays of longitudes and latitudes.
    pub coordinates: Coordinates,
    /// `Point`, `LineString`, `Polygon`…
    #[graphql(name = "type")]
    pub kind: String,
}

impl GeoJson {
    /// A point.
    pub fn point(longitude: f64, latitude: f64) -> Self {
        Self { kind: "Point".to_owned(), coordinates: Coordinates(pair(&(longitude, latitude))) }
    }

    /// A line through these points.
    pub fn line(points: &[(f64, f64)]) -> Self {
        let coordinates = Value::List(points.iter().map(pair).collect());
        Self { kind: "LineString".to_owned(), coordinates: Coordinates(coordinates) }
    }

    /// A polygon without holes; its ring is closed here.
    pub fn polygon(corners: &[(f64, f64)]) -> Self {
        let ring = corners.iter().chain(corners.first()).map(pair).collect();
        Self { kind: "Polygon".to_owned(), coordinates: Coordinates(Value::List(vec![Value::List(ring)])) }
    }
}

/// A position, as GeoJSON writes it.
fn pair(point: &(f64, f64)) -> Value {
    let number = |value: f64| serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number);
    Value::List(vec![number(point.0), number(point.1)])
}

/// An area drawn by the applicant.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct SelectionUtilisateur {
    pub description: Option<String>,
    pub geometry: GeoJson,
    pub id: ID,
    pub source: GeoAreaSource,
}

/// A parcel of the land register.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct ParcelleCadastrale {
    pub commune: String,
    pub description: Option<String>,
    pub geometry: GeoJson,
    pub id: ID,
    pub numero: String,
    pub prefixe: String,
    pub section: String,
    pub source: GeoAreaSource,
    pub surface: String,
}

/// A parcel of the agricultural register.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Rpg {
    pub commune: Option<String>,
    pub description: Option<String>,
    pub geometry: GeoJson,
    pub id: ID,
    pub numero: Option<String>,
    pub source: GeoAreaSource,
    pub surface: Option<f64>,
}

/// An area of a map.
#[derive(Interface, Clone, Debug)]
#[graphql(
    field(name = "description", ty = "&Option<String>"),
    field(name = "geometry", ty = "&GeoJson"),
    field(name = "id", ty = "&ID"),
    field(name = "source", ty = "&GeoAreaSource")
)]
pub enum GeoArea {
    /// Drawn by the applicant.
    SelectionUtilisateur(SelectionUtilisateur),
    /// From the land register.
    ParcelleCadastrale(ParcelleCadastrale),
    /// From the agricultural register.
    Rpg(Rpg),
}
