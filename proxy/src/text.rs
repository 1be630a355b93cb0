//! Every French sentence that an answer can hold: what happened and what is intact, then what to do.

use std::borrow::Cow;

use relais_engine::{
    Timestamp,
    ds::{Holder, SourceErrorCode as Code},
    words,
};

/// What a person reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sentences {
    /// What happened, and what is intact.
    pub message: Cow<'static, str>,
    /// What to do.
    pub help: Cow<'static, str>,
}

const fn say(message: &'static str, help: &'static str) -> Sentences {
    Sentences { message: Cow::Borrowed(message), help: Cow::Borrowed(help) }
}

/// The sentences of a code, when nothing more is known.
pub(crate) const fn of(code: Code) -> Sentences {
    match code {
        Code::TokenExpired => say(
            "Le jeton de votre équipe a expiré. Votre document et vos réglages sont intacts.",
            "Les synchronisations reprendront dès qu’un nouveau jeton sera déposé, sans rien reconfigurer.",
        ),
        Code::TokenRefused => say(
            "Démarches Simplifiées ne reconnaît pas le jeton de votre équipe. Votre document n’a pas changé.",
            "Le jeton a pu être supprimé : un administrateur de la démarche peut en créer un nouveau.",
        ),
        Code::AddressRefused => say(
            "Démarches Simplifiées refuse ce jeton depuis le serveur de Relais. Votre document n’a pas changé.",
            "Ajoutez l’adresse du serveur de Relais aux adresses autorisées du jeton, puis réessayez.",
        ),
        Code::DemarcheRefused => say(
            "Les jetons de votre équipe ne permettent pas de lire cette démarche. Votre document n’a pas changé.",
            "Un administrateur de cette démarche peut créer un jeton qui l’autorise.",
        ),
        Code::NotFound => say(
            "Aucune démarche et aucun dossier ne portent ce numéro. Votre document n’a pas changé.",
            "Le numéro d’une démarche se lit dans son adresse, après « procedures ».",
        ),
        Code::Timeout => say(
            "Démarches Simplifiées a mis trop de temps à répondre. Votre document est intact.",
            "Réessayez dans quelques minutes. Si cela dure, la démarche est peut-être en cours de traitement chez Démarches Simplifiées.",
        ),
        Code::RateLimited => say(
            "Démarches Simplifiées limite le nombre de demandes. Ce qui est déjà écrit est complet.",
            "La suite reprend d’elle-même à l’heure indiquée.",
        ),
        Code::DsUnavailable => {
            say("Démarches Simplifiées ne répond pas. Vos tables et vos réglages sont intacts.", "Réessayez dans quelques minutes.")
        }
        Code::DsFailed => say(
            "Démarches Simplifiées n’a pas pu traiter la demande. Vos tables et vos réglages sont intacts.",
            "Réessayez. Si cela dure, donnez le numéro de la demande à la personne qui administre Relais.",
        ),
        Code::InvalidAnswer => say(
            "La réponse de Démarches Simplifiées est illisible ou incomplète. Vos tables et vos réglages sont intacts.",
            "Réessayez dans quelques minutes : une maintenance est peut-être en cours.",
        ),
        Code::AnswerTooLarge => say(
            "La réponse de Démarches Simplifiées est trop volumineuse. Vos tables et vos réglages sont intacts.",
            "Choisissez moins de champs, ou laissez de côté les cartes et les pièces justificatives.",
        ),
        Code::FileExpired => say(
            "L’adresse de ce fichier a expiré, ou le fichier a été retiré. La cellule n’a pas changé.",
            "Synchronisez de nouveau : Démarches Simplifiées donne une nouvelle adresse à chaque lecture, valable une heure.",
        ),
        Code::FileRefused => say(
            "Ce fichier n’est pas à une adresse que Relais peut lire. La cellule n’a pas changé.",
            "Donnez le numéro de la demande à la personne qui administre Relais : l’hôte des fichiers est un de ses réglages.",
        ),
        Code::FileTooLarge => say(
            "Ce fichier est plus lourd que ce que Relais transmet. La cellule n’a pas changé.",
            "Ouvrez-le depuis le dossier, dans Démarches Simplifiées.",
        ),
        Code::Unsupported => say(
            "Cette version de Démarches Simplifiées ne connaît pas ce qui lui est demandé. Votre document n’a pas changé.",
            "Donnez le numéro de la demande à la personne qui administre Relais.",
        ),
        Code::SessionExpired => {
            say("Votre session avec Relais est terminée. Votre document n’a pas changé.", "Rechargez la page pour en ouvrir une autre.")
        }
        Code::GristRefused => say(
            "Grist ne confirme pas que vous pouvez modifier ce document. Rien n’a été lu ni écrit.",
            "Rechargez la page. Si cela dure, demandez à un propriétaire du document le rôle « Éditeur ».",
        ),
        Code::DocumentUnknown => say(
            "Ce document n’est rattaché à aucune équipe. Rien n’a été lu ni écrit.",
            "Donnez l’adresse de ce document à la personne qui administre Relais : elle pourra le rattacher à votre équipe.",
        ),
        Code::DemarcheForbidden => say(
            "Cette démarche ne fait pas partie de celles de votre équipe. Votre document n’a pas changé.",
            "Demandez à la personne qui administre Relais de l’ajouter à votre équipe.",
        ),
        Code::OwnersOnly => say(
            "Seul un propriétaire de ce document peut faire cela. Rien n’a changé.",
            "Demandez-le à un propriétaire du document : Grist dit qui ils sont, sous « Gérer les utilisateurs ».",
        ),
        Code::TeamExists => say(
            "Ce document fait déjà partie d’une équipe. Rien n’a changé.",
            "Pour en changer, il doit d’abord quitter la sienne, à l’écran « Équipe ».",
        ),
        Code::TeamDeclared => say(
            "Cette équipe est tenue par la personne qui administre Relais. Rien n’a changé.",
            "Demandez-lui ce changement : elle seule peut le faire.",
        ),
        Code::EnrolmentClosed => say(
            "Sur ce serveur, les équipes sont tenues par la personne qui administre Relais. Rien n’a changé.",
            "Donnez-lui l’adresse de ce document : elle pourra le rattacher à votre équipe.",
        ),
        Code::InvitationRefused => say(
            "Ce code d’invitation n’est pas valable. Rien n’a changé.",
            "Vérifiez-le, ou demandez-en un autre : un code sert une fois, et pendant deux jours.",
        ),
        Code::LastDocument => say(
            "Ce document est le dernier de l’équipe : elle prendrait fin avec lui. Rien n’a changé.",
            "Confirmez pour mettre fin à l’équipe et supprimer ses jetons, ou confiez-la d’abord à un autre document.",
        ),
        Code::DemarcheTaken => say(
            "Un autre jeton de l’équipe lit déjà une de ces démarches. Rien n’a changé.",
            "Retirez-la de l’un des deux jetons, ou remplacez le jeton qui la lit.",
        ),
        Code::TooMany => say("Votre équipe en a déjà autant qu’il est possible. Rien n’a changé.", "Retirez-en d’abord."),
        Code::TemplateUnknown => say(
            "Ce modèle n’existe pas, ou n’est plus partagé avec votre équipe. Rien n’a changé.",
            "Choisissez-en un autre, ou demandez à l’équipe qui l’a fait de le partager de nouveau.",
        ),
        Code::TemplateRefused => {
            say("Ce fichier n’est pas un modèle que Relais peut lire. Rien n’a changé.", "Exportez-le de nouveau depuis l’écran « Modèles ».")
        }
        Code::Changed => say(
            "Quelqu’un d’autre a fait un changement entre-temps. Le vôtre n’a pas été enregistré.",
            "La page montre maintenant le dernier état : vérifiez-le, puis recommencez s’il le faut.",
        ),
        Code::LeaseHeld => {
            say("Quelqu’un synchronise déjà cette démarche. Rien n’a été lancé une seconde fois.", "Vous pourrez le faire dès que ce sera terminé.")
        }
        Code::BadRequest => say(
            "Relais n’a pas compris la demande de cette page. Votre document n’a pas changé.",
            "Rechargez la page : elle date peut-être d’une version précédente de Relais.",
        ),
        Code::ProxyUnavailable => {
            say("Le serveur de Relais est momentanément saturé. Votre document est intact.", "Réessayez dans quelques instants.")
        }
        Code::Internal => say(
            "Relais a rencontré une erreur inattendue. Ce qui est déjà écrit dans le document est complet.",
            "Réessayez. Si cela dure, donnez le numéro de la demande à la personne qui administre Relais.",
        ),
    }
}

/// The sentences of a code, about a file.
pub(crate) const fn of_file(code: Code) -> Sentences {
    match code {
        Code::Timeout => say("Ce fichier met trop de temps à arriver. La cellule n’a pas changé.", "Réessayez dans quelques minutes."),
        Code::DsUnavailable | Code::DsFailed => say(
            "Le serveur de fichiers de Démarches Simplifiées ne répond pas. La cellule n’a pas changé.",
            "Réessayez dans quelques minutes. Si cela dure, donnez le numéro de la demande à la personne qui administre Relais.",
        ),
        Code::InvalidAnswer => say(
            "Ce fichier n’est pas arrivé entier, ou n’a pas la taille annoncée par Démarches Simplifiées. La cellule n’a pas changé.",
            "Synchronisez de nouveau. Si cela dure, ouvrez-le depuis le dossier, dans Démarches Simplifiées.",
        ),
        _ => of(code),
    }
}

/// A viewer, or a token for reading only.
pub(crate) const NOT_EDITOR: Sentences = say(
    "Vous consultez ce document en lecture seule. Rien n’a été lu ni écrit.",
    "Pour synchroniser, demandez à un propriétaire du document le rôle « Éditeur ».",
);

/// A copy of a document that Grist keeps apart until it is saved.
pub(crate) const FORK: Sentences = say(
    "Ce document est une copie non enregistrée. Rien n’a été lu ni écrit.",
    "Ouvrez le document d’origine, ou enregistrez cette copie puis faites-la rattacher à votre équipe.",
);

/// The origin is not in the configuration.
pub(crate) const ORIGIN_UNKNOWN: Sentences =
    say("Relais n’est pas ouvert à ce Grist. Rien n’a été lu ni écrit.", "Donnez l’adresse de ce document à la personne qui administre Relais.");

/// Grist itself does not answer.
pub(crate) const GRIST_SILENT: Sentences =
    say("Grist ne répond pas au serveur de Relais. Rien n’a été lu ni écrit.", "Réessayez dans quelques minutes.");

/// The database does not answer.
pub(crate) const STORE_SILENT: Sentences = say(
    "Le serveur de Relais n’accède pas à ses propres données en ce moment. Rien n’a changé, et votre document est intact.",
    "Réessayez dans quelques minutes. Si cela dure, donnez le numéro de la demande à la personne qui administre Relais.",
);

/// The token is there, and its key is not.
pub(crate) const SEALED: Sentences = say(
    "Le serveur de Relais ne peut plus ouvrir le jeton de votre équipe : la clé qui l’a scellé lui manque. Votre document n’a pas changé.",
    "Prévenez la personne qui administre Relais : elle peut remettre cette clé. Si elle est perdue, déposez le jeton de nouveau, à l’écran « Équipe ».",
);

/// Nobody joins by a code.
pub(crate) const NO_INVITATIONS: Sentences = say(
    "Sur ce serveur, aucun document ne rejoint une équipe avec un code. Rien n’a changé.",
    "Demandez à la personne qui administre Relais d’ouvrir les invitations : c’est un de ses réglages.",
);

/// A team is created with a code of the operator's, and none was given.
pub(crate) const OPENING_NEEDED: Sentences = say(
    "Sur ce serveur, une équipe se crée avec un code que donne la personne qui administre Relais. Rien n’a changé.",
    "Demandez-lui un code, ou rejoignez une équipe qui vous invite.",
);

/// The code for it is none, or no longer.
pub(crate) const OPENING_REFUSED: Sentences = say(
    "Ce code ne permet pas de créer une équipe. Rien n’a changé.",
    "Vérifiez-le, ou demandez-en un autre à la personne qui administre Relais : un code sert une fois, et pour une durée limitée.",
);

/// One person or one address asks too much.
pub(crate) const TOO_MANY: Sentences = say(
    "Trop de demandes sont parties d’ici en peu de temps. Ce qui est déjà écrit est complet.",
    "La suite reprend d’elle-même à l’heure indiquée.",
);

/// The queue for the token is long.
pub(crate) const BUSY: Sentences = say(
    "D’autres synchronisations de votre équipe occupent Démarches Simplifiées. Ce qui est déjà écrit est complet.",
    "La suite reprend d’elle-même à l’heure indiquée.",
);

/// One person takes many files at once.
pub(crate) const FILES_AT_ONCE: Sentences = say(
    "Vous recevez déjà plusieurs fichiers à la fois. Ceux qui sont déjà dans le document y restent.",
    "La suite reprend d’elle-même à l’heure indiquée.",
);

/// Everybody takes many files at once.
pub(crate) const FILES_IN_ALL: Sentences = say(
    "Relais transmet déjà beaucoup de fichiers. Ceux qui sont déjà dans le document y restent.",
    "La suite reprend d’elle-même à l’heure indiquée.",
);

/// A dossier of another démarche than the one that was asked for.
pub(crate) const OTHER_DEMARCHE: Sentences =
    say("Ce dossier n’appartient pas à cette démarche. Votre document n’a pas changé.", "Vérifiez le numéro du dossier dans Démarches Simplifiées.");

/// DS names, or the operator has named, the address that the token must list.
pub(crate) fn address_refused(address: &str) -> Sentences {
    let known = of(Code::AddressRefused);
    Sentences { help: format!("Ajoutez l’adresse {address} aux adresses autorisées du jeton, puis réessayez.").into(), ..known }
}

/// Who runs a connexion, and when that ends should their page have been closed.
pub(crate) fn lease_held(Holder { user, since }: Holder, until: Timestamp) -> Sentences {
    let since = words::time(since);
    Sentences {
        message: format!("Utilisateur n° {user} synchronise déjà cette démarche depuis {since}. Rien n’a été lancé une seconde fois.").into(),
        help: format!("Vous pourrez le faire dès que ce sera terminé ; si cette page a été fermée, à {}.", words::time(until)).into(),
    }
}

/// A name that is none.
pub(crate) const NAME: Sentences = say("Ce nom ne convient pas. Rien n’a changé.", "Donnez un nom d’une ligne, de cent caractères au plus.");

/// What was given for a token cannot be one.
pub(crate) const TOKEN: Sentences = say(
    "Ce n’est pas un jeton de Démarches Simplifiées. Rien n’a changé.",
    "Copiez-le en entier, sans espace ni retour à la ligne, tel que Démarches Simplifiées l’a montré à sa création.",
);

/// No démarche, or too many for one token.
pub(crate) const DEMARCHES: Sentences =
    say("Donnez de un à cent numéros de démarches. Rien n’a changé.", "Le numéro d’une démarche se lit dans son adresse, après « procedures ».");

/// Not a day.
pub(crate) const DAY: Sentences =
    say("Cette échéance n’est pas une date. Rien n’a changé.", "Donnez le jour indiqué par Démarches Simplifiées à la création du jeton.");

/// The page for when the widget was not built with the server.
pub(crate) const NO_WIDGET: &str = "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Relais</title>\
    <p>Ce serveur de Relais a été construit sans son widget. Votre document n’a pas changé.</p>\
    <p>Donnez ce message à la personne qui administre Relais : construire le widget avec Trunk, puis le serveur.</p></html>";

/// The first line of the trail's file.
pub(crate) const AUDIT_HEADER: &str = "Début;Fin;Document;Grist;Utilisateur n°;Démarche;Lecture;Demandes;Dossiers";

/// The name of the widget in Grist's gallery.
pub(crate) const WIDGET_NAME: &str = "Démarches Simplifiées (Relais)";

/// Its description there.
pub(crate) const WIDGET_DESCRIPTION: &str =
    "Importe les dossiers d’une démarche dans ce document, avec les champs de votre choix, et les tient à jour.";
