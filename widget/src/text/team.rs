//! The screen Équipe, and those that give a document its team.

use relais_engine::{
    Timestamp,
    ds::{DemarcheNumber, SourceError, SourceErrorCode},
    words,
};

use super::{demarche, errors, moments};
use crate::{
    demarche::Unnamed,
    proxy::{Invitation, Reading, Rights, Token},
    team::{Due, Field, Wrong},
};

/// Who the person is: an owner.
pub const OWNER: &str = "Vous êtes propriétaire de ce document : vous gérez l’équipe. Les éditeurs utilisent ses démarches.";
/// Who the person is: an editor.
pub const EDITOR: &str = "Vous êtes éditeur de ce document : vous utilisez les démarches de l’équipe. Les propriétaires de ses documents la gèrent.";
/// Nobody here may change the team.
pub const DECLARED: &str = "Cette équipe est tenue par la personne qui gère Relais : elle seule peut la modifier. Adressez-lui vos demandes.";

/// The tokens.
pub const TOKENS: &str = "Jetons";
/// Their table.
pub const TOKENS_CAPTION: &str = "Jetons de l’équipe";
/// Its heads.
pub const TOKEN_HEADS: [&str; 4] = ["Jeton", "Démarches", "Droits", "Échéance"];
/// There is none.
pub const NO_TOKEN: &str = "L’équipe n’a pas encore de jeton : elle ne peut lire aucune démarche.";
/// Opens the form of a token.
pub const ADD: &str = "Ajouter un jeton";
/// Replaces a token.
pub const REPLACE: &str = "Remplacer";
/// Asks DS about a token.
pub const CHECK: &str = "Vérifier maintenant";
/// Takes a token or a document away.
pub const REMOVE: &str = "Retirer";
/// Does not.
pub const KEEP: &str = "Garder";
/// Closes a form.
pub const LATER: &str = "Plus tard";
/// Sends the form of a token.
pub const DEPOSIT: &str = "Vérifier et enregistrer";
/// What is lost with a token.
pub const REMOVE_TOKEN_MORE: &str =
    "L’équipe ne pourra plus lire les démarches de ce jeton. Les tables et les réglages des documents restent ; ils ne seront plus mis à jour.";
/// What is lost with a document.
pub const REMOVE_DOCUMENT_MORE: &str = "Il gardera ses tables et ses données, mais ne pourra plus synchroniser.";
/// What is lost with this one.
pub const REMOVE_THIS_MORE: &str = "Ce document gardera ses tables et ses données, mais ne pourra plus synchroniser.";
/// Before the address of the proxy.
pub const ADDRESS: &str = "Adresse IP à autoriser dans Démarches Simplifiées :";
/// Copies the address.
pub const COPY_ADDRESS: &str = "Copier l’adresse IP";
/// Copies a code.
pub const COPY_CODE: &str = "Copier le code";
/// No end is known.
pub const NO_END: &str = "Non indiquée";
/// What follows.
pub const NO_END_MORE: &str = "Sans elle, Relais ne peut pas prévenir.";

/// The documents.
pub const DOCUMENTS: &str = "Documents";
/// Their table.
pub const DOCUMENTS_CAPTION: &str = "Documents de l’équipe";
/// Its heads.
pub const DOCUMENT_HEADS: [&str; 2] = ["Document", "Membre depuis"];
/// The one around.
pub const THIS: &str = "ce document";

/// A document of a team that the operator declared has no name there.
pub const NAMELESS: &str = "Document Grist";
/// Nor a day on which it came.
pub const DECLARED_SINCE: &str = "Déclaré";

/// Who read what.
pub const READINGS: &str = "Lectures";
/// What is kept of it.
pub const READINGS_MORE: &str = "Qui a lu quelle démarche, et combien de dossiers. Aucune valeur lue n’est conservée.";
/// Its heads.
pub const READING_HEADS: [&str; 6] = ["Date", "Document", "Personne", "Démarche", "Lecture", "Dossiers lus"];
/// Shows it.
pub const SEE_READINGS: &str = "Voir les lectures";
/// Nothing yet.
pub const NO_READING: &str = "Rien n’a encore été lu.";
/// The document around, which has no name.
pub const THIS_DOCUMENT: &str = "Ce document";
/// Another one of the team, which has no name.
pub const OTHER_DOCUMENT: &str = "Un autre document de l’équipe";
/// A document that is no longer of the team.
pub const LEFT_DOCUMENT: &str = "Document qui a quitté l’équipe";
/// Gives all of it, for a spreadsheet.
pub const EXPORT: &str = "Exporter en CSV";

/// From which document somebody read.
pub fn reading_document(reading: &Reading) -> String {
    match &reading.document {
        Some(name) => name.clone(),
        None if reading.is_this => THIS_DOCUMENT.to_owned(),
        None if reading.is_member => OTHER_DOCUMENT.to_owned(),
        None => LEFT_DOCUMENT.to_owned(),
    }
}

/// What somebody read, by the name of the operation. One of a newer proxy keeps its own.
pub fn operation(name: &str) -> String {
    let said = match name {
        "getDossiers" | "getDossier" => "Dossiers",
        "getDossierNumbers" => "Numéros des dossiers",
        "getDeletedDossiers" => "Dossiers supprimés",
        "countDossiers" => "Nombre de dossiers",
        "getDemarche" => "Formulaire",
        "getDemarcheState" => "Titre et état",
        "files" => "Fichiers",
        other => other,
    };
    said.to_owned()
}

/// « grist.exemple.fr », of an origin.
pub fn host(origin: &str) -> String {
    origin.split_once("://").map_or(origin, |(_, host)| host).to_owned()
}

/// How long it is kept.
pub fn readings_kept(days: i64) -> String {
    format!("Conservé {days} jours. Les cinquante dernières lectures sont montrées ; le fichier les contient toutes.")
}

/// The invitations.
pub const INVITATIONS: &str = "Inviter un autre document";
/// How they work.
pub const INVITATIONS_MORE: &str =
    "Donnez un code au propriétaire du document : il l’indique en y ouvrant Relais. Un code sert une fois, et n’est affiché qu’ici.";
/// There are none on this server.
pub const NO_INVITATIONS: &str = "Sur ce serveur, aucun document ne rejoint une équipe avec un code.";
/// Makes a code.
pub const INVITE: &str = "Inviter un document";
/// Takes a code back.
pub const WITHDRAW: &str = "Annuler ce code";
/// The title of the rest.
pub const MANAGE: &str = "Gérer l’équipe";
/// Who may do what.
pub const WHO: &str = "Qui peut faire quoi";
/// The answer.
pub const WHO_MORE: &str = "Les propriétaires d’un document membre déposent et remplacent les jetons, invitent et retirent des documents. Les éditeurs connectent des démarches et synchronisent. Les lecteurs voient l’état des démarches connectées.";
/// Names the team otherwise.
pub const RENAME: &str = "Renommer l’équipe";
/// Gives the team to another document.
pub const HAND_OVER: &str = "Confier l’équipe à un autre document";
/// What that means.
pub const HAND_OVER_MORE: &str = "Le document qui utilisera ce code prendra la place de celui-ci : il aura l’équipe et ses jetons, et celui-ci la quittera au même moment, en gardant ses tables et ses données.";
/// Does it.
pub const HAND_OVER_NOW: &str = "Créer un code pour confier l’équipe";
/// Leaves the team.
pub const LEAVE: &str = "Quitter l’équipe";
/// Leaves the team as its last document.
pub const END: &str = "Mettre fin à l’équipe et supprimer ses jetons";

/// The title of the first form.
pub const CREATE_TITLE: &str = "Créer votre équipe";
/// What a team is.
pub const CREATE_LEAD: &str = "Une équipe réunit vos documents et vos jetons. Personne d’autre n’y a accès sans votre invitation.";
/// Where that takes a code.
pub const CREATE_BY_CODE: &str = "Sur ce serveur, une équipe se crée avec un code : demandez-le à la personne qui gère Relais.";
/// Sends it.
pub const CREATE: &str = "Vérifier et créer l’équipe";
/// Before the other way.
pub const HAVE_CODE: &str = "Vous avez reçu un code d’invitation ?";
/// The same, where the team itself takes a code.
pub const HAVE_TEAM_CODE: &str = "Une équipe vous a invité ?";
/// The other way, and the title of its form.
pub const JOIN_TITLE: &str = "Rejoindre une équipe";
/// How it works.
pub const JOIN_LEAD: &str =
    "Demandez un code d’invitation à un propriétaire d’un document de l’équipe : il le crée dans Relais, à l’écran « Équipe ».";
/// Sends it.
pub const JOIN: &str = "Rejoindre l’équipe";
/// Said of what was refused.
pub const NOTHING_KEPT: &str = "Rien n’a été enregistré.";
/// Said when the team is there and its token is not.
pub const CREATED: &str = "L’équipe est créée, sans jeton pour l’instant. Corrigez, puis vérifiez de nouveau.";
/// Said of what is done.
pub const DONE: &str = "C’est enregistré.";
/// While DS is asked.
pub const WAITING: &str = "Vérification…";
/// It opens others too.
pub const OPENS_MORE: &str =
    "Ce jeton ouvre aussi d’autres démarches. Dans Démarches Simplifiées, limitez-le à celles-ci : il ouvrirait les autres à qui l’obtiendrait.";
/// DS does not open all of them.
pub const NOT_ALL: &str = "Le jeton est enregistré, mais il n’ouvre pas toutes ces démarches.";

/// How to make a token: the title.
pub const HOW: &str = "Créer ce jeton dans Démarches Simplifiées";
/// How to make a token, in DS's own words.
pub const HOW_STEPS: [&str; 3] = [
    "Profil, « Jetons », « Créer un jeton ». Choisissez seulement les démarches utiles.",
    "Gardez la lecture seule : Relais n’écrit jamais dans Démarches Simplifiées.",
    "Choisissez une échéance, un an au plus. Relais la rappelle 30 et 7 jours avant.",
];
/// The step about the address of the proxy, which is shown beside.
pub const HOW_ADDRESS: &str =
    "Indiquez l’adresse IP de Relais. Ou laissez la détection automatique, et n’utilisez le jeton nulle part avant de le déposer ici.";
/// The same, when the operator does not say which it is.
pub const HOW_ADDRESS_ASKED: &str = "Demandez l’adresse IP de Relais à la personne qui le gère, et indiquez-la. Ou laissez la détection automatique, et n’utilisez le jeton nulle part avant de le déposer ici.";
/// The picture's name.
pub const PICTURE_TITLE: &str = "La page « Nouveau jeton » de Démarches Simplifiées";
/// What the picture shows.
pub const PICTURE_DESCRIPTION: &str =
    "Quatre réglages à faire : choisir les démarches, garder la lecture seule, indiquer l’adresse IP, fixer une échéance.";

/// The words in the picture, which are DS's own.
pub const PICTURE_WORDS: [&str; 8] =
    ["Nouveau jeton", "Démarches autorisées", "Droits", "Lecture seule", "Lecture et écriture", "Adresses IP autorisées", "Échéance", "1 an"];

/// A field's label and its hint.
pub const fn field(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::Team => ("Nom de l’équipe", "Celui de votre service : les autres équipes le verront, à l’écran « Modèles »."),
        Field::Document => ("Nom de ce document", "Comme les autres documents de l’équipe le verront."),
        Field::Code => ("Code d’invitation", "Douze lettres et chiffres, par exemple K7M4-QX2P-9TWD."),
        Field::Name => ("Nom du jeton", "Pour le reconnaître, par exemple « DETR 2026 »."),
        Field::Token => ("Jeton Démarches Simplifiées", "Il est chiffré à l’arrivée, ne quitte pas le serveur et n’est plus jamais affiché."),
        Field::Demarches => ("Démarches que ce jeton autorise", "Leurs numéros ou leurs adresses, séparés par des virgules. Chacune sera vérifiée."),
        Field::Expires => ("Dernier jour du jeton", "Celui que Démarches Simplifiées affiche. Relais prévient 30 et 7 jours avant."),
    }
}

/// The hint of the token, when one is there already.
pub const KEPT_TOKEN: &str = "Laissez vide pour garder le jeton actuel et ne changer que le reste.";

/// What keeps a form from being sent, and what to do.
pub fn wrong(wrong: &Wrong) -> [String; 2] {
    match wrong {
        Wrong::Missing(missing) => [[field(*missing).0, " : ce champ est vide."].concat(), String::new()],
        // DS is not asked here: that takes a team.
        Wrong::Unnamed(text, Unnamed::PublicAddress) => [
            "Ici, il faut le numéro de la démarche ; son adresse publique ne le donne pas.".to_owned(),
            format!("« {text} » : ouvrez la démarche comme instructeur ou administrateur, et copiez l’adresse. Le numéro suit « procedures »."),
        ],
        Wrong::NoToken => {
            ["Ce n’est pas un jeton de Démarches Simplifiées.".to_owned(), "Copiez-le en entier, sans espace ni retour à la ligne.".to_owned()]
        }
        Wrong::Unnamed(text, why) => {
            let (what, remedy) = demarche::unnamed(*why);
            [what.to_owned(), format!("« {text} » : {remedy}")]
        }
    }
}

/// What a token lets do.
pub const fn rights(rights: Rights) -> [&'static str; 2] {
    match rights {
        Rights::Read => ["Lecture seule", ""],
        Rights::Write => ["Peut aussi écrire", "Relais n’écrit jamais dans Démarches Simplifiées : remplacez-le par un jeton en lecture seule."],
        Rights::Unknown => ["Droits inconnus", ""],
    }
}

/// The proxy lacks the key of a token.
pub const SEALED: [&str; 2] = [
    "Le serveur de Relais ne peut plus ouvrir ce jeton",
    "La clé qui l’a scellé lui manque. Prévenez la personne qui gère Relais : elle peut la remettre. Si elle est perdue, remplacez le jeton.",
];

/// What a token does not open, though it is good.
pub fn not_opened(demarches: &[DemarcheNumber]) -> [String; 2] {
    let which = if demarches.len() == 1 { "N’ouvre pas la démarche " } else { "N’ouvre pas les démarches " };
    [[which, &numbers(demarches)].concat(), "Un administrateur de la démarche peut l’ajouter à ce jeton, dans Démarches Simplifiées.".to_owned()]
}

/// « 11 décembre 2026, dans 22 jours ».
pub fn due(due: Due, date: &str) -> String {
    match due {
        Due::Far => date.to_owned(),
        Due::Close(0) => format!("{date}, aujourd’hui"),
        Due::Close(1) => format!("{date}, demain"),
        Due::Soon(days) | Due::Close(days) => format!("{date}, dans {days} jours"),
        Due::Ended => format!("Expiré le {date}"),
    }
}

/// « Vérifié hier à 18 h 05 ».
pub fn checked(at: Timestamp, now: Timestamp) -> String {
    format!("Vérifié {}", moments::moment(at, now))
}

/// « Fonds vert 2026 », after a button, for those who hear it alone.
pub fn of(name: &str) -> String {
    [" ", name].concat()
}

/// The title of the form by which a token is replaced.
pub fn replace(name: &str) -> String {
    [REPLACE, " « ", name, " »"].concat()
}

/// Asks before a token or a document is taken away.
pub fn remove(name: &str) -> String {
    [REMOVE, " « ", name, " » ?"].concat()
}

/// « Valable jusqu’au 21 novembre 2026 à 14 h 32. »
pub fn valid_until(until: Timestamp) -> String {
    format!("Valable jusqu’au {} à {}.", moments::date(until), moments::time(until))
}

/// An open invitation.
pub fn invitation(invitation: &Invitation, now: Timestamp) -> String {
    let hands_over = if invitation.hands_over { ", pour confier l’équipe" } else { "" };
    format!("Code créé {}{hands_over}. {}", moments::moment(invitation.created_at, now), valid_until(invitation.expires_at))
}

/// DS opens all that the token is for.
pub fn opens(token: &Token) -> String {
    format!("Vérifié : le jeton « {} » ouvre {}.", token.name, words::count(token.demarches.len(), "démarche", "démarches"))
}

/// « 131016, 142062 ».
pub fn numbers(demarches: &[DemarcheNumber]) -> String {
    let mut numbers = String::new();
    for number in demarches {
        if !numbers.is_empty() {
            numbers.push_str(", ");
        }
        numbers.push_str(&number.to_string());
    }
    numbers
}

/// Why something about the team was refused. A token that was just typed is not the team's yet.
pub fn refused(error: &SourceError, now: Timestamp) -> [String; 2] {
    let (what, remedy) = match error.code {
        SourceErrorCode::TokenRefused => (
            "Démarches Simplifiées ne reconnaît pas ce jeton.",
            "Vérifiez qu’il est copié en entier et qu’il n’a pas été révoqué, ou créez-en un autre.",
        ),
        SourceErrorCode::TokenExpired => ("Ce jeton a expiré.", "Créez-en un autre dans Démarches Simplifiées. Vos réglages sont intacts."),
        SourceErrorCode::InvitationRefused => {
            ("Ce code d’invitation n’est pas valable.", "Vérifiez-le, ou demandez-en un autre : un code sert une fois, et pour une durée limitée.")
        }
        SourceErrorCode::DemarcheRefused => {
            ("Ce jeton n’autorise pas ces démarches.", "Vérifiez leurs numéros, ou ajoutez-les au jeton dans Démarches Simplifiées.")
        }
        _ => {
            let explained = errors::source(error, None, now);
            return [explained.what, explained.remedy];
        }
    };
    [what.to_owned(), remedy.to_owned()]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::ds::operations::OperationName;

    use super::*;

    #[test]
    fn the_end_of_a_token_is_said_in_days() {
        let said = |due_in| due(due_in, "11\u{a0}décembre 2026");
        assert_eq!(said(Due::Far), "11\u{a0}décembre 2026");
        assert_eq!(said(Due::Soon(22)), "11\u{a0}décembre 2026, dans 22\u{a0}jours");
        assert_eq!(said(Due::Close(1)), "11\u{a0}décembre 2026, demain");
        assert_eq!(said(Due::Close(0)), "11\u{a0}décembre 2026, aujourd’hui");
        assert_eq!(said(Due::Ended), "Expiré le 11\u{a0}décembre 2026");
    }

    #[test]
    fn invitations_say_until_when() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let (created, expires, now) = (at("2026-11-19T13:32:00Z"), at("2026-11-21T13:32:00Z"), at("2026-11-20T08:00:00Z"));
        let said = "Code créé hier à 14\u{a0}h\u{a0}32. Valable jusqu’au 21\u{a0}novembre 2026 à 14\u{a0}h\u{a0}32.";
        let open = |hands_over| Invitation { id: String::new(), hands_over, created_at: created, expires_at: expires };
        assert_eq!(invitation(&open(false), now), said);
        assert!(invitation(&open(true), now).contains("confier"));
    }

    #[test]
    fn a_public_address_is_not_said_to_be_closed() {
        let [what, remedy] = wrong(&Wrong::Unnamed("https://ds.example/commencer/detr".to_owned(), Unnamed::PublicAddress));
        assert!(what.contains("numéro") && !what.contains("fermée") && remedy.contains("commencer/detr"), "{what} {remedy}");
    }

    #[test]
    fn a_document_without_a_name_is_told_from_one_that_has_left() {
        let said = |document: Option<&str>, is_this, is_member| {
            reading_document(&Reading {
                at: Timestamp::from_milliseconds(0),
                document: document.map(str::to_owned),
                is_this,
                is_member,
                origin: String::new(),
                person: 42,
                demarche: DemarcheNumber::new(131_016).unwrap(),
                operation: String::new(),
                dossiers: 1,
            })
        };
        assert_eq!(said(Some("Suivi"), true, true), "Suivi");
        assert_eq!(said(None, true, true), THIS_DOCUMENT);
        assert_eq!(said(None, false, true), OTHER_DOCUMENT);
        assert_eq!(said(None, false, false), LEFT_DOCUMENT);
    }

    #[test]
    fn every_operation_has_french_words() {
        for name in OperationName::ALL.iter().map(|name| name.as_str()).chain(["files"]) {
            assert!(operation(name) != name && operation(name).starts_with(char::is_uppercase), "{name}");
        }
        assert_eq!(operation("ofANewerProxy"), "ofANewerProxy");
        assert_eq!(host("https://grist.exemple.fr:8443"), "grist.exemple.fr:8443");
    }

    #[test]
    fn what_a_token_does_not_open_is_named() {
        let number = |number| DemarcheNumber::new(number).unwrap();
        assert_eq!(not_opened(&[number(142_062)])[0], "N’ouvre pas la démarche\u{a0}142062");
        assert_eq!(not_opened(&[number(1), number(2)])[0], "N’ouvre pas les démarches\u{a0}1, 2");
    }

    #[test]
    fn what_is_wrong_says_where() {
        let [what, remedy] = wrong(&Wrong::Unnamed("DETR".to_owned(), Unnamed::Other));
        assert!(what.ends_with('.') && remedy.contains("DETR"));
        assert_eq!(wrong(&Wrong::Missing(Field::Name))[0], "Nom du jeton\u{a0}: ce champ est vide.");
    }

    #[test]
    fn rule_18_whatever_is_refused_about_the_team_is_explained() {
        for code in SourceErrorCode::ALL {
            for sentence in refused(&(*code).into(), Timestamp::from_milliseconds(0)) {
                assert!(sentence.ends_with('.'), "{code:?}: {sentence}");
            }
        }
    }
}
