//! What people answer, field by field.

use std::sync::Arc;

use time::Duration;

use super::generate::{mail, person};
use super::{bodies, places, words};
use crate::ds::clock::{self, global_id};
use crate::ds::draw::Draw;
use crate::ds::schema::places::{GeoArea, GeoJson, ParcelleCadastrale, Rpg, SelectionUtilisateur};
use crate::ds::vocabulary::GeoAreaSource;
use crate::ds::world::form::{Descriptor, Kind, Sample};
use crate::ds::world::value::{Attachment, Row, Value, Values};

/// Fills the fields that are not filled yet. Each has a sequence of draws of its own, so that a field more changes no
/// other's answer.
pub fn fill(fields: &[Arc<Descriptor>], key: &[u64], values: &mut Values) {
    for field in fields {
        if values.contains_key(&field.id) {
            continue;
        }
        let mut own = key.to_vec();
        own.push(u64::from(field.id));
        let mut draw = Draw::of(&own);
        if draw.chance(field.answered)
            && let Some(value) = answer(field, &mut draw, &own)
        {
            values.insert(field.id, value);
        }
    }
}

/// The answer to a field; none for those that ask nothing.
fn answer(field: &Descriptor, draw: &mut Draw, key: &[u64]) -> Option<Value> {
    let value = match field.kind {
        Kind::HeaderSection | Kind::Explication => return None,
        Kind::Date => Value::Date((clock::day(1960, 1, 1) + Duration::days(draw.between(0, 24_000))).date()),
        Kind::Datetime => {
            // All through 2025, so that both of Paris's offsets are met.
            Value::Datetime(clock::day(2025, 1, 1) + Duration::minutes(draw.between(0, 365 * 96) * 15))
        }
        Kind::IntegerNumber | Kind::Number => Value::Integer(integer(field, draw)),
        Kind::DecimalNumber => Value::Decimal(decimal(field, draw)),
        Kind::Checkbox | Kind::YesNo => Value::Flag(draw.chance(55)),
        Kind::TitreIdentite => Value::Flag(true),
        Kind::Civilite => Value::Civilite(person(draw).0),
        Kind::DropDownList => {
            if field.other && draw.chance(10) {
                Value::Text("Autre : chantier d’insertion".to_owned())
            } else {
                Value::Text(draw.pick(&field.options).clone())
            }
        }
        Kind::MultipleDropDownList => {
            let chosen: Vec<String> = field.options.iter().filter(|_| draw.chance(40)).cloned().collect();
            if chosen.is_empty() {
                return None;
            }
            Value::Choices(chosen)
        }
        Kind::LinkedDropDownList => linked(field, draw),
        Kind::Pays => Value::Pays(places::country(*draw.pick(places::COUNTRIES))),
        Kind::Region => Value::Region(places::region(*draw.pick(places::REGIONS))),
        Kind::Departement => Value::Departement(places::departement(*draw.pick(places::DEPARTEMENTS))),
        Kind::Commune => {
            let site = places::Site::drawn(draw);
            Value::Commune(site.commune(), site.departement())
        }
        Kind::Epci => {
            let site = places::Site::drawn(draw);
            Value::Epci(site.epci(), site.departement())
        }
        Kind::Address => {
            let site = places::Site::drawn(draw);
            Value::Address(Box::new(if draw.chance(3) { places::abroad() } else { site.address(draw) }))
        }
        Kind::Siret => {
            let siret = bodies::siret(draw);
            // The INSEE does not always answer: the number is then all there is.
            let known = draw.chance(88).then(|| Box::new(bodies::establishment(draw, &siret)));
            Value::Siret(siret, known)
        }
        Kind::Rna => Value::Rna(Box::new(bodies::rna(draw))),
        Kind::Rnf => Value::Rnf(Box::new(bodies::rnf(draw))),
        Kind::DossierLink => Value::Dossier(i32::try_from(draw.between(1_000_000, 9_999_999)).unwrap_or(1)),
        Kind::PieceJustificative => {
            let count = draw.between(1, 2);
            Value::Files(files(draw, count))
        }
        Kind::Carte => zones(draw),
        Kind::Repetition => Value::Rows((0..draw.below(4)).map(|at| row(field, draw, &[key, &[at]].concat())).collect()),
        _ => Value::Text(text(field, draw)),
    };
    Some(value)
}

/// Text, for all the kinds whose champ is a text.
fn text(field: &Descriptor, draw: &mut Draw) -> String {
    match field.sample {
        Sample::OneOf(texts) => return (*draw.pick(texts)).to_owned(),
        Sample::LastName => return person(draw).2.to_owned(),
        Sample::FirstName => return person(draw).1.to_owned(),
        Sample::Association => return bodies::association(draw),
        Sample::Project => return (*draw.pick(words::PROJECTS)).to_owned(),
        Sample::Paragraph => return paragraph(draw),
        Sample::Usual | Sample::Between(..) => {}
    }
    match field.kind {
        Kind::Textarea | Kind::Formatted => paragraph(draw),
        Kind::Email => {
            let (_, first, last) = person(draw);
            mail(first, last)
        }
        // 01 99 00 xx xx: numbers that the regulator keeps for fiction.
        Kind::Phone => format!("019900{}", draw.digits(4)),
        Kind::Iban => bodies::iban(draw),
        Kind::AnnuaireEducation => format!("Lycée des Tilleuls, Val-de-Sauldre (041{}X)", draw.digits(4)),
        Kind::Cojo => format!("{} – {}", draw.digits(8), "1990-05-04"),
        Kind::Referentiel => format!("REF-{}", draw.digits(6)),
        Kind::QuotientFamilial => draw.between(200, 2_400).to_string(),
        Kind::Aah | Kind::Aeeh | Kind::Ars => (*draw.pick(&["Bénéficiaire", "Non bénéficiaire"])).to_owned(),
        Kind::EtudiantBoursier => (*draw.pick(&["Boursier, échelon 3", "Non boursier"])).to_owned(),
        Kind::PreRempli => format!("Dossier {} de la campagne 2024", draw.digits(5)),
        Kind::EngagementJuridique => format!("21{}", draw.digits(8)),
        _ => (*draw.pick(words::PROJECTS)).to_owned(),
    }
}

fn paragraph(draw: &mut Draw) -> String {
    let count = draw.between(1, 4);
    let sentences: Vec<&str> = (0..count).map(|_| *draw.pick(words::SENTENCES)).collect();
    // Browsers send line ends so, and the API gives them back as they came.
    sentences.join(if draw.chance(50) { "\r\n" } else { " " })
}

fn integer(field: &Descriptor, draw: &mut Draw) -> i64 {
    match field.sample {
        Sample::Between(low, high) => draw.between(low, high),
        // Some past 32 bits, and one past what a double holds exactly.
        _ => match draw.below(20) {
            0 => 3_400_936_534_933,
            1 => 9_007_199_254_740_993,
            2 => 0,
            3 => -12,
            _ => draw.between(1, 5_000),
        },
    }
}

fn decimal(field: &Descriptor, draw: &mut Draw) -> String {
    if draw.chance(8) {
        return "0.0".to_owned();
    }
    let (low, high) = match field.sample {
        Sample::Between(low, high) => (low, high),
        _ => (100, 90_000),
    };
    format!("{}.{:02}", draw.between(low, high), draw.below(100))
}

fn linked(field: &Descriptor, draw: &mut Draw) -> Value {
    // Flat list: a `--primary--` line, then its secondaries.
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    let mut primary = "";
    for option in &field.options {
        match option.strip_prefix("--").and_then(|rest| rest.strip_suffix("--")) {
            Some(name) => primary = name,
            None => pairs.push((primary, option)),
        }
    }
    let (primary, secondary) = draw.pick(&pairs);
    Value::Linked((*primary).to_owned(), (*secondary).to_owned())
}

/// Some files.
pub fn files(draw: &mut Draw, count: i64) -> Vec<Attachment> {
    (0..count)
        .map(|_| {
            let name = draw.pick(words::FILES);
            let (extension, content_type) = *draw.pick(&[
                ("pdf", "application/pdf"),
                ("pdf", "application/pdf"),
                ("jpg", "image/jpeg"),
                ("odt", "application/vnd.oasis.opendocument.text"),
            ]);
            Attachment {
                filename: format!("{name}.{extension}"),
                content_type,
                size: usize::try_from(draw.between(400, 2_400)).unwrap_or(400),
                seed: draw.number(),
                created: clock::day(2024, 10, 1) + Duration::minutes(draw.between(0, 200_000)),
                scan: "safe",
            }
        })
        .collect()
}

fn zones(draw: &mut Draw) -> Value {
    let site = places::Site::drawn(draw);
    let count = draw.between(1, 4);
    let areas = (0..count).map(|_| {
        let (x, y) = site.near(draw);
        let corners = [(x, y), (x + 0.002, y), (x + 0.002, y + 0.001), (x, y + 0.001)];
        let id = global_id("GeoArea", draw.below(10_000_000)).into();
        match draw.below(5) {
            0 | 1 => GeoArea::ParcelleCadastrale(ParcelleCadastrale {
                commune: site.commune().code,
                description: None,
                geometry: GeoJson::polygon(&corners),
                id,
                numero: draw.between(1, 400).to_string(),
                prefixe: "000".to_owned(),
                section: format!("A{}", draw.between(1, 9)),
                source: GeoAreaSource::Cadastre,
                surface: draw.between(80, 12_000).to_string(),
            }),
            2 => GeoArea::Rpg(Rpg {
                commune: Some(site.commune().code),
                description: None,
                geometry: GeoJson::polygon(&corners),
                id,
                numero: Some(draw.digits(6)),
                source: GeoAreaSource::Rpg,
                surface: Some(1.25),
            }),
            shape => GeoArea::SelectionUtilisateur(SelectionUtilisateur {
                description: draw.chance(60).then(|| "Mare".to_owned()),
                geometry: if shape == 3 { GeoJson::point(x, y) } else { GeoJson::line(&corners[..3]) },
                id,
                source: GeoAreaSource::SelectionUtilisateur,
            }),
        }
    });
    Value::Zones(areas.collect())
}

fn row(field: &Descriptor, draw: &mut Draw, key: &[u64]) -> Row {
    let mut values = Values::new();
    fill(&field.children, key, &mut values);
    Row { id: ulid(draw), values }
}

/// 26 characters of Crockford's base 32, the first below 8.
fn ulid(draw: &mut Draw) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut text = String::from("01J");
    text.extend((0..23).map(|_| char::from(*draw.pick(LETTERS))));
    text
}
