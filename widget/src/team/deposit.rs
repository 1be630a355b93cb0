//! What agents type about their team: read once, here.

use relais_engine::{Day, ds::DemarcheNumber};
use serde_json::Value;

use crate::demarche::{Unnamed, parse};

/// A field of the forms about the team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The name of the team.
    Team,
    /// The name of this document: Grist does not tell it to widgets.
    Document,
    /// A code of invitation.
    Code,
    /// The name of a token.
    Name,
    /// A token.
    Token,
    /// What the token opens.
    Demarches,
    /// Its last day.
    Expires,
}

impl Field {
    /// Its id on the page.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Team => "equipe-nom",
            Self::Document => "equipe-document",
            Self::Code => "equipe-code",
            Self::Name => "jeton-nom",
            Self::Token => "jeton",
            Self::Demarches => "jeton-demarches",
            Self::Expires => "jeton-echeance",
        }
    }
}

/// What keeps a form from being sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing was typed there.
    Missing(Field),
    /// This, among the démarches, names none.
    Unnamed(String, Unnamed),
}

impl Wrong {
    /// Where it is to be mended.
    pub const fn field(&self) -> Field {
        match self {
            Self::Missing(field) => *field,
            Self::Unnamed(..) => Field::Demarches,
        }
    }
}

/// What is typed in a field that may not be left empty.
pub fn required(typed: &dyn Fn(Field) -> String, field: Field) -> Result<String, Wrong> {
    let text = typed(field).trim().to_owned();
    if text.is_empty() { Err(Wrong::Missing(field)) } else { Ok(text) }
}

/// A token to deposit, or to put in the place of another.
#[derive(Clone, PartialEq, Eq)]
pub struct Deposit {
    /// The name that people give it.
    pub name: String,
    /// Its text; none to keep the one that is there.
    pub token: Option<String>,
    /// What it opens.
    pub demarches: Vec<DemarcheNumber>,
    /// Its last day.
    pub expires: Option<Day>,
}

impl std::fmt::Debug for Deposit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Deposit").field("name", &self.name).field("demarches", &self.demarches).finish_non_exhaustive()
    }
}

impl Deposit {
    /// Reads what is typed. A token that is there already may be kept.
    pub fn read(typed: &dyn Fn(Field) -> String, may_keep_token: bool) -> Result<Self, Wrong> {
        let name = required(typed, Field::Name)?;
        let token = match required(typed, Field::Token) {
            Ok(token) => Some(token),
            Err(_) if may_keep_token => None,
            Err(wrong) => return Err(wrong),
        };
        let demarches = demarches(&required(typed, Field::Demarches)?)?;
        Ok(Self { name, token, demarches, expires: Day::parse(&typed(Field::Expires)).ok() })
    }

    /// As the proxy wants it.
    pub fn into_body(self) -> Vec<(&'static str, Value)> {
        vec![
            ("name", self.name.into()),
            ("token", self.token.into()),
            ("demarches", self.demarches.into_iter().map(DemarcheNumber::get).collect::<Vec<_>>().into()),
            ("expires", self.expires.map(|day| day.to_string()).into()),
        ]
    }
}

/// Numbers, or addresses of DS, one after the other; each once.
fn demarches(text: &str) -> Result<Vec<DemarcheNumber>, Wrong> {
    let mut numbers = Vec::new();
    for piece in text.split([',', ';', '\n']).map(str::trim).filter(|piece| !piece.is_empty()) {
        let mut add = |piece: &str| {
            let number = parse(piece).map_err(|why| Wrong::Unnamed(piece.to_owned(), why))?;
            if !numbers.contains(&number) {
                numbers.push(number);
            }
            Ok(())
        };
        if is_several(piece) { piece.split_whitespace().try_for_each(&mut add)? } else { add(piece)? }
    }
    if numbers.is_empty() { Err(Wrong::Missing(Field::Demarches)) } else { Ok(numbers) }
}

/// Whether spaces are between numbers, rather than between the thousands of one or within « n° 131016 ».
fn is_several(piece: &str) -> bool {
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    piece.split_whitespace().all(has_digit) && piece.split_whitespace().skip(1).any(|word| word.len() != 3)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn read(text: &str) -> Result<Vec<i64>, Wrong> {
        demarches(text).map(|numbers| numbers.into_iter().map(DemarcheNumber::get).collect())
    }

    #[test]
    fn demarches_are_read_as_people_write_them() {
        for text in [
            "131016, 142062",
            "131016,142062,",
            " 131016 ; 142062 ; 131016",
            "131016 142062",
            "131 016, n° 142062",
            "131016\n142062",
            "https://demarche.numerique.gouv.fr/admin/procedures/131016, https://www.demarches-simplifiees.fr/procedures/142062/dossiers/1",
            "https://demarche.numerique.gouv.fr/admin/procedures/131016 https://demarche.numerique.gouv.fr/admin/procedures/142062",
        ] {
            assert_eq!(read(text), Ok(vec![131_016, 142_062]), "{text}");
        }
    }

    #[test]
    fn what_names_no_demarche_is_named() {
        assert_eq!(read(" , "), Err(Wrong::Missing(Field::Demarches)));
        assert_eq!(read("131016, DETR"), Err(Wrong::Unnamed("DETR".to_owned(), Unnamed::Other)));
        let public = "https://demarche.numerique.gouv.fr/commencer/detr-2026";
        assert_eq!(read(&format!("131016, {public}")), Err(Wrong::Unnamed(public.to_owned(), Unnamed::PublicAddress)));
        assert_eq!(read("131016 et 142062"), Err(Wrong::Unnamed("131016 et 142062".to_owned(), Unnamed::Other)));
    }

    #[test]
    fn a_deposit_is_whole_or_says_what_is_missing() {
        let typed = |left_out: Option<Field>| {
            move |field: Field| match field {
                field if Some(field) == left_out => "  ".to_owned(),
                Field::Name => " DETR 2026 ".to_owned(),
                Field::Token => " secret\n".to_owned(),
                Field::Demarches => "131016".to_owned(),
                Field::Expires => "2027-03-01".to_owned(),
                Field::Team | Field::Document | Field::Code => String::new(),
            }
        };
        let whole = Deposit::read(&typed(None), false).unwrap();
        assert_eq!((whole.name.as_str(), whole.token.as_deref(), whole.expires), ("DETR 2026", Some("secret"), Day::parse("2027-03-01").ok()));
        for field in [Field::Name, Field::Token, Field::Demarches] {
            let wrong = Deposit::read(&typed(Some(field)), false).unwrap_err();
            assert_eq!((&wrong, wrong.field()), (&Wrong::Missing(field), field));
        }
        assert_eq!(Deposit::read(&typed(Some(Field::Expires)), false).unwrap().expires, None);
        assert_eq!(Deposit::read(&typed(Some(Field::Token)), true).unwrap().token, None, "the one that is there is kept");
    }
}
