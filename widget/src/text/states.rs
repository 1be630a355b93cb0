//! The states in which nothing can be done yet, and what to do about each.

/// A whole screen that says what happened, what is intact and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What happened.
    pub title: String,
    /// What is intact.
    pub lead: String,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// The number by which an operator finds the request.
    pub request_id: Option<String>,
}

/// Access not granted: title.
pub const ACCESS_TITLE: &str = "Autorisez Relais à écrire dans ce document";
/// Access not granted: what is intact.
pub const ACCESS_LEAD: &str =
    "Pour créer des colonnes et y ranger les dossiers, Relais a besoin de l’accès complet à ce document. Rien n’a été lu ni modifié.";
/// Access not granted: what to do. Grist's own words, as its French has them.
pub const ACCESS_STEPS: [&str; 3] = [
    "Ouvrez le panneau de droite de Grist, par le bouton en haut à droite.",
    "Choisissez l’onglet « Personnalisée », puis « Vue ».",
    "Sous « Niveau d’accès », choisissez « Accepter ». Cette page se recharge aussitôt.",
];
/// The button that looks again.
pub const ACCESS_CHECK: &str = "Vérifier l’accès";
/// Said when it was looked at again in vain.
pub const ACCESS_STILL: &str = "L’accès complet n’est pas encore accordé.";
/// The question of the careful.
pub const ACCESS_WHY: &str = "Pourquoi l’accès complet ?";
/// And its answer.
pub const ACCESS_WHY_ANSWER: &str = "Grist ne propose que trois niveaux, et lui seul permet d’écrire. Relais n’écrit que dans les colonnes que vous choisissez, et seulement quand vous synchronisez.";
/// The question of those without the right.
pub const ACCESS_NO_BUTTON: &str = "Je ne vois pas ce bouton";
/// And its answer.
pub const ACCESS_NO_BUTTON_ANSWER: &str = "Il n’apparaît qu’aux personnes qui peuvent modifier le document. Demandez à un propriétaire du document de le faire une fois : l’accord vaut ensuite pour tous.";
/// The picture's name.
pub const PICTURE_TITLE: &str = "Le panneau de droite de Grist";
/// What the picture shows.
pub const PICTURE_DESCRIPTION: &str =
    "Un : le bouton du panneau, en haut à droite. Deux : l’onglet Personnalisée, rubrique Vue. Trois : sous Niveau d’accès, le bouton Accepter.";
/// The words in the picture, which are Grist's own.
pub const PICTURE_WORDS: [&str; 10] = [
    "Personnalisée",
    "Colonne",
    "Vue",
    "Trier et Filtrer",
    "Données source",
    "NIVEAU D’ACCÈS",
    "Pas d’accès au document",
    "Le widget a besoin d’un accès",
    "complet à ce document.",
    "Accepter",
];
/// The other button in the picture.
pub const PICTURE_REFUSE: &str = "Refuser";

/// The present level: none.
pub const LEVEL_NONE: &str = "Niveau d’accès actuel : pas d’accès au document";
/// The present level: the section's table only.
pub const LEVEL_READ_TABLE: &str = "Niveau d’accès actuel : lecture de la table sélectionnée";

/// Reading only: what happened.
pub const VIEWER: &str = "Vous consultez ce document en lecture seule.";
/// Reading only: what to do.
pub const VIEWER_HELP: &str =
    "Vous voyez l’état des démarches connectées. Pour synchroniser, demandez à un propriétaire du document le rôle « Éditeur ».";

fn explanation(title: &str, lead: &str, steps: &[&str]) -> Explanation {
    Explanation { title: title.to_owned(), lead: lead.to_owned(), steps: steps.iter().map(|step| (*step).to_owned()).collect(), request_id: None }
}

/// The page was opened by itself.
pub fn outside_grist() -> Explanation {
    explanation(
        "Relais s’ouvre dans un document Grist",
        "Cette page est un widget : seule, elle ne peut ni lire ni écrire de document.",
        &[
            "Ouvrez le document Grist où vous voulez vos dossiers.",
            "Choisissez « Ajouter », puis « Ajouter une vue à la page », puis « Personnalisée ».",
            "Choisissez « Relais » dans la liste, ou donnez l’adresse de cette page.",
        ],
    )
}

/// The page around does not speak as Grist does.
pub fn silent() -> Explanation {
    explanation(
        "Grist ne répond pas",
        "Rien n’a été lu ni modifié.",
        &["Rechargez la page du document.", "Si cela dure, vérifiez que Relais est bien ouvert dans un document Grist."],
    )
}

/// Viewer, and no access by which to show anything.
pub fn viewer() -> Explanation {
    explanation(
        "Vous consultez ce document en lecture seule",
        "Relais range les dossiers de Démarches Simplifiées dans ce document. Rien n’a été lu ni modifié.",
        &["Pour synchroniser, demandez à un propriétaire du document le rôle « Éditeur »."],
    )
}

/// The proxy does not take this person for an editor of this document.
pub fn refused() -> Explanation {
    explanation(
        "Grist ne confirme pas que vous pouvez modifier ce document",
        "Rien n’a été lu dans Démarches Simplifiées, et le document n’a pas changé.",
        &[
            "Si vous consultez une copie de travail, revenez au document d’origine.",
            "Vérifiez avec un propriétaire du document que vous y avez le rôle « Éditeur ».",
            "Rechargez ensuite la page.",
        ],
    )
}

/// The document belongs to no team.
pub fn unknown_document(document: Option<&str>) -> Explanation {
    let mut explanation = explanation(
        "Ce document n’est rattaché à aucune équipe",
        "Relais ne lit Démarches Simplifiées que pour les documents d’une équipe. Rien n’a été lu ni modifié.",
        &[],
    );
    explanation.steps.push(match document {
        Some(document) => format!("Transmettez l’identifiant de ce document à la personne qui gère Relais : {document}"),
        None => "Transmettez l’adresse de ce document à la personne qui gère Relais.".to_owned(),
    });
    explanation.steps.push("Quand elle l’aura rattaché à votre équipe, réessayez.".to_owned());
    explanation
}

/// The document belongs to no team; this person cannot change that, but an owner of the document can.
pub fn teamless() -> Explanation {
    explanation(
        "Ce document n’a pas encore d’équipe",
        "Relais ne lit Démarches Simplifiées que pour les documents d’une équipe, qui y apporte ses jetons. Rien n’a été lu ni modifié.",
        &[
            "Demandez à un propriétaire de ce document d’y ouvrir Relais : il pourra créer votre équipe, ou rejoindre celle de votre service.",
            "Pour la créer, il lui faudra un jeton de Démarches Simplifiées ; pour la rejoindre, un code d’invitation.",
            "Quand ce sera fait, réessayez.",
        ],
    )
}

/// The session ended and could not be renewed.
pub fn expired() -> Explanation {
    explanation(
        "Votre session a expiré",
        "Le document est intact : ce qui y était écrit est complet.",
        &["Rechargez la page. Si vous êtes déconnecté de Grist, reconnectez-vous d’abord."],
    )
}

/// The proxy cannot be reached.
pub fn unreachable() -> Explanation {
    explanation(
        "Le serveur de Relais ne répond pas",
        "Vos tables et vos réglages sont intacts.",
        &["Vérifiez votre connexion, puis réessayez.", "Si cela dure, prévenez la personne qui gère Relais."],
    )
}

/// A rule of the document hides what Relais needs to read.
pub fn document_denied() -> Explanation {
    explanation(
        "Une règle d’accès du document arrête Relais",
        "Rien n’a été modifié.",
        &["Demandez à un propriétaire du document d’ouvrir la table « Relais_Connexions », ou de synchroniser lui-même."],
    )
}

/// Something else went wrong, by the proxy's fault or ours.
pub fn failed(request_id: Option<&str>) -> Explanation {
    Explanation {
        request_id: request_id.map(str::to_owned),
        ..explanation(
            "Relais a rencontré une erreur",
            "Le document n’a pas changé.",
            &["Réessayez dans un instant.", "Si cela dure, prévenez la personne qui gère Relais."],
        )
    }
}

/// « Numéro de la demande, pour l’assistance : … ».
pub fn request(request_id: &str) -> String {
    format!("Numéro de la demande, pour l’assistance : {request_id}")
}
