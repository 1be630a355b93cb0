//! Régions and départements as they are; communes, groups of communes and streets that do not exist.

use crate::ds::draw::Draw;
use crate::ds::schema::places::{Address, Commune, Departement, Epci, GeoJson, Pays, Region};
use crate::ds::vocabulary::AddressType;

/// Régions: code and name.
pub const REGIONS: &[(&str, &str)] = &[
    ("01", "Guadeloupe"),
    ("02", "Martinique"),
    ("03", "Guyane"),
    ("04", "La Réunion"),
    ("06", "Mayotte"),
    ("11", "Île-de-France"),
    ("24", "Centre-Val de Loire"),
    ("27", "Bourgogne-Franche-Comté"),
    ("28", "Normandie"),
    ("32", "Hauts-de-France"),
    ("44", "Grand Est"),
    ("52", "Pays de la Loire"),
    ("53", "Bretagne"),
    ("75", "Nouvelle-Aquitaine"),
    ("76", "Occitanie"),
    ("84", "Auvergne-Rhône-Alpes"),
    ("93", "Provence-Alpes-Côte d’Azur"),
    ("94", "Corse"),
];

/// Départements: code and name.
pub const DEPARTEMENTS: &[(&str, &str)] = &[
    ("01", "Ain"),
    ("02", "Aisne"),
    ("03", "Allier"),
    ("04", "Alpes-de-Haute-Provence"),
    ("05", "Hautes-Alpes"),
    ("06", "Alpes-Maritimes"),
    ("07", "Ardèche"),
    ("08", "Ardennes"),
    ("09", "Ariège"),
    ("10", "Aube"),
    ("11", "Aude"),
    ("12", "Aveyron"),
    ("13", "Bouches-du-Rhône"),
    ("14", "Calvados"),
    ("15", "Cantal"),
    ("16", "Charente"),
    ("17", "Charente-Maritime"),
    ("18", "Cher"),
    ("19", "Corrèze"),
    ("2A", "Corse-du-Sud"),
    ("2B", "Haute-Corse"),
    ("21", "Côte-d’Or"),
    ("22", "Côtes-d’Armor"),
    ("23", "Creuse"),
    ("24", "Dordogne"),
    ("25", "Doubs"),
    ("26", "Drôme"),
    ("27", "Eure"),
    ("28", "Eure-et-Loir"),
    ("29", "Finistère"),
    ("30", "Gard"),
    ("31", "Haute-Garonne"),
    ("32", "Gers"),
    ("33", "Gironde"),
    ("34", "Hérault"),
    ("35", "Ille-et-Vilaine"),
    ("36", "Indre"),
    ("37", "Indre-et-Loire"),
    ("38", "Isère"),
    ("39", "Jura"),
    ("40", "Landes"),
    ("41", "Loir-et-Cher"),
    ("42", "Loire"),
    ("43", "Haute-Loire"),
    ("44", "Loire-Atlantique"),
    ("45", "Loiret"),
    ("46", "Lot"),
    ("47", "Lot-et-Garonne"),
    ("48", "Lozère"),
    ("49", "Maine-et-Loire"),
    ("50", "Manche"),
    ("51", "Marne"),
    ("52", "Haute-Marne"),
    ("53", "Mayenne"),
    ("54", "Meurthe-et-Moselle"),
    ("55", "Meuse"),
    ("56", "Morbihan"),
    ("57", "Moselle"),
    ("58", "Nièvre"),
    ("59", "Nord"),
    ("60", "Oise"),
    ("61", "Orne"),
    ("62", "Pas-de-Calais"),
    ("63", "Puy-de-Dôme"),
    ("64", "Pyrénées-Atlantiques"),
    ("65", "Hautes-Pyrénées"),
    ("66", "Pyrénées-Orientales"),
    ("67", "Bas-Rhin"),
    ("68", "Haut-Rhin"),
    ("69", "Rhône"),
    ("70", "Haute-Saône"),
    ("71", "Saône-et-Loire"),
    ("72", "Sarthe"),
    ("73", "Savoie"),
    ("74", "Haute-Savoie"),
    ("75", "Paris"),
    ("76", "Seine-Maritime"),
    ("77", "Seine-et-Marne"),
    ("78", "Yvelines"),
    ("79", "Deux-Sèvres"),
    ("80", "Somme"),
    ("81", "Tarn"),
    ("82", "Tarn-et-Garonne"),
    ("83", "Var"),
    ("84", "Vaucluse"),
    ("85", "Vendée"),
    ("86", "Vienne"),
    ("87", "Haute-Vienne"),
    ("88", "Vosges"),
    ("89", "Yonne"),
    ("90", "Territoire de Belfort"),
    ("91", "Essonne"),
    ("92", "Hauts-de-Seine"),
    ("93", "Seine-Saint-Denis"),
    ("94", "Val-de-Marne"),
    ("95", "Val-d’Oise"),
    ("971", "Guadeloupe"),
    ("972", "Martinique"),
    ("973", "Guyane"),
    ("974", "La Réunion"),
    ("976", "Mayotte"),
];

/// Some countries: code and name.
pub const COUNTRIES: &[(&str, &str)] = &[
    ("FR", "France"),
    ("BE", "Belgique"),
    ("CH", "Suisse"),
    ("DE", "Allemagne"),
    ("ES", "Espagne"),
    ("IT", "Italie"),
    ("LU", "Luxembourg"),
    ("PT", "Portugal"),
    ("MA", "Maroc"),
    ("SN", "Sénégal"),
    ("CI", "Côte d’Ivoire"),
    ("CA", "Canada"),
    ("RE", "Réunion"),
    ("AX", "Åland"),
];

/// A place that does not exist, in a département that does.
struct Place {
    commune: &'static str,
    insee: &'static str,
    postal: &'static str,
    departement: &'static str,
    region: &'static str,
    epci: &'static str,
    epci_code: &'static str,
    /// Longitude and latitude.
    centre: (f64, f64),
}

/// INSEE codes from 900 on: no département gives them out.
const PLACES: &[Place] = &[
    Place {
        commune: "Saint-Aubin-les-Prés",
        insee: "01901",
        postal: "01990",
        departement: "01",
        region: "84",
        epci: "CC du Val d’Orme",
        epci_code: "200999011",
        centre: (5.2152, 46.1034),
    },
    Place {
        commune: "L’Haÿe-sur-Rive",
        insee: "02902",
        postal: "02990",
        departement: "02",
        region: "32",
        epci: "CC des Trois Moulins",
        epci_code: "200999029",
        centre: (3.4271, 49.4718),
    },
    Place {
        commune: "Plouvenec",
        insee: "29903",
        postal: "29990",
        departement: "29",
        region: "53",
        epci: "CA du Pays d’Iroise-Nord",
        epci_code: "200999037",
        centre: (-4.3321, 48.4512),
    },
    Place {
        commune: "Œuilly-le-Vieux",
        insee: "45904",
        postal: "45990",
        departement: "45",
        region: "24",
        epci: "CC de la Grande Prairie",
        epci_code: "200999045",
        centre: (2.1098, 47.8645),
    },
    Place {
        commune: "Montbrun-les-Tilleuls",
        insee: "26905",
        postal: "26990",
        departement: "26",
        region: "84",
        epci: "CC des Baronnies-Hautes",
        epci_code: "200999052",
        centre: (5.4401, 44.1755),
    },
    Place {
        commune: "Neuville-en-Woëvre",
        insee: "55906",
        postal: "55990",
        departement: "55",
        region: "44",
        epci: "CC de la Côte-aux-Vents",
        epci_code: "200999060",
        centre: (5.6034, 49.0812),
    },
    Place {
        commune: "Saint-Paul-des-Mornes",
        insee: "97490",
        postal: "97499",
        departement: "974",
        region: "04",
        epci: "CA des Mornes",
        epci_code: "200999078",
        centre: (55.2907, -21.0102),
    },
    Place {
        commune: "Val-de-Sauldre",
        insee: "41908",
        postal: "41990",
        departement: "41",
        region: "24",
        epci: "CC de la Sauldre",
        epci_code: "200999086",
        centre: (1.9211, 47.4813),
    },
];

const STREETS: &[&str] = &[
    "Rue des Écoles",
    "Place de la Mairie",
    "Chemin du Lavoir",
    "Impasse des Glycines",
    "Avenue du Général-Leclerc",
    "Rue de l’Œuvre",
    "Quai des Tanneurs",
    "Route de Saint-Aubin",
];

/// A place, with all that is known of it.
pub struct Site {
    place: &'static Place,
}

/// A country by its place in the list.
pub fn country(at: (&str, &str)) -> Pays {
    Pays { code: at.0.to_owned(), name: at.1.to_owned() }
}

/// A région.
pub fn region(at: (&str, &str)) -> Region {
    Region { code: at.0.to_owned(), name: at.1.to_owned() }
}

/// A département.
pub fn departement(at: (&str, &str)) -> Departement {
    Departement { code: at.0.to_owned(), name: at.1.to_owned() }
}

fn name_of(list: &[(&str, &str)], code: &str) -> String {
    list.iter().find(|known| known.0 == code).map_or_else(String::new, |known| known.1.to_owned())
}

impl Site {
    /// One of the places.
    pub fn drawn(draw: &mut Draw) -> Self {
        Self { place: draw.pick(PLACES) }
    }

    /// Its commune.
    pub fn commune(&self) -> Commune {
        Commune { code: self.place.insee.to_owned(), name: self.place.commune.to_owned(), postal_code: Some(self.place.postal.to_owned()) }
    }

    /// Its département.
    pub fn departement(&self) -> Departement {
        departement((self.place.departement, &name_of(DEPARTEMENTS, self.place.departement)))
    }

    /// Its group of communes.
    pub fn epci(&self) -> Epci {
        Epci { code: self.place.epci_code.to_owned(), name: self.place.epci.to_owned() }
    }

    /// Somewhere near its centre: longitude and latitude.
    pub fn near(&self, draw: &mut Draw) -> (f64, f64) {
        let mut shifted = |centre: f64| {
            // Six decimals, as maps give them: about ten centimetres.
            let shift = i32::try_from(draw.between(-20_000, 20_000)).unwrap_or(0);
            (centre * 1e6 + f64::from(shift)).round() / 1e6
        };
        (shifted(self.place.centre.0), shifted(self.place.centre.1))
    }

    /// An address there.
    pub fn address(&self, draw: &mut Draw) -> Address {
        let number = draw.between(1, 140).to_string();
        let street = *draw.pick(STREETS);
        let at = self.near(draw);
        Address {
            city_code: self.place.insee.to_owned(),
            city_name: self.place.commune.to_owned(),
            country_code: Some("FR".to_owned()),
            country_name: Some("France".to_owned()),
            department_code: Some(self.place.departement.to_owned()),
            department_name: Some(name_of(DEPARTEMENTS, self.place.departement)),
            geometry: Some(GeoJson::point(at.0, at.1)),
            label: format!("{number} {street} {} {}", self.place.postal, self.place.commune),
            postal_code: self.place.postal.to_owned(),
            region_code: Some(self.place.region.to_owned()),
            region_name: Some(name_of(REGIONS, self.place.region)),
            street_address: Some(format!("{number} {street}")),
            street_name: Some(street.to_owned()),
            street_number: Some(number),
            kind: AddressType::Housenumber,
        }
    }
}

/// An address outside France, as the API writes them.
pub fn abroad() -> Address {
    Address {
        city_code: "99999".to_owned(),
        city_name: "Roma (00185)".to_owned(),
        country_code: Some("IT".to_owned()),
        country_name: Some("Italie".to_owned()),
        department_code: Some("99".to_owned()),
        department_name: Some("Etranger".to_owned()),
        geometry: None,
        label: "12 via delle Imprese Roma (00185)".to_owned(),
        postal_code: String::new(),
        region_code: None,
        region_name: None,
        street_address: Some("12 via delle Imprese".to_owned()),
        street_name: None,
        street_number: None,
        kind: AddressType::Street,
    }
}
