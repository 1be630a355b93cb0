//! What DS, the proxy or the document refused, in three parts: what happened, what is intact (which the screen knows),
//! what to do.

use relais_engine::{
    Timestamp,
    ds::{DemarcheNumber, Holder, SourceError, SourceErrorCode},
    grist::{Denied, DocumentError},
    sync::PlanError,
    words,
};

use super::moments;

/// An error that a person can meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What happened; stands alone.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

fn explained(what: impl Into<String>, remedy: impl Into<String>) -> Explained {
    Explained { what: what.into(), remedy: remedy.into() }
}

/// Nothing was written.
pub const UNCHANGED: &str = "Votre document n’a pas changé.";
/// What was there stays.
pub const INTACT: &str = "Vos tables et vos réglages sont intacts.";

/// What kept DS from answering about a démarche.
pub fn source(error: &SourceError, demarche: Option<DemarcheNumber>, now: Timestamp) -> Explained {
    let of_demarche = demarche.map_or_else(|| "cette démarche".to_owned(), |number| format!("la démarche {number}"));
    match error.code {
        SourceErrorCode::TokenExpired => explained(
            "Le jeton de votre équipe pour Démarches Simplifiées a expiré.",
            "Les synchronisations reprendront dès qu’un nouveau jeton sera déposé, sans rien reconfigurer. L’écran « Équipe » dit qui peut le faire.",
        ),
        SourceErrorCode::TokenRefused => explained(
            "Démarches Simplifiées ne reconnaît plus le jeton de votre équipe.",
            "Il a peut-être été révoqué. Un nouveau jeton suffit, sans rien reconfigurer : l’écran « Équipe » dit qui peut le déposer.",
        ),
        SourceErrorCode::AddressRefused => explained(
            "Démarches Simplifiées refuse ce jeton depuis le serveur de Relais.",
            match &error.address {
                Some(address) => format!("Ajoutez l’adresse {address} aux adresses autorisées du jeton, puis réessayez."),
                None => "Ajoutez l’adresse du serveur de Relais aux adresses autorisées du jeton, puis réessayez.".to_owned(),
            },
        ),
        SourceErrorCode::DemarcheRefused | SourceErrorCode::DemarcheForbidden => explained(
            format!("Les jetons de votre équipe ne permettent pas de lire {of_demarche}."),
            "Vérifiez le numéro. S’il est juste, un administrateur de cette démarche peut créer un jeton qui l’autorise : l’écran « Équipe » dit qui peut le déposer.",
        ),
        SourceErrorCode::NotFound => explained(
            demarche.map_or_else(
                || "Démarches Simplifiées ne connaît pas cette démarche.".to_owned(),
                |number| format!("Aucune démarche ne porte le numéro {number}."),
            ),
            "Le numéro se lit dans l’adresse de la démarche, après « procedures ».",
        ),
        SourceErrorCode::RateLimited => explained(
            "Démarches Simplifiées limite le nombre de demandes.",
            match error.retry_at.filter(|retry_at| *retry_at > now) {
                Some(retry_at) => format!("Vous pourrez réessayer à {}.", moments::time(retry_at)),
                None => "Réessayez dans une minute.".to_owned(),
            },
        ),
        SourceErrorCode::Timeout | SourceErrorCode::AnswerTooLarge => {
            explained("Démarches Simplifiées a mis trop de temps à répondre.", "Réessayez dans quelques minutes : le service est peut-être chargé.")
        }
        SourceErrorCode::DsUnavailable => {
            explained("Démarches Simplifiées ne répond pas.", "Réessayez dans quelques minutes : une maintenance est peut-être en cours.")
        }
        SourceErrorCode::DsFailed | SourceErrorCode::InvalidAnswer => explained(
            "Démarches Simplifiées a répondu par une erreur.",
            "Réessayez dans quelques minutes. Si cela dure, signalez-le à l’assistance de Démarches Simplifiées.",
        ),
        SourceErrorCode::FileExpired => explained(
            "L’adresse d’un fichier a expiré, ou le fichier a été retiré de Démarches Simplifiées.",
            "Synchronisez de nouveau : une nouvelle adresse est donnée à chaque lecture, valable une heure.",
        ),
        SourceErrorCode::FileRefused => explained(
            "Un fichier n’est pas à une adresse que Relais peut lire.",
            match &error.request_id {
                Some(request) => format!("Signalez la demande {request} à la personne qui gère Relais : l’hôte des fichiers est un de ses réglages."),
                None => "Prévenez la personne qui gère Relais : l’hôte des fichiers est un de ses réglages.".to_owned(),
            },
        ),
        SourceErrorCode::FileTooLarge => {
            explained("Un fichier est plus lourd que ce que Relais transmet.", "Ouvrez-le depuis le dossier, dans Démarches Simplifiées.")
        }
        SourceErrorCode::Unsupported => {
            explained("Cette instance de Démarches Simplifiées est trop ancienne pour Relais.", "Prévenez la personne qui gère Relais.")
        }
        SourceErrorCode::SessionExpired => explained("Votre session a expiré.", "Rechargez la page, puis recommencez."),
        SourceErrorCode::GristRefused => explained(
            "Grist ne confirme plus que vous pouvez modifier ce document.",
            "Vérifiez votre rôle avec un propriétaire du document, puis rechargez la page.",
        ),
        SourceErrorCode::DocumentUnknown => {
            explained("Ce document n’est plus rattaché à une équipe.", "Rechargez la page : elle dira qui peut le rattacher de nouveau.")
        }
        SourceErrorCode::OwnersOnly => explained("Seul un propriétaire de ce document peut faire cela.", "Demandez-le à l’un d’eux."),
        SourceErrorCode::TeamExists => {
            explained("Ce document fait déjà partie d’une équipe.", "Pour en changer, il doit d’abord quitter la sienne, à l’écran « Équipe ».")
        }
        SourceErrorCode::TeamDeclared => {
            explained("Cette équipe est tenue par la personne qui gère Relais.", "Demandez-lui ce changement : elle seule peut le faire.")
        }
        SourceErrorCode::EnrolmentClosed => explained(
            "Sur ce serveur, les équipes sont tenues par la personne qui gère Relais.",
            "Donnez-lui l’adresse de ce document : elle pourra le rattacher à votre équipe.",
        ),
        SourceErrorCode::InvitationRefused => explained(
            "Ce code d’invitation n’est pas valable.",
            "Vérifiez-le, ou demandez-en un autre : un code sert une fois, et pendant deux jours.",
        ),
        SourceErrorCode::LastDocument => explained(
            "Ce document est le dernier de l’équipe : elle prendrait fin avec lui.",
            "Confirmez pour mettre fin à l’équipe et supprimer ses jetons, ou confiez-la d’abord à un autre document.",
        ),
        SourceErrorCode::DemarcheTaken => explained(
            "Un autre jeton de l’équipe lit déjà une de ces démarches.",
            "Retirez-la de l’un des deux jetons, ou remplacez le jeton qui la lit.",
        ),
        SourceErrorCode::TooMany => explained("Votre équipe en a déjà autant qu’il est possible.", "Retirez-en d’abord."),
        SourceErrorCode::TemplateUnknown => explained(
            "Ce modèle n’existe pas, ou n’est plus partagé avec votre équipe.",
            "Choisissez-en un autre, ou demandez à l’équipe qui l’a fait de le partager de nouveau.",
        ),
        SourceErrorCode::TemplateRefused => {
            explained("Ce fichier n’est pas un modèle que Relais peut lire.", "Exportez-le de nouveau depuis l’écran « Modèles ».")
        }
        SourceErrorCode::Changed => explained(
            "Quelqu’un d’autre a fait un changement entre-temps. Le vôtre n’a pas été enregistré.",
            "La page montre maintenant le dernier état : vérifiez-le, puis recommencez s’il le faut.",
        ),
        SourceErrorCode::LeaseHeld => explained(
            match &error.holder {
                Some(holder) => format!("{} synchronise déjà cette démarche depuis {}.", super::user(holder.user), moments::time(holder.since)),
                None => "Quelqu’un synchronise déjà cette démarche.".to_owned(),
            },
            lease_end(error.retry_at),
        ),
        SourceErrorCode::ProxyUnavailable => explained("Le serveur de Relais ne répond pas.", "Vérifiez votre connexion, puis réessayez."),
        SourceErrorCode::BadRequest | SourceErrorCode::Internal => explained(
            "Relais a rencontré une erreur.",
            match &error.request_id {
                Some(request) => format!("Réessayez. Si cela dure, signalez la demande {request} à la personne qui gère Relais."),
                None => "Réessayez. Si cela dure, prévenez la personne qui gère Relais.".to_owned(),
            },
        ),
    }
}

/// The person's own run goes on in another page.
pub fn own_lease(holder: &Holder, end: Option<Timestamp>) -> Explained {
    explained(format!("Vous synchronisez déjà cette démarche dans une autre page, depuis {}.", moments::time(holder.since)), lease_end(end))
}

fn lease_end(end: Option<Timestamp>) -> String {
    const ONCE: &str = "Rien n’a été lancé une seconde fois. Vous pourrez le faire dès que ce sera terminé";
    match end {
        Some(end) => format!("{ONCE} ; si cette page a été fermée, à {}.", moments::time(end)),
        None => format!("{ONCE}."),
    }
}

/// What the document refused.
pub fn document(error: &DocumentError) -> Explained {
    const OWNER: &str = "Demandez à un propriétaire du document de synchroniser ou d’adapter la règle.";
    match error {
        DocumentError::AccessNotGranted => explained(
            "Relais n’a plus l’accès complet à ce document.",
            "Accordez-le de nouveau dans le panneau de droite de Grist, sous « Niveau d’accès ».",
        ),
        DocumentError::ReadOnly => {
            explained("Vous ne pouvez pas modifier ce document.", "Demandez à un propriétaire du document le rôle « Éditeur ».")
        }
        DocumentError::Denied(Denied::Structure) => {
            explained("Une règle d’accès du document vous interdit de créer des tables ou des colonnes.", OWNER)
        }
        DocumentError::Denied(Denied::Column) => explained("Une règle d’accès du document vous interdit d’écrire dans une des colonnes.", OWNER),
        DocumentError::Denied(Denied::Table) => explained("Une règle d’accès du document vous interdit d’écrire dans une des tables.", OWNER),
        DocumentError::Denied(Denied::Other) => explained("Une règle d’accès du document vous interdit cette écriture.", OWNER),
        DocumentError::NotThere(_) => {
            explained("Une table ou une colonne a changé pendant la synchronisation.", "Synchronisez de nouveau : Relais repart de ce qui est écrit.")
        }
        DocumentError::Copy => {
            explained("Ce document est une copie qui n’est pas enregistrée.", "Revenez au document d’origine, puis synchronisez de nouveau.")
        }
        DocumentError::TooLarge => {
            explained("Un fichier est plus lourd que ce que ce Grist accepte.", "Ouvrez-le depuis le dossier, dans Démarches Simplifiées.")
        }
        DocumentError::NoAnswer => explained("Grist n’a pas répondu à temps.", "Rechargez la page du document, puis synchronisez de nouveau."),
        DocumentError::Other(_) => explained(
            "Grist a refusé l’écriture.",
            "Rechargez la page du document, puis synchronisez de nouveau. Si cela dure, prévenez la personne qui gère Relais.",
        ),
    }
}

/// Why nothing could be planned.
pub fn plan(error: &PlanError) -> Explained {
    match error {
        PlanError::MainTableMissing(table) => explained(
            format!("La table « {table} » a été supprimée du document."),
            "Relais ne la recrée pas sans votre accord. Annulez la suppression dans Grist, ou recréez la table d’ici.",
        ),
        PlanError::MainTableHidden(table) => explained(
            format!("Une règle d’accès du document vous cache la table « {table} »."),
            "Demandez à un propriétaire du document de synchroniser ou d’adapter la règle.",
        ),
        PlanError::KeyColumn(problem) => explained(
            words::problem(problem),
            "Sans la colonne du numéro, Relais ne retrouve pas les lignes. Rendez-lui son type Numérique, ou recréez-la d’ici.",
        ),
        PlanError::NoKey => explained(
            "La configuration de cette démarche est incomplète.",
            "Elle a peut-être été modifiée à la main dans « Relais_Connexions ». Connectez la démarche de nouveau.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happened stands alone, and what to do is there.
    fn assert_explained(explained: &Explained, of: &dyn std::fmt::Debug) {
        for sentence in [&explained.what, &explained.remedy] {
            assert!(sentence.ends_with('.') && sentence.starts_with(char::is_uppercase), "{of:?}: {sentence}");
        }
    }

    #[test]
    fn rule_18_whatever_ds_or_the_proxy_refuses_is_explained() {
        let demarche = DemarcheNumber::new(131_016).ok();
        for code in SourceErrorCode::ALL {
            for number in [None, demarche] {
                assert_explained(&source(&(*code).into(), number, Timestamp::from_milliseconds(0)), code);
            }
        }
        let unknown = source(&SourceErrorCode::NotFound.into(), demarche, Timestamp::from_milliseconds(0));
        assert!(unknown.what.contains("131016"), "{unknown:?}");
    }

    #[test]
    fn rule_18_the_limit_of_requests_says_when_it_ends() {
        // 9 o'clock UTC on the 2nd of March 2026.
        let now = Timestamp::from_milliseconds(1_772_442_000_000);
        let error = |retry_at| SourceError { retry_at, ..SourceErrorCode::RateLimited.into() };
        let until = source(&error(Some(now.plus_seconds(61 * 60))), None, now).remedy;
        assert!(until.contains("11") && until.contains("01"), "the hour of Paris: {until}");
        assert_eq!(source(&error(Some(now)), None, now), source(&error(None), None, now), "what is past is not announced");
    }

    #[test]
    fn rule_18_whatever_grist_refuses_is_explained() {
        let all = [
            DocumentError::AccessNotGranted,
            DocumentError::ReadOnly,
            DocumentError::Denied(Denied::Structure),
            DocumentError::Denied(Denied::Column),
            DocumentError::Denied(Denied::Table),
            DocumentError::Denied(Denied::Other),
            DocumentError::NotThere("Suivi".to_owned()),
            DocumentError::Copy,
            DocumentError::TooLarge,
            DocumentError::NoAnswer,
            DocumentError::Other("[Sandbox] MemoryError".to_owned()),
        ];
        for error in all {
            let explained = document(&error);
            assert_explained(&explained, &error);
            assert!(!explained.what.contains("Sandbox"), "no words of the inside: {explained:?}");
        }
    }
}
