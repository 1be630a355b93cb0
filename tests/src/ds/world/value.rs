//! What a field holds in a dossier.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::Date;

use super::form::{Descriptor, Kind};
use crate::ds::clock::{self, Instant};
use crate::ds::schema::people::{PersonneMorale, Rna, Rnf};
use crate::ds::schema::places::{Address, Commune, Departement, Epci, GeoArea, Pays, Region};
use crate::ds::vocabulary::Civilite;

/// What a dossier's fields hold, by field. A field that is not there is empty.
pub type Values = BTreeMap<u32, Value>;

/// What a field holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text of any kind: also a choice, a mail address, a phone number.
    Text(String),
    /// A day.
    Date(Date),
    /// An instant.
    Datetime(Instant),
    /// An integer, past 32 bits too.
    Integer(i64),
    /// A decimal, as typed: `256888.00`.
    Decimal(String),
    /// A box ticked or not, yes or no.
    Flag(bool),
    /// A title.
    Civilite(Civilite),
    /// Several choices.
    Choices(Vec<String>),
    /// A choice and one below it.
    Linked(String, String),
    /// A country.
    Pays(Pays),
    /// A région.
    Region(Region),
    /// A département.
    Departement(Departement),
    /// A commune.
    Commune(Commune, Departement),
    /// A group of communes.
    Epci(Epci, Departement),
    /// An address.
    Address(Box<Address>),
    /// An establishment; only its number when the INSEE did not answer.
    Siret(String, Option<Box<PersonneMorale>>),
    /// An association.
    Rna(Box<Rna>),
    /// A foundation.
    Rnf(Box<Rnf>),
    /// Another dossier.
    Dossier(i32),
    /// Files.
    Files(Vec<Attachment>),
    /// Areas of a map.
    Zones(Vec<GeoArea>),
    /// Rows of a répétition.
    Rows(Vec<Row>),
}

/// A file, before its address is signed.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its name, as sent by the applicant.
    pub filename: String,
    /// Its media type.
    pub content_type: &'static str,
    /// How many bytes it has.
    pub size: usize,
    /// What its bytes are drawn from; two files of one seed and size are the same.
    pub seed: u64,
    /// When it was sent.
    pub created: Instant,
    /// `safe`, `pending`, `infected` or `integrity_error`.
    pub scan: &'static str,
}

/// A row of a répétition.
#[derive(Clone, Debug)]
pub struct Row {
    /// A ULID.
    pub id: String,
    /// What its fields hold.
    pub values: Values,
}

impl Value {
    /// Whether a field of this kind can hold this. A field that changed its type holds nothing until answered anew.
    pub fn suits(&self, kind: Kind) -> bool {
        match self {
            Self::Text(_) => kind.champ_type() == "TextChamp" || matches!(kind, Kind::DropDownList | Kind::EngagementJuridique),
            Self::Date(_) => kind == Kind::Date,
            Self::Datetime(_) => kind == Kind::Datetime,
            Self::Integer(_) => matches!(kind, Kind::IntegerNumber | Kind::Number),
            Self::Decimal(_) => kind == Kind::DecimalNumber,
            Self::Flag(_) => matches!(kind, Kind::Checkbox | Kind::YesNo | Kind::TitreIdentite),
            Self::Civilite(_) => kind == Kind::Civilite,
            Self::Choices(_) => kind == Kind::MultipleDropDownList,
            Self::Linked(..) => kind == Kind::LinkedDropDownList,
            Self::Pays(_) => kind == Kind::Pays,
            Self::Region(_) => kind == Kind::Region,
            Self::Departement(_) => kind == Kind::Departement,
            Self::Commune(..) => kind == Kind::Commune,
            Self::Epci(..) => kind == Kind::Epci,
            Self::Address(_) => kind == Kind::Address,
            Self::Siret(..) => kind == Kind::Siret,
            Self::Rna(_) => kind == Kind::Rna,
            Self::Rnf(_) => kind == Kind::Rnf,
            Self::Dossier(_) => kind == Kind::DossierLink,
            Self::Files(_) => kind == Kind::PieceJustificative,
            Self::Zones(_) => kind == Kind::Carte,
            Self::Rows(_) => kind == Kind::Repetition,
        }
    }

    /// The `stringValue` of a field of that kind holding this.
    pub fn text(&self, kind: Kind) -> Option<String> {
        let text = match self {
            Self::Text(text) if kind == Kind::Phone => spaced(text),
            Self::Text(text) | Self::Decimal(text) => text.clone(),
            Self::Date(date) => clock::french_date(*date),
            Self::Datetime(at) => clock::french_datetime(*at),
            Self::Integer(number) => number.to_string(),
            Self::Flag(_) if kind == Kind::TitreIdentite => return None,
            Self::Flag(flag) => flag.to_string(),
            Self::Civilite(civilite) => civilite.short().to_owned(),
            Self::Choices(choices) => choices.join(", "),
            Self::Linked(primary, secondary) if secondary.is_empty() => primary.clone(),
            Self::Linked(primary, secondary) => format!("{primary} / {secondary}"),
            Self::Pays(pays) => pays.name.clone(),
            Self::Region(region) => region.name.clone(),
            Self::Departement(departement) => {
                format!("{} - {}", departement.code, departement.name)
            }
            Self::Commune(commune, _) => match &commune.postal_code {
                Some(postal_code) => format!("{} ({postal_code})", commune.name),
                None => commune.name.clone(),
            },
            Self::Epci(epci, _) => epci.name.clone(),
            Self::Address(address) => address.label.clone(),
            Self::Siret(number, _) => number.clone(),
            Self::Rna(rna) => rna.id.clone(),
            Self::Rnf(rnf) => rnf.id.clone(),
            Self::Dossier(number) => number.to_string(),
            Self::Files(_) | Self::Zones(_) => return None,
            Self::Rows(_) => String::new(),
        };
        Some(text)
    }
}

/// The `stringValue` of a field that holds nothing.
pub fn empty_text(kind: Kind) -> Option<String> {
    match kind {
        Kind::Checkbox => Some("false".to_owned()),
        Kind::PieceJustificative | Kind::TitreIdentite | Kind::Carte => None,
        _ => Some(String::new()),
    }
}

/// A French number with its spaces: `01 23 45 67 89`. Any other is left as it is.
fn spaced(number: &str) -> String {
    if number.len() != 10 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut text = String::with_capacity(14);
    for (at, digit) in number.chars().enumerate() {
        if at > 0 && at % 2 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// What a field holds, if it is shown: the value (none when empty), or nothing at all when its condition hides it.
pub fn shown<'a>(field: &Descriptor, fields: &[Arc<Descriptor>], values: &'a Values) -> Option<Option<&'a Value>> {
    if let Some(condition) = &field.condition {
        let looked_at = fields.iter().find(|other| other.id == condition.field)?;
        let text = match shown(looked_at, fields, values)? {
            Some(value) => value.text(looked_at.kind),
            None => empty_text(looked_at.kind),
        };
        if text.as_deref() != Some(condition.equals.as_str()) {
            return None;
        }
    }
    Some(values.get(&field.id).filter(|value| value.suits(field.kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_the_api() {
        assert_eq!(Value::Text("0123456789".to_owned()).text(Kind::Phone).as_deref(), Some("01 23 45 67 89"));
        assert_eq!(Value::Text("+33123".to_owned()).text(Kind::Phone).as_deref(), Some("+33123"));
        assert_eq!(Value::Decimal("0.0".to_owned()).text(Kind::DecimalNumber).as_deref(), Some("0.0"));
        let several = Value::Choices(vec!["A, b".to_owned(), "C".to_owned()]);
        assert_eq!(several.text(Kind::MultipleDropDownList).as_deref(), Some("A, b, C"));
        assert_eq!(Value::Files(Vec::new()).text(Kind::PieceJustificative), None);
        assert_eq!(empty_text(Kind::Checkbox).as_deref(), Some("false"));
        assert_eq!(empty_text(Kind::YesNo).as_deref(), Some(""));
    }

    #[test]
    fn a_field_hidden_by_a_hidden_field_is_hidden() {
        let mut first = Descriptor::new(1, Kind::YesNo, "Une ?");
        let mut second = Descriptor::new(2, Kind::YesNo, "Deux ?");
        let mut third = Descriptor::new(3, Kind::Text, "Trois");
        first.required();
        second.when(1, "true");
        third.when(2, "true");
        let fields = [first, second, third].map(Arc::new);
        let mut values = Values::from([(1, Value::Flag(true)), (2, Value::Flag(true)), (3, Value::Text("oui".to_owned()))]);
        assert!(shown(&fields[2], &fields, &values).is_some());
        values.insert(1, Value::Flag(false));
        assert!(shown(&fields[1], &fields, &values).is_none());
        assert!(shown(&fields[2], &fields, &values).is_none());
    }
}
