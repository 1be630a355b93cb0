//! What agents type about their team: read once, here.

use relais_engine::json;
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
    /// What is typed is no token: it has a space, or a sign that tokens do not have.
    NoToken,
    /// This, among the démarches, names none.
    Unnamed(String, Unnamed),
}

impl Wrong {
    /// Where it is to be mended.
    pub const fn field(&self) -> Field {
        match self {
            Self::Missing(field) => *field,
            Self::NoToken => Field::Token,
            Self::Unnamed(..) => Field::Demarches,
        }
    }
}

/// What fields hold.
pub(super) type Typed<'a> = &'a dyn Fn(Field) -> String;

/// What is sent to the proxy: names and values.
#[derive(Default)]
pub(super) struct Body(serde_json::Map<String, Value>);

impl Body {
    pub(super) fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Puts what is typed in a field that may not be left empty.
    pub(super) fn put_typed(&mut self, name: &str, typed: Typed<'_>, field: Field) -> Result<(), Wrong> {
        let text = typed(field);
        let text = text.trim();
        if text.is_empty() {
            return Err(Wrong::Missing(field));
        }
        self.put(name, text.into());
        Ok(())
    }

    /// Puts what is typed of a token. One that is there already may be kept.
    pub(super) fn put_token(&mut self, typed: Typed<'_>, may_keep: bool) -> Result<(), Wrong> {
        // What is not typed is not there, and what the browser takes for no day is not typed.
        self.put("token", Value::Null);
        self.put("expires", Value::Null);
        self.put_typed("name", typed, Field::Name)?;
        let text = self.put_typed("token", typed, Field::Token);
        if !may_keep {
            text?;
        }
        // As the proxy would say, after having made the team.
        if !typed(Field::Token).trim().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Wrong::NoToken);
        }
        let _is_known = self.put_typed("expires", typed, Field::Expires);
        self.put("demarches", Value::Array(demarches(&typed(Field::Demarches))?));
        Ok(())
    }

    /// As it is sent; nothing when there is nothing in it.
    pub(super) fn write(self) -> Option<String> {
        (!self.0.is_empty()).then(|| json::write(&Value::Object(self.0)))
    }
}

/// Numbers, or addresses of DS, one after the other; each once.
fn demarches(text: &str) -> Result<Vec<Value>, Wrong> {
    let mut numbers = Vec::new();
    for piece in text.split([',', ';', '\n']) {
        if is_several(piece) {
            for word in piece.split_whitespace() {
                add(&mut numbers, word)?;
            }
        } else if !piece.trim().is_empty() {
            add(&mut numbers, piece.trim())?;
        }
    }
    if numbers.is_empty() { Err(Wrong::Missing(Field::Demarches)) } else { Ok(numbers) }
}

fn add(numbers: &mut Vec<Value>, text: &str) -> Result<(), Wrong> {
    let number = parse(text).map_err(|why| Wrong::Unnamed(text.to_owned(), why))?.get().into();
    if !numbers.contains(&number) {
        numbers.push(number);
    }
    Ok(())
}

/// Whether spaces are between numbers, rather than between the thousands of one or within « n° 131016 ».
fn is_several(piece: &str) -> bool {
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    piece.split_whitespace().all(has_digit) && piece.split_whitespace().skip(1).any(|word| word.len() != 3)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
    use super::*;

    fn read(text: &str) -> Result<Vec<i64>, Wrong> {
        demarches(text).map(|numbers| numbers.iter().filter_map(Value::as_i64).collect())
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
    fn a_token_is_whole_or_says_what_is_missing() {
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
        let read = |left_out, may_keep| {
            let mut body = Body::default();
            body.put_token(&typed(left_out), may_keep).map(|()| Value::Object(body.0))
        };
        let whole = serde_json::json!({ "name": "DETR 2026", "token": "secret", "demarches": [131_016], "expires": "2027-03-01" });
        assert_eq!(read(None, false), Ok(whole));
        for field in [Field::Name, Field::Token, Field::Demarches] {
            let wrong = read(Some(field), false).unwrap_err();
            assert_eq!((&wrong, wrong.field()), (&Wrong::Missing(field), field));
        }
        assert_eq!(read(Some(Field::Expires), false).unwrap()["expires"], Value::Null);
        assert_eq!(read(Some(Field::Token), true).unwrap()["token"], Value::Null, "the one that is there is kept");
    }
}
