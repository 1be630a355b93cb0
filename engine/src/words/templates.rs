//! The sentences about templates: why a file is none, and why a field may be another.

use crate::template::{Likeness, Reason, TemplateError};

/// Why a file is no template: what is wrong and where, that nothing was changed, what to do.
pub fn template_error(error: &TemplateError) -> String {
    let place = if error.place.is_empty() { String::new() } else { format!(" ({})", error.place) };
    let what = match error.reason {
        Reason::TooLarge => "Ce fichier dépasse 256 Kio : il est trop grand pour un modèle.".to_owned(),
        Reason::TooDeep => format!("Ce fichier est trop imbriqué pour un modèle{place}."),
        Reason::NotJson => format!("Ce fichier n’est pas du JSON lisible{place}."),
        Reason::NotTemplate => "Ce fichier n’est pas un modèle de Relais : il n’en porte pas la marque, « relais_template ».".to_owned(),
        Reason::Newer(format) => format!("Ce modèle est d’un format plus récent, le {format}, que ce Relais ne connaît pas encore{place}."),
        reason => format!("Ce modèle ne peut pas être repris : {}{place}.", wrong(reason)),
    };
    let advice = match error.reason {
        Reason::Newer(_) => "Demandez à la personne qui gère Relais de le mettre à jour.",
        Reason::Secret(_) => "Un modèle passe de main en main : retirez-en ce texte et, si c’est un jeton ou un mot de passe, changez-le.",
        Reason::TooLarge | Reason::TooDeep | Reason::NotJson | Reason::NotTemplate => "Choisissez un fichier exporté par Relais.",
        _ => "Demandez un nouvel export à qui vous l’a transmis.",
    };
    format!("{what} Rien n’a été modifié. {advice}")
}

fn wrong(reason: Reason) -> String {
    let wrong = match reason {
        Reason::TooMany(most) => return format!("il y a là plus de {} éléments", super::figure(most)),
        Reason::TooLong(longest) => return format!("ce texte dépasse {} caractères", super::figure(longest)),
        Reason::Missing => "cette information manque",
        Reason::UnknownKey => "cette information n’est pas de celles d’un modèle",
        Reason::Twice => "cette information y est deux fois",
        Reason::Empty => "cette information est vide",
        Reason::Control => "ce texte contient des caractères invisibles",
        Reason::SameName => "ce nom est déjà celui d’une autre colonne de la table, ou d’une autre table",
        Reason::SameKey => "une autre colonne de la table, ou une autre table, est déjà remplie par là",
        Reason::Undescribed => "ce champ n’est pas décrit dans le modèle",
        Reason::OfAnotherTable => "ce champ ne peut pas remplir une colonne de cette table",
        Reason::NoKey => "la première colonne de la première table doit être le numéro du dossier",
        Reason::Secret(_) => "ce texte ressemble à un jeton, à une clé ou à une adresse qui en contient",
        _ => "cette information n’est pas de la forme attendue",
    };
    wrong.to_owned()
}

/// Why a field may be another: « Même type, même section, libellé proche. »
pub fn likeness(likeness: Likeness) -> String {
    let kind = if likeness.is_same_type { "Même type" } else { "Type voisin" };
    let section = if likeness.is_same_section { "même section" } else { "autre section" };
    let label = match likeness.in_common {
        100 => ", même libellé",
        _ if likeness.is_label_alike() => ", libellé proche",
        _ => "",
    };
    format!("{kind}, {section}{label}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Secret;

    #[test]
    fn a_refusal_says_what_and_where_that_nothing_changed_and_what_to_do() {
        let message = |place: &str, reason| TemplateError { place: place.to_owned(), reason }.message();
        assert_eq!(
            message("mapping.tables[2].columns[14].sources[0]", Reason::Undescribed),
            "Ce modèle ne peut pas être repris : ce champ n’est pas décrit dans le modèle (mapping.tables[2].columns[14].sources[0]). Rien n’a été modifié. Demandez un nouvel export à qui vous l’a transmis.",
        );
        assert_eq!(
            message("ligne 3, colonne 14", Reason::NotJson),
            "Ce fichier n’est pas du JSON lisible (ligne 3, colonne 14). Rien n’a été modifié. Choisissez un fichier exporté par Relais.",
        );
        assert!(message("relais_template", Reason::Newer(7)).contains("le 7, que ce Relais ne connaît pas encore"));
        assert!(message("name", Reason::Secret(Secret::Bearer)).contains("ressemble à un jeton"));
        assert!(message("mapping.tables", Reason::TooMany(2000)).contains("plus de 2\u{202f}000 éléments"));
    }

    #[test]
    fn a_likeness_is_told() {
        let told = |is_same_type, is_same_section, in_common| likeness(Likeness { is_same_type, is_same_section, in_common });
        assert_eq!(told(true, true, 75), "Même type, même section, libellé proche.");
        assert_eq!(told(true, false, 100), "Même type, autre section, même libellé.");
        assert_eq!(told(false, true, 10), "Type voisin, même section.");
    }
}
