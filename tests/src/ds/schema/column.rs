//! Columns: the typed parts of a champ.

use async_graphql::{ID, Interface, SimpleObject};

use super::file::File;
use super::places::{Address, GeoJson};
use super::scalars::{BigInt, Coordinates, IsoDate, IsoDateTime};
use crate::ds::clock;
use crate::ds::files::Addresses;
use crate::ds::world::form::{Descriptor, Kind};
use crate::ds::world::value::Value;

macro_rules! column {
    ($(#[doc = $doc:literal] $name:ident: $value:ty;)*) => {$(
        #[doc = $doc]
        #[derive(SimpleObject, Clone, Debug)]
        pub struct $name {
            /// Its id, stable.
            pub id: ID,
            /// Its title.
            pub label: String,
            /// Its value as text.
            pub string_value: Option<String>,
            /// Its value.
            pub value: $value,
        }
    )*};
}

column! {
    /// Files.
    AttachmentsColumn: Option<Vec<File>>;
    /// Yes or no.
    BooleanColumn: Option<bool>;
    /// A day.
    DateColumn: Option<IsoDate>;
    /// An instant.
    DateTimeColumn: Option<IsoDateTime>;
    /// A decimal number.
    DecimalColumn: Option<f64>;
    /// A choice.
    EnumColumn: Option<String>;
    /// Several choices.
    EnumsColumn: Option<Vec<String>>;
    /// Areas of a map.
    GeoJSONColumn: Vec<GeoJSONFeature>;
    /// A whole number.
    IntegerColumn: Option<BigInt>;
    /// Text.
    TextColumn: Option<String>;
}

/// An area of a map.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct GeoJSONFeature {
    pub geometry: GeoJSONGeometry,
    pub properties: GeoJSONFeatureProperties,
}

/// The shape of an area.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct GeoJSONGeometry {
    pub coordinates: Coordinates,
    #[graphql(name = "type")]
    pub kind: String,
}

/// What is said of an area.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct GeoJSONFeatureProperties {
    pub description: Option<String>,
}

/// A typed part of a champ.
#[derive(Interface, Clone, Debug)]
#[graphql(field(name = "id", ty = "&ID"), field(name = "label", ty = "&String"), field(name = "string_value", ty = "&Option<String>"))]
#[expect(missing_docs, reason = "each is named after what it holds")]
pub enum Column {
    Attachments(AttachmentsColumn),
    Boolean(BooleanColumn),
    Date(DateColumn),
    DateTime(DateTimeColumn),
    Decimal(DecimalColumn),
    Enum(EnumColumn),
    Enums(EnumsColumn),
    GeoJson(GeoJSONColumn),
    Integer(IntegerColumn),
    Text(TextColumn),
}

/// Writes the columns of one field.
struct Writer<'a> {
    field: &'a Descriptor,
    columns: Vec<Column>,
}

impl Writer<'_> {
    fn id(&self, path: &str) -> ID {
        let suffix = if path.is_empty() { String::new() } else { format!("-$.{path}") };
        clock::global_id("Column", format!("type_de_champ/{}{suffix}", self.field.id)).into()
    }

    fn label(&self, part: &str) -> String {
        if part.is_empty() { self.field.label.clone() } else { format!("{} – {part}", self.field.label) }
    }

    fn text(&mut self, path: &str, part: &str, value: Option<String>) {
        let column = TextColumn { id: self.id(path), label: self.label(part), string_value: value.clone(), value };
        self.columns.push(Column::Text(column));
    }
}

/// The columns of a field that holds this: its own value, and for some kinds the parts of it.
pub(super) fn columns(field: &Descriptor, value: Option<&Value>, files: &Addresses) -> Vec<Column> {
    let mut writer = Writer { field, columns: Vec::new() };
    let (id, label) = (writer.id(""), writer.label(""));
    let string_value = value.and_then(|value| value.text(field.kind));
    macro_rules! own {
        ($variant:ident, $type:ident, $value:expr) => {
            writer.columns.push(Column::$variant($type { id, label, string_value, value: $value }))
        };
    }
    match (field.kind, value) {
        (Kind::HeaderSection | Kind::Explication | Kind::Repetition, _) => {}
        (Kind::Checkbox | Kind::YesNo, value) => own!(
            Boolean,
            BooleanColumn,
            match value {
                Some(Value::Flag(flag)) => Some(*flag),
                _ => None,
            }
        ),
        (Kind::Date, value) => own!(
            Date,
            DateColumn,
            match value {
                Some(Value::Date(date)) => Some(IsoDate(*date)),
                _ => None,
            }
        ),
        (Kind::Datetime, value) => own!(
            DateTime,
            DateTimeColumn,
            match value {
                Some(Value::Datetime(at)) => Some(IsoDateTime(*at)),
                _ => None,
            }
        ),
        (Kind::DecimalNumber, _) => {
            let value = string_value.as_deref().and_then(|text| text.parse().ok());
            own!(Decimal, DecimalColumn, value);
        }
        (Kind::IntegerNumber | Kind::Number, _) => {
            let value = string_value.as_deref().and_then(|text| text.parse().ok()).map(BigInt);
            own!(Integer, IntegerColumn, value);
        }
        (Kind::DropDownList, _) => {
            let value = string_value.clone();
            own!(Enum, EnumColumn, value);
        }
        (Kind::MultipleDropDownList, value) => own!(
            Enums,
            EnumsColumn,
            match value {
                Some(Value::Choices(choices)) => Some(choices.clone()),
                _ => None,
            }
        ),
        (Kind::Carte, value) => own!(GeoJson, GeoJSONColumn, features(value)),
        (Kind::PieceJustificative, value) => {
            let described = match value {
                Some(Value::Files(attachments)) => Some(attachments.iter().map(|file| files.describe(file)).collect()),
                _ => None,
            };
            own!(Attachments, AttachmentsColumn, described);
            if field.nature == "RIB" {
                bank_account(&mut writer, value);
            }
        }
        (Kind::Address, Some(Value::Address(address))) => {
            writer.text("", "", string_value);
            of_address(&mut writer, address);
        }
        (Kind::Siret, Some(Value::Siret(_, Some(body)))) => {
            writer.text("", "", string_value);
            let enterprise = body.entreprise.as_ref();
            writer.text("entreprise_siren", "SIREN", enterprise.map(|known| known.siren.clone()));
            let name = enterprise.map(|known| known.raison_sociale.clone());
            writer.text("entreprise_raison_sociale", "Raison sociale", name);
            writer.text("libelle_naf", "Activité", Some(body.libelle_naf.clone()));
            of_address(&mut writer, &body.address);
        }
        (Kind::Referentiel, Some(Value::Text(reference))) => {
            writer.text("", "", string_value);
            of_reference(&mut writer, reference);
        }
        (Kind::QuotientFamilial, Some(Value::Text(text))) => {
            writer.text("", "", string_value);
            let column = IntegerColumn {
                id: writer.id("quotient_familial.valeur"),
                label: writer.label("Valeur"),
                string_value: Some(text.clone()),
                value: text.parse().ok().map(BigInt),
            };
            writer.columns.push(Column::Integer(column));
        }
        _ => writer.text("", "", string_value),
    }
    writer.columns
}

fn features(value: Option<&Value>) -> Vec<GeoJSONFeature> {
    let Some(Value::Zones(areas)) = value else {
        return Vec::new();
    };
    areas
        .iter()
        .map(|area| {
            let (description, shape) = super::champ::outline(area);
            GeoJSONFeature { geometry: geometry(shape), properties: GeoJSONFeatureProperties { description: description.clone() } }
        })
        .collect()
}

fn geometry(shape: &GeoJson) -> GeoJSONGeometry {
    GeoJSONGeometry { coordinates: shape.coordinates.clone(), kind: shape.kind.clone() }
}

fn of_address(writer: &mut Writer<'_>, address: &Address) {
    writer.text("postal_code", "Code postal", Some(address.postal_code.clone()));
    writer.text("city_name", "Commune", Some(address.city_name.clone()));
    writer.text("department_code", "Département", address.department_code.clone());
    writer.text("region_name", "Région", address.region_name.clone());
}

fn bank_account(writer: &mut Writer<'_>, value: Option<&Value>) {
    let seed = match value {
        Some(Value::Files(attachments)) => attachments.first().map(|file| file.seed),
        _ => None,
    };
    let mut draw = seed.map(|seed| crate::ds::draw::Draw::of(&[seed]));
    let holder = draw.as_mut().map(crate::ds::samples::bodies::association);
    let iban = draw.as_mut().map(crate::ds::samples::bodies::iban);
    writer.text("rib.titulaire", "Titulaire", holder);
    writer.text("rib.iban", "IBAN", iban);
    writer.text("rib.bic", "BIC", seed.map(|_| "RELSFRPPXXX".to_owned()));
}

/// What the referential behind a field says of a reference: a column of each of some types.
fn of_reference(writer: &mut Writer<'_>, reference: &str) {
    let digits: String = reference.chars().filter(char::is_ascii_digit).collect();
    let number: i64 = digits.parse().unwrap_or(0);
    writer.text("denomination", "Dénomination", Some(format!("Site n° {number}")));
    let protected = number % 2 == 0;
    let column =
        BooleanColumn {
            id: writer.id("protege"), label: writer.label("Protégé"), string_value: Some(protected.to_string()), value: Some(protected)
        };
    writer.columns.push(Column::Boolean(column));
    let column = IntegerColumn {
        id: writer.id("visiteurs"),
        label: writer.label("Visiteurs"),
        string_value: Some((number * 3).to_string()),
        value: Some(BigInt(number * 3)),
    };
    writer.columns.push(Column::Integer(column));
    let listed = clock::day(1990, 1, 1).date() + time::Duration::days(number % 10_000);
    let column = DateColumn {
        id: writer.id("inscription"),
        label: writer.label("Inscription"),
        string_value: Some(clock::french_date(listed)),
        value: Some(IsoDate(listed)),
    };
    writer.columns.push(Column::Date(column));
}
