//! The parts that DS knows of a field: their keys hold the number of the field, so that another démarche has others.

use super::base64::{decoded, encoded};
use crate::ds::{ColumnKey, DescriptorId};

/// The key that a part of a field has for another field: that of « Column-type_de_champ/12-$.rib.iban » for
/// « Column-type_de_champ/34-$.rib.iban », when the fields are « Champ-12 » and « Champ-34 ». None when it is not written so:
/// then nobody knows it before a dossier tells.
pub(super) fn elsewhere(key: &ColumnKey, ours: &DescriptorId, theirs: &DescriptorId) -> Option<ColumnKey> {
    let text = |encoded: &str| String::from_utf8(decoded(encoded.as_bytes())).ok();
    let (key, ours, theirs) = (text(key.as_str())?, text(ours.as_str())?, text(theirs.as_str())?);
    let (ours, theirs) = (ours.strip_prefix("Champ-")?, theirs.strip_prefix("Champ-")?);
    let (class, rest) = key.split_once("type_de_champ/")?;
    let path = rest.strip_prefix(ours).filter(|path| !ours.is_empty() && !path.starts_with(|next: char| next.is_ascii_digit()))?;
    Some(ColumnKey::from(encoded(format!("{class}type_de_champ/{theirs}{path}").as_bytes()).as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_from_field_to_field() {
        let id = |text: &str| DescriptorId::from(encoded(text.as_bytes()).as_str());
        let key = |text: &str| ColumnKey::from(encoded(text.as_bytes()).as_str());
        let (ours, theirs) = (id("Champ-12"), id("Champ-3456"));
        for path in ["", "-$.rib.iban", ".primary", "-referentiel-été"] {
            let there = elsewhere(&key(&format!("Column-type_de_champ/12{path}")), &ours, &theirs);
            assert_eq!(there, Some(key(&format!("Column-type_de_champ/3456{path}"))), "{path}");
        }
        for other in [key("Column-type_de_champ/123-$.x"), key("Column-type_de_champ/1"), key("Column-7"), "x".into(), "".into()] {
            assert_eq!(elsewhere(&other, &ours, &theirs), None, "{other}");
        }
        assert_eq!(elsewhere(&key("Column-type_de_champ/12"), &"x".into(), &theirs), None);
    }
}
