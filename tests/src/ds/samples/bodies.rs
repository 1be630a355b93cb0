//! Establishments, associations and foundations that do not exist, under numbers of the right form.

use time::Duration;

use super::{places, words};
use crate::ds::clock::{self, global_id};
use crate::ds::draw::Draw;
use crate::ds::schema::people::{Association, Entreprise, PersonneMorale, Rna, Rnf};
use crate::ds::schema::scalars::{BigInt, IsoDate};
use crate::ds::vocabulary::EtatAdministratif;

/// The digit that makes a number valid by the formula of Luhn, as SIREN and SIRET are.
fn luhn_digit(number: &str) -> u8 {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            let weighed = if at % 2 == 0 { digit * 2 } else { digit };
            weighed / 10 + weighed % 10
        })
        .sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or(0)
}

/// A SIRET. It begins with 999, which the INSEE does not give out.
pub fn siret(draw: &mut Draw) -> String {
    let mut number = format!("999{}", draw.digits(5));
    number.push(char::from(b'0' + luhn_digit(&number)));
    number.push_str("0001");
    number.push(char::from(b'0' + luhn_digit(&number)));
    number
}

/// The name of an association.
pub fn association(draw: &mut Draw) -> String {
    format!("{} {}", draw.pick(words::ASSOCIATION_KINDS), draw.pick(words::ASSOCIATION_NAMES))
}

/// The number of an association.
pub fn rna_number(draw: &mut Draw) -> String {
    format!("W{}", draw.digits(9))
}

/// An establishment with this number.
pub fn establishment(draw: &mut Draw, siret: &str) -> PersonneMorale {
    let name = association(draw);
    let form = draw.pick(words::LEGAL_FORMS);
    let activity = draw.pick(words::ACTIVITIES);
    let address = places::Site::drawn(draw).address(draw);
    let siren: String = siret.chars().take(9).collect();
    let created = IsoDate((clock::day(1995, 1, 1) + Duration::days(draw.between(0, 9_000))).date());
    let association = (form.0 == "9220").then(|| Association {
        date_creation: Some(created),
        date_declaration: Some(created),
        date_publication: None,
        objet: Some("Animer la vie locale et favoriser les rencontres.".to_owned()),
        rna: rna_number(draw),
        titre: name.to_uppercase(),
    });
    let entreprise = Entreprise {
        // The API says -1 when the capital is unknown.
        capital_social: Some(BigInt(if draw.chance(70) { -1 } else { draw.between(1_000, 3_000_000_000) })),
        code_effectif_entreprise: Some(format!("{:02}", draw.between(0, 12))),
        date_creation: Some(created),
        enseigne: None,
        etat_administratif: Some(if draw.chance(95) { EtatAdministratif::Actif } else { EtatAdministratif::Ferme }),
        forme_juridique: Some(form.1.to_owned()),
        forme_juridique_code: Some(form.0.to_owned()),
        inline_adresse: address.label.clone(),
        nom: None,
        nom_commercial: String::new(),
        numero_tva_intracommunautaire: draw.chance(30).then(|| format!("FR27{siren}")),
        prenom: None,
        raison_sociale: name.to_uppercase(),
        siren,
        siret_siege_social: siret.to_owned(),
    };
    PersonneMorale {
        address,
        association,
        entreprise: Some(entreprise),
        id: global_id("Etablissement", siret).into(),
        libelle_naf: activity.1.to_owned(),
        libelle_naf2025: None,
        naf: Some(activity.0.to_owned()),
        naf2025: None,
        siege_social: true,
        siret: siret.to_owned(),
    }
}

/// An association of the national register.
pub fn rna(draw: &mut Draw) -> Rna {
    let title = association(draw).to_uppercase();
    let address = places::Site::drawn(draw).address(draw);
    Rna { address: Some(address), id: rna_number(draw), title: Some(title) }
}

/// A foundation of the national register.
pub fn rnf(draw: &mut Draw) -> Rnf {
    let title = format!("Fondation {}", draw.pick(words::ASSOCIATION_NAMES));
    let address = places::Site::drawn(draw).address(draw);
    let id = format!("075-FDD-{}-{}", draw.digits(5), draw.digits(2));
    Rnf { address: Some(address), id, title: Some(title) }
}

/// An IBAN of a bank that does not exist, with its two check digits right (ISO 13616).
pub fn iban(draw: &mut Draw) -> String {
    let account = format!("99999{}{}", draw.digits(16), draw.digits(2));
    // F and R are 15 and 27 in the arithmetic of the check digits.
    let remainder = format!("{account}152700").bytes().fold(0_u32, |remainder, byte| (remainder * 10 + u32::from(byte.wrapping_sub(b'0'))) % 97);
    format!("FR{:02}{account}", 98 - remainder)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn numbers_have_their_check_digits() {
        let mut draw = Draw::of(&[1]);
        for _ in 0..50 {
            let siret = siret(&mut draw);
            assert_eq!(siret.len(), 14);
            assert_eq!(luhn_digit(&siret[..13]), siret.as_bytes()[13] - b'0');
            assert_eq!(luhn_digit(&siret[..8]), siret.as_bytes()[8] - b'0');
            let iban = iban(&mut draw);
            assert_eq!(iban.len(), 27);
            let turned = format!("{}1527{}", &iban[4..], &iban[2..4]);
            let remainder = turned.bytes().fold(0_u32, |left, byte| (left * 10 + u32::from(byte - b'0')) % 97);
            assert_eq!(remainder, 1);
        }
    }
}
