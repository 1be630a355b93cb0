//! Facets: the ways to put one kind of champ into one column.

use std::borrow::Cow;

use super::{
    Unreadable, Value,
    geometry::{centre, geojson, surface},
};
use crate::{
    Timestamp,
    ds::{Champ, ChampDescriptor, ChampType, ChampValue, ColumnKey},
    grist::ColumnType,
    naming::names,
    words,
};

/// A list with more options than this goes to a Text column: Grist's menus become unusable.
pub(super) const LONGEST_CHOICE_LIST: usize = 300;

names! {
    /// One way to read a champ.
    Facet {
        /// DS's text for it.
        Text = "text",
        /// A number.
        Number = "number",
        /// A day.
        Day = "day",
        /// An instant.
        Instant = "instant",
        /// A box ticked or not.
        Bool = "bool",
        /// Oui, Non, or nothing.
        YesNo = "yes_no",
        /// One of a list.
        Choice = "choice",
        /// Several of a list.
        Choices = "choices",
        /// The first of two linked lists.
        Primary = "primary",
        /// The second of two linked lists.
        Secondary = "secondary",
        /// The name of a country, région, département, commune, EPCI.
        Name = "name",
        /// Its code.
        Code = "code",
        /// Postal code.
        PostalCode = "postal_code",
        /// Number and street.
        Street = "street",
        /// Commune.
        Commune = "commune",
        /// INSEE code of the commune.
        CodeInsee = "code_insee",
        /// Name of the département.
        Departement = "departement",
        /// Code of the département.
        CodeDepartement = "code_departement",
        /// Name of the région.
        Region = "region",
        /// Country of an address.
        Pays = "pays",
        /// SIRET.
        Siret = "siret",
        /// Name of an organisation.
        RaisonSociale = "raison_sociale",
        /// Legal form of an organisation.
        FormeJuridique = "forme_juridique",
        /// Activity of an organisation.
        Naf = "naf",
        /// Code of the activity.
        CodeNaf = "code_naf",
        /// SIREN.
        Siren = "siren",
        /// Trading name of an organisation.
        NomCommercial = "nom_commercial",
        /// When an organisation was created.
        DateCreation = "date_creation",
        /// Whether an organisation is active or closed.
        EtatAdministratif = "etat_administratif",
        /// Number of an association.
        Rna = "rna",
        /// Address of an organisation.
        Adresse = "adresse",
        /// Number in a directory.
        Identifier = "identifier",
        /// Name in a directory.
        Title = "title",
        /// The names of files.
        FileNames = "file_names",
        /// How many files.
        FileCount = "file_count",
        /// The files themselves.
        Files = "files",
        /// Whether an identity document was given.
        Given = "given",
        /// Latitude of the centre of what is drawn, in degrees.
        Latitude = "latitude",
        /// Longitude of the centre of what is drawn, in degrees.
        Longitude = "longitude",
        /// All that is drawn, as a GeoJSON FeatureCollection.
        GeoJson = "geojson",
        /// The sum of the areas of parcels, in square metres.
        Surface = "surface",
        /// The number of another dossier.
        DossierNumber = "dossier_number",
        /// The rows of a répétition, one a line.
        Rows = "rows",
    }
}

/// A facet that a field offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetOffer {
    /// Which.
    pub facet: Facet,
    /// The type of its column.
    pub column_type: ColumnType,
    /// Whether the proposal ticks it.
    pub is_proposed: bool,
}

/// The facets of a field, the main one first. None for titles and explanations. Source: DESIGN section 3.
pub fn offers(descriptor: &ChampDescriptor) -> Vec<FacetOffer> {
    use ColumnType as Type;
    let yes = |facet, column_type| FacetOffer { facet, column_type, is_proposed: true };
    let no = |facet, column_type| FacetOffer { facet, column_type, is_proposed: false };
    let choice = |count: usize| {
        if descriptor.other_option == Some(true) || count == 0 || count > LONGEST_CHOICE_LIST { Type::Text } else { Type::Choice }
    };
    match &descriptor.champ_type {
        ChampType::HeaderSection | ChampType::Explication => vec![],
        ChampType::Number | ChampType::IntegerNumber | ChampType::DecimalNumber => vec![yes(Facet::Number, Type::Numeric)],
        ChampType::Date => vec![yes(Facet::Day, Type::Date)],
        ChampType::Datetime => vec![yes(Facet::Instant, Type::paris())],
        ChampType::Checkbox => vec![yes(Facet::Bool, Type::Bool), no(Facet::YesNo, Type::Choice)],
        // A Bool cell cannot be empty (facts/grist.md, section 3): an unanswered question would read « non ».
        ChampType::YesNo => vec![yes(Facet::YesNo, Type::Choice), no(Facet::Bool, Type::Bool)],
        ChampType::DropDownList => vec![yes(Facet::Choice, choice(descriptor.choices.len()))],
        ChampType::MultipleDropDownList => {
            let long = descriptor.choices.is_empty() || descriptor.choices.len() > LONGEST_CHOICE_LIST;
            vec![yes(Facet::Choices, if long { Type::Text } else { Type::ChoiceList })]
        }
        ChampType::LinkedDropDownList => {
            let (primary, secondary) = descriptor.linked_choices();
            vec![yes(Facet::Primary, choice(primary.len())), yes(Facet::Secondary, choice(secondary.len())), no(Facet::Text, Type::Text)]
        }
        ChampType::Civilite => vec![yes(Facet::Choice, Type::Choice)],
        ChampType::Pays | ChampType::Region | ChampType::Departement => vec![yes(Facet::Name, Type::Text), yes(Facet::Code, Type::Text)],
        ChampType::Epci => {
            vec![
                yes(Facet::Name, Type::Text),
                yes(Facet::Code, Type::Text),
                no(Facet::Departement, Type::Text),
                no(Facet::CodeDepartement, Type::Text),
            ]
        }
        ChampType::Commune => vec![
            yes(Facet::Name, Type::Text),
            yes(Facet::CodeInsee, Type::Text),
            no(Facet::PostalCode, Type::Text),
            no(Facet::Departement, Type::Text),
            no(Facet::CodeDepartement, Type::Text),
        ],
        ChampType::Address => vec![
            yes(Facet::Text, Type::Text),
            yes(Facet::PostalCode, Type::Text),
            yes(Facet::Commune, Type::Text),
            no(Facet::CodeInsee, Type::Text),
            no(Facet::Street, Type::Text),
            no(Facet::Departement, Type::Text),
            no(Facet::CodeDepartement, Type::Text),
            no(Facet::Region, Type::Text),
            no(Facet::Pays, Type::Text),
        ],
        ChampType::Siret => vec![
            yes(Facet::Siret, Type::Text),
            yes(Facet::RaisonSociale, Type::Text),
            no(Facet::FormeJuridique, Type::Text),
            no(Facet::Naf, Type::Text),
            no(Facet::CodeNaf, Type::Text),
            no(Facet::Siren, Type::Text),
            no(Facet::NomCommercial, Type::Text),
            no(Facet::DateCreation, Type::Date),
            no(Facet::EtatAdministratif, Type::Choice),
            no(Facet::Rna, Type::Text),
            no(Facet::Adresse, Type::Text),
            no(Facet::PostalCode, Type::Text),
            no(Facet::Commune, Type::Text),
            no(Facet::CodeInsee, Type::Text),
            no(Facet::Departement, Type::Text),
            no(Facet::Region, Type::Text),
        ],
        ChampType::Rna | ChampType::Rnf => vec![yes(Facet::Identifier, Type::Text), yes(Facet::Title, Type::Text)],
        ChampType::PieceJustificative => {
            vec![yes(Facet::FileNames, Type::Text), no(Facet::Files, Type::Attachments), no(Facet::FileCount, Type::Numeric)]
        }
        ChampType::TitreIdentite => vec![no(Facet::Given, Type::Bool)],
        ChampType::Carte => vec![
            yes(Facet::Latitude, Type::Numeric),
            yes(Facet::Longitude, Type::Numeric),
            no(Facet::GeoJson, Type::Text),
            no(Facet::Surface, Type::Numeric),
        ],
        ChampType::DossierLink => vec![yes(Facet::DossierNumber, Type::Numeric)],
        ChampType::Repetition => vec![no(Facet::Rows, Type::Text)],
        // Numbers that open an account or a person's record are asked for knowingly.
        ChampType::Iban => vec![no(Facet::Text, Type::Text)],
        _ => vec![yes(Facet::Text, Type::Text)],
    }
}

/// Whether a field speaks of a person, by its type: the agent is asked to think before importing it.
pub(super) const fn is_personal(champ_type: &ChampType) -> bool {
    matches!(
        champ_type,
        ChampType::Email
            | ChampType::Phone
            | ChampType::Iban
            | ChampType::Civilite
            | ChampType::TitreIdentite
            | ChampType::QuotientFamilial
            | ChampType::Aah
            | ChampType::Aeeh
            | ChampType::Ars
            | ChampType::EtudiantBoursier
            | ChampType::Cojo
    )
}

/// Whether DS knows parts of such a value that only its dossiers name: an agent chooses among those of recent ones.
pub(super) const fn has_columns(champ_type: &ChampType) -> bool {
    matches!(
        champ_type,
        ChampType::Referentiel
            | ChampType::QuotientFamilial
            | ChampType::Aah
            | ChampType::Aeeh
            | ChampType::Ars
            | ChampType::EtudiantBoursier
            | ChampType::PreRempli
            | ChampType::PieceJustificative
    )
}

/// The type of the column proposed for such a part.
pub fn part_type(value: &ChampValue) -> ColumnType {
    match value {
        ChampValue::Integer(_) | ChampValue::Decimal(_) => ColumnType::Numeric,
        ChampValue::Date(_) => ColumnType::Date,
        ChampValue::Datetime(_) => ColumnType::paris(),
        ChampValue::YesNo(_) | ChampValue::DropDownList(_) => ColumnType::Choice,
        ChampValue::MultipleDropDownList(_) => ColumnType::ChoiceList,
        _ => ColumnType::Text,
    }
}

/// Reads one of the parts that DS knows of a champ.
pub fn read_part<'a>(champ: &'a Champ, key: &ColumnKey) -> Result<Value<'a>, Unreadable> {
    let Some(part) = champ.columns.iter().flatten().find(|part| part.id == *key) else { return Ok(Value::Empty) };
    Ok(match &part.value {
        ChampValue::Unreadable(_) => return Err(Unreadable::Malformed),
        ChampValue::Integer(digits) => digits.as_deref().map_or(Value::Empty, |digits| Value::Integer(digits.into())),
        ChampValue::Decimal(number) => number.map_or(Value::Empty, Value::Decimal),
        ChampValue::Date(day) => day.map_or(Value::Empty, Value::Day),
        ChampValue::Datetime(instant) => instant.map_or(Value::Empty, Value::Instant),
        ChampValue::YesNo(value) => value.map_or(Value::Empty, Value::Bool),
        ChampValue::MultipleDropDownList(choices) => texts(choices.iter().map(|choice| &**choice)),
        _ => Value::text(part.text.as_deref()),
    })
}

/// Reads one facet of a champ.
pub fn read(champ: &Champ, facet: Facet) -> Result<Value<'_>, Unreadable> {
    let text = champ.text.as_deref();
    if facet == Facet::Text {
        return Ok(match &champ.value {
            ChampValue::Unreadable(_) => return Err(Unreadable::Malformed),
            // DS's text joins the options of a list by commas that the options may hold.
            ChampValue::MultipleDropDownList(choices) => texts(choices.iter().map(|choice| &**choice)),
            _ => Value::text(text),
        });
    }
    Ok(match (facet, &champ.value) {
        (_, ChampValue::Unreadable(_)) => return Err(Unreadable::Malformed),
        (Facet::Number, ChampValue::Integer(digits)) => digits.as_deref().map_or(Value::Empty, |digits| Value::Integer(digits.into())),
        (Facet::Number, ChampValue::Decimal(number)) => number.map_or(Value::Empty, Value::Decimal),
        (Facet::Day, ChampValue::Date(day)) => day.map_or(Value::Empty, Value::Day),
        (Facet::Instant, ChampValue::Datetime(instant)) => instant.map_or(Value::Empty, Value::Instant),
        (Facet::Bool | Facet::YesNo, ChampValue::Checkbox(value)) => Value::Bool(*value),
        (Facet::Bool | Facet::YesNo, ChampValue::YesNo(value)) => value.map_or(Value::Empty, Value::Bool),
        (Facet::Choice, ChampValue::DropDownList(choice)) => Value::text(choice.as_deref()),
        (Facet::Choice, ChampValue::Civilite(civilite)) => Value::text(civilite.as_deref().map(words::civilite)),
        // An older instance, or an older revision, that says a choice as a text.
        (Facet::Choice, ChampValue::Text) => Value::text(text),
        (Facet::Choices, ChampValue::MultipleDropDownList(choices)) => texts(choices.iter().map(|choice| &**choice)),
        (Facet::Primary, ChampValue::LinkedDropDownList(primary, _)) => Value::text(primary.as_deref()),
        (Facet::Secondary, ChampValue::LinkedDropDownList(_, secondary)) => Value::text(secondary.as_deref()),
        (Facet::Name, ChampValue::Named(named) | ChampValue::WithDepartement(named, _)) => {
            Value::text(named.as_ref().map(|named| named.name.as_str()).or(text))
        }
        (Facet::Code, ChampValue::Named(named) | ChampValue::WithDepartement(named, _)) => {
            Value::text(named.as_ref().map(|named| named.code.as_str()))
        }
        (Facet::CodeInsee, ChampValue::WithDepartement(commune, _)) => Value::text(commune.as_ref().map(|commune| commune.code.as_str())),
        (Facet::PostalCode, ChampValue::WithDepartement(commune, _)) => {
            Value::text(commune.as_ref().and_then(|commune| commune.postal_code.as_deref()))
        }
        (Facet::Departement, ChampValue::WithDepartement(_, departement)) => {
            Value::text(departement.as_ref().map(|departement| departement.name.as_str()))
        }
        (Facet::CodeDepartement, ChampValue::WithDepartement(_, departement)) => {
            Value::text(departement.as_ref().map(|departement| departement.code.as_str()))
        }
        (_, ChampValue::Address(address)) => match (facet, address.as_deref()) {
            (Facet::PostalCode, address) => Value::text(address.map(|address| address.postal_code.as_str())),
            (Facet::Commune, address) => Value::text(address.map(|address| address.city_name.as_str())),
            (Facet::CodeInsee, address) => Value::text(address.map(|address| address.city_code.as_str())),
            (Facet::Street, address) => Value::text(address.and_then(|address| address.street_address.as_deref())),
            (Facet::Departement, address) => Value::text(address.and_then(|address| address.department_name.as_deref())),
            (Facet::CodeDepartement, address) => Value::text(address.and_then(|address| address.department_code.as_deref())),
            (Facet::Region, address) => Value::text(address.and_then(|address| address.region_name.as_deref())),
            (Facet::Pays, address) => Value::text(address.and_then(|address| address.country_name.as_deref())),
            _ => return Err(Unreadable::Retyped),
        },
        (Facet::Siret, ChampValue::Siret(_)) => Value::text(text),
        (_, ChampValue::Siret(None)) if text.is_some() => return Err(Unreadable::Degraded),
        (_, ChampValue::Siret(etablissement)) => {
            etablissement.as_deref().map_or(Ok(Value::Empty), |etablissement| organisation(etablissement, facet))?
        }
        (Facet::Identifier, ChampValue::Directory(record)) => Value::text(record.as_ref().map(|record| record.id.as_str()).or(text)),
        (Facet::Title, ChampValue::Directory(None)) if text.is_some() => return Err(Unreadable::Degraded),
        (Facet::Title, ChampValue::Directory(record)) => Value::text(record.as_ref().and_then(|record| record.title.as_deref())),
        (Facet::FileNames, ChampValue::Files(Some(files))) => texts(files.iter().map(|file| file.filename.as_str())),
        (Facet::Files, ChampValue::Files(Some(files))) => Value::files(files),
        #[expect(clippy::cast_precision_loss, reason = "a champ has a few files")]
        (Facet::FileCount, ChampValue::Files(Some(files))) => Value::Decimal(files.len() as f64),
        (Facet::Given, ChampValue::TitreIdentite(filled)) => Value::Bool(*filled),
        (Facet::Given, ChampValue::Files(Some(files))) => Value::Bool(!files.is_empty()),
        (Facet::Latitude, ChampValue::Carte(Some(areas))) => centre(areas).map_or(Value::Empty, |(_, latitude)| Value::Decimal(latitude)),
        (Facet::Longitude, ChampValue::Carte(Some(areas))) => centre(areas).map_or(Value::Empty, |(longitude, _)| Value::Decimal(longitude)),
        (Facet::GeoJson, ChampValue::Carte(Some(areas))) => geojson(areas),
        (Facet::Surface, ChampValue::Carte(Some(areas))) => surface(areas),
        // Its own type has no value in GraphQL that can be asked for without the right to read the other dossier.
        (Facet::DossierNumber, _) => text.map_or(Value::Empty, |text| Value::Integer(text.into())),
        (Facet::Rows, ChampValue::Repetition(rows)) => rows_text(rows),
        _ if champ.is_empty() => Value::Empty,
        _ => return Err(Unreadable::Retyped),
    })
}

pub(super) fn texts<'a>(texts: impl Iterator<Item = &'a str>) -> Value<'a> {
    let texts: Vec<&str> = texts.collect();
    if texts.is_empty() { Value::Empty } else { Value::Texts(texts) }
}

/// A facet of an organisation: of a SIRET champ, or of who asks.
pub(crate) fn organisation(etablissement: &crate::ds::PersonneMorale, facet: Facet) -> Result<Value<'_>, Unreadable> {
    let entreprise = etablissement.entreprise.as_ref();
    let address = etablissement.address.as_ref();
    Ok(match facet {
        Facet::Siret => Value::text(Some(&etablissement.siret)),
        Facet::RaisonSociale => Value::text(
            entreprise
                .and_then(|entreprise| entreprise.raison_sociale.as_deref())
                .filter(|name| !name.is_empty())
                .or_else(|| etablissement.association.as_ref().and_then(|association| association.titre.as_deref())),
        ),
        Facet::FormeJuridique => Value::text(entreprise.and_then(|entreprise| entreprise.forme_juridique.as_deref())),
        Facet::Naf => Value::text(etablissement.libelle_naf.as_deref()),
        Facet::CodeNaf => Value::text(etablissement.naf.as_deref()),
        Facet::Siren => Value::text(entreprise.map(|entreprise| entreprise.siren.as_str())),
        Facet::NomCommercial => Value::text(entreprise.and_then(|entreprise| entreprise.nom_commercial.as_deref())),
        Facet::DateCreation => match entreprise.and_then(|entreprise| entreprise.date_creation.as_deref()).map(Timestamp::parse_day) {
            Some(day) => Value::Day(day.map_err(|_| Unreadable::Malformed)?),
            None => Value::Empty,
        },
        Facet::EtatAdministratif => {
            Value::text(entreprise.and_then(|entreprise| entreprise.etat_administratif.as_deref()).map(words::etat_administratif))
        }
        Facet::Rna | Facet::Identifier => Value::text(etablissement.association.as_ref().map(|association| association.rna.as_str())),
        Facet::Adresse => address.map_or(Value::Empty, |address| Value::Text(one_line(&address.label))),
        Facet::PostalCode => Value::text(address.map(|address| address.postal_code.as_str())),
        Facet::Commune => Value::text(address.map(|address| address.city_name.as_str())),
        Facet::CodeInsee => Value::text(address.map(|address| address.city_code.as_str())),
        Facet::Departement => Value::text(address.and_then(|address| address.department_name.as_deref())),
        Facet::Region => Value::text(address.and_then(|address| address.region_name.as_deref())),
        _ => return Err(Unreadable::Retyped),
    })
}

/// INSEE's addresses come over several lines, some of them empty.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(['\r', '\n']) {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ").into()
    } else {
        text.into()
    }
}

/// « Martin · 7 », a line for each row: readable, never read back.
fn rows_text(rows: &[crate::ds::RepetitionRow]) -> Value<'_> {
    let line = |row: &crate::ds::RepetitionRow| {
        let values = row.champs.iter().filter_map(|champ| match &champ.value {
            ChampValue::Files(Some(files)) => Some(files.iter().map(|file| file.filename.as_str()).collect::<Vec<_>>().join(", ")),
            ChampValue::Checkbox(value) => Some(words::yes_no(*value).to_owned()),
            ChampValue::YesNo(value) => value.map(|value| words::yes_no(value).to_owned()),
            ChampValue::Decimal(number) => number.map(|number| super::value::shown(&Value::Decimal(number)).into_owned()),
            _ => champ.text.as_deref().map(str::to_owned),
        });
        values.filter(|value| !value.is_empty()).collect::<Vec<_>>().join(" · ")
    };
    let text = rows.iter().map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    if text.is_empty() { Value::Empty } else { Value::Text(text.into()) }
}
