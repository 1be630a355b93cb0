//! What is drawn on a map, as cells can hold it.

use super::Value;
use crate::{ds::GeoArea, json::write};

/// The middle of the box that holds all areas, longitude first: good enough to put a pin.
pub(super) fn centre(areas: &[GeoArea]) -> Option<(f64, f64)> {
    fn extend(coordinates: &serde_json::Value, bounds: &mut Option<[f64; 4]>) {
        let Some(items) = coordinates.as_array() else { return };
        if let [longitude, latitude, ..] = items.as_slice()
            && let (Some(longitude), Some(latitude)) = (longitude.as_f64(), latitude.as_f64())
        {
            let [west, south, east, north] = bounds.unwrap_or([longitude, latitude, longitude, latitude]);
            *bounds = Some([west.min(longitude), south.min(latitude), east.max(longitude), north.max(latitude)]);
            return;
        }
        for item in items {
            extend(item, bounds);
        }
    }
    let mut bounds = None;
    for area in areas {
        extend(&area.geometry.coordinates, &mut bounds);
    }
    bounds.map(|[west, south, east, north]| (f64::midpoint(west, east), f64::midpoint(south, north)))
}

/// All areas, as a FeatureCollection.
pub(super) fn geojson(areas: &[GeoArea]) -> Value<'static> {
    if areas.is_empty() {
        return Value::Empty;
    }
    let features: Vec<_> = areas.iter().map(feature).collect();
    Value::Text(write(&serde_json::json!({ "type": "FeatureCollection", "features": features })).into())
}

/// An area, as a Feature.
pub(super) fn feature(area: &GeoArea) -> serde_json::Value {
    serde_json::json!({
        "type": "Feature",
        "geometry": { "type": area.geometry.kind, "coordinates": area.geometry.coordinates },
        "properties": { "description": area.description },
    })
}

/// The sum of what is known of the areas' surfaces, in square metres.
pub(super) fn surface(areas: &[GeoArea]) -> Value<'static> {
    let surfaces = areas.iter().filter_map(|area| area.surface);
    surfaces.reduce(|total, surface| total + surface).map_or(Value::Empty, Value::Decimal)
}
