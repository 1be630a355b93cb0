//! Avis, messages, steps, instructeurs and zones: their columns, and DS's words for them in French.

use super::state_style;
use crate::{
    ds::DossierState,
    grist::ChoiceStyle,
    mapping::{LinkedField, LinkedTable},
};

/// The name of a table of things that a dossier has several of.
pub const fn linked_table(table: LinkedTable) -> &'static str {
    match table {
        LinkedTable::Avis => "Avis",
        LinkedTable::Messages => "Messages",
        LinkedTable::Traitements => "Historique",
        LinkedTable::Instructeurs => "Instructeurs",
        LinkedTable::Zones => "Zones",
    }
}

/// The name of a column for what is known of such a thing.
pub const fn linked_field(field: LinkedField) -> &'static str {
    match field {
        LinkedField::AvisExpert => "Expert",
        LinkedField::AvisQuestion => "Question",
        LinkedField::AvisDateQuestion => "Demandé le",
        LinkedField::AvisReponse => "Réponse",
        LinkedField::AvisDateReponse => "Répondu le",
        LinkedField::AvisQuestionOuiNon => "Question par oui ou non",
        LinkedField::AvisReponseOuiNon => "Réponse par oui ou non",
        LinkedField::AvisDemandeur => "Demandé par",
        LinkedField::AvisFichiers | LinkedField::MessageFichiers => "Noms des fichiers",
        LinkedField::AvisPiecesJointes | LinkedField::MessagePiecesJointes => "Pièces jointes",
        LinkedField::MessageDate => "Envoyé le",
        LinkedField::MessageAuteur => "Auteur",
        LinkedField::MessageTexte => "Message",
        LinkedField::MessageCorrection => "Correction demandée",
        LinkedField::MessageDateCorrection => "Corrigé le",
        LinkedField::TraitementDate => "Date",
        LinkedField::TraitementEvenement => "Événement",
        LinkedField::TraitementAgent => "Agent",
        LinkedField::TraitementMotivation => "Motivation",
        LinkedField::InstructeurEmail => "Adresse électronique",
        LinkedField::ZoneChamp => "Carte",
        LinkedField::ZoneSource => "Origine",
        LinkedField::ZoneDescription => "Description",
        LinkedField::ZoneLatitude => "Latitude",
        LinkedField::ZoneLongitude => "Longitude",
        LinkedField::ZoneSurface => "Surface en m²",
        LinkedField::ZoneCommune => "Code INSEE de la commune",
        LinkedField::ZoneParcelle => "Parcelle",
        LinkedField::ZoneGeoJson => "GeoJSON",
        LinkedField::ZoneLigne => "Ligne du bloc",
    }
}

/// DS's names for things, with ours; a name that this version does not know is shown as it is.
fn translated<'a>(table: &[(&str, &'static str)], name: &'a str) -> &'a str {
    table.iter().find(|(known, _)| *known == name).map_or(name, |(_, french)| french)
}

/// What an instructeur asks a usager to do.
pub const CORRECTIONS: [(&str, &str); 3] =
    [("incomplete", "Dossier incomplet"), ("incorrect", "Dossier à corriger"), ("outdated", "Dossier à mettre à jour")];

/// Steps of an examination, in the order of a dossier's life.
pub const TRAITEMENTS: [(&str, &str); 12] = [
    ("depose", "Déposé"),
    ("depose_correction_usager", "Corrigé par l’usager"),
    ("depose_correction_instructeur", "Corrigé par un instructeur"),
    ("passe_en_instruction", "Passé en instruction"),
    ("passe_en_instruction_automatiquement", "Passé en instruction automatiquement"),
    ("repasse_en_construction", "Repassé en construction"),
    ("repasse_en_instruction", "Repassé en instruction"),
    ("accepte", "Accepté"),
    ("accepte_automatiquement", "Accepté automatiquement"),
    ("refuse", "Refusé"),
    ("refuse_automatiquement", "Refusé automatiquement"),
    ("classe_sans_suite", "Classé sans suite"),
];

/// Where an area of a map comes from.
pub const ZONE_SOURCES: [(&str, &str); 3] =
    [("cadastre", "Parcelle cadastrale"), ("rpg", "Parcelle agricole"), ("selection_utilisateur", "Tracé de l’usager")];

/// Whether an organisation is still there.
pub const ETATS_ADMINISTRATIFS: [(&str, &str); 2] = [("Actif", "Actif"), ("Ferme", "Fermé")];

pub(crate) fn correction(reason: &str) -> &str {
    translated(&CORRECTIONS, reason)
}

pub(crate) fn traitement(event: &str) -> &str {
    translated(&TRAITEMENTS, event)
}

pub(crate) fn zone_source(source: &str) -> &str {
    translated(&ZONE_SOURCES, source)
}

pub(crate) fn etat_administratif(state: &str) -> &str {
    translated(&ETATS_ADMINISTRATIFS, state)
}

/// The colours of a step that brings a dossier to a state.
pub(crate) fn traitement_style(event: &str) -> Option<ChoiceStyle> {
    let state = match event {
        "depose" | "repasse_en_construction" => DossierState::EnConstruction,
        "passe_en_instruction" | "passe_en_instruction_automatiquement" | "repasse_en_instruction" => DossierState::EnInstruction,
        "accepte" | "accepte_automatiquement" => DossierState::Accepte,
        "refuse" | "refuse_automatiquement" => DossierState::Refuse,
        "classe_sans_suite" => DossierState::SansSuite,
        _ => return None,
    };
    Some(state_style(state))
}
