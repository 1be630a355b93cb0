//! The words that generated dossiers are made of. Every person, association and address is invented.

/// Family names.
pub const LAST_NAMES: &[&str] = &[
    "Martin",
    "Bernard",
    "Dubois",
    "Lefèvre",
    "Moreau",
    "Girard",
    "Le Goff",
    "N’Diaye",
    "Benali",
    "Da Silva",
    "Nguyen",
    "Fontaine",
    "Rousseau",
    "Chevalier",
    "Gauthier",
    "Perrin",
    "Morvan",
    "Diallo",
    "Haddad",
    "Schmitt",
    "Lemaître",
    "Boyer",
    "Roche",
    "Vidal",
    "Renaud",
    "Picard",
    "Œuvrard",
    "d’Almeida",
    "Barbier",
    "Caron",
];

/// First names of women.
pub const WOMEN: &[&str] =
    &["Camille", "Inès", "Zoé", "Fatou", "Anne-Laure", "Hélène", "Maëlle", "Léa", "Chloé", "Aïcha", "Solène", "Jeanne", "Nadia", "Élodie", "Lucie"];

/// First names of men.
pub const MEN: &[&str] = &[
    "Louis",
    "Mehdi",
    "Théo",
    "Jean-Baptiste",
    "Ousmane",
    "François",
    "Raphaël",
    "Noël",
    "Yann",
    "Karim",
    "Étienne",
    "Hugo",
    "Paul",
    "Gaël",
    "Léon",
];

/// Beginnings of associations' names.
pub const ASSOCIATION_KINDS: &[&str] = &[
    "Les Amis",
    "Le Comité des fêtes",
    "La Compagnie",
    "L’Atelier",
    "Le Foyer rural",
    "L’Amicale",
    "Le Collectif",
    "L’Entraide",
    "L’École de musique",
    "Le Club nautique",
];

/// Ends of associations' names.
pub const ASSOCIATION_NAMES: &[&str] = &[
    "du Val d’Orme",
    "de la Grande Prairie",
    "des Trois Moulins",
    "du Pays de Sauldre",
    "de la Rive",
    "des Tilleuls",
    "du Vieux Pressoir",
    "des Quatre Vents",
    "de l’Œuvre laïque",
    "des Hautes Terres",
];

/// Projects.
pub const PROJECTS: &[&str] = &[
    "Festival de théâtre de rue",
    "Accompagnement scolaire des collégiens",
    "Rénovation de la salle des fêtes",
    "Jardin partagé du quartier",
    "Initiation à la voile pour tous",
    "Café associatif itinérant",
    "Atelier de réparation de vélos",
    "Chantier de jeunes bénévoles",
    "Portage de repas et de livres",
    "Sauvegarde du lavoir communal",
    "Orchestre des écoles",
    "Permanences d’accès au numérique",
];

/// Sentences.
pub const SENTENCES: &[&str] = &[
    "Le projet s’adresse en priorité aux habitants des communes de moins de 2 000 habitants.",
    "Les ateliers se tiendront chaque mercredi après-midi, hors vacances scolaires.",
    "Une convention a été signée avec la commune pour la mise à disposition des locaux.",
    "Le budget prévisionnel a été présenté en assemblée générale.",
    "Nous avons accueilli 120 personnes l’an passé, dont une moitié de nouveaux adhérents.",
    "L’achat du matériel représente la part la plus importante de la dépense.",
    "Deux bénévoles formés encadreront chaque séance.",
    "Un bilan sera remis au service instructeur à la fin de l’année.",
    "Les travaux commenceront après l’accord de l’architecte des Bâtiments de France.",
    "La participation demandée aux familles est calculée selon le quotient familial.",
];

/// Messages from instructeurs.
pub const REQUESTS: &[&str] = &[
    "<p>Bonjour,</p><p>Merci de joindre le dernier procès-verbal d’assemblée générale.</p>",
    "<p>Bonjour,</p><p>Le budget prévisionnel n’est pas équilibré&nbsp;: pouvez-vous le vérifier&nbsp;?</p>",
    "<p>Votre dossier est complet. Il sera examiné lors de la prochaine commission.</p>",
];

/// Answers from applicants.
pub const REPLIES: &[&str] = &[
    "<p>Bonjour, le document est joint à ce message. Bien cordialement.</p>",
    "<p>C’est corrigé, avec nos excuses.</p>",
    "<p>Merci pour votre retour.</p>",
];

/// Why a dossier was accepted.
pub const GRANTS: &[&str] = &[
    "Projet conforme aux orientations du fonds. Avis favorable de la commission.",
    "Avis favorable, sous réserve de la transmission du bilan de l’année précédente.",
];

/// Why a dossier was refused or closed.
pub const REFUSALS: &[&str] =
    &["L’enveloppe de l’année est épuisée.", "Dépenses engagées avant le dépôt de la demande.", "Demande retirée par le porteur du projet."];

/// Legal forms: their code and name.
pub const LEGAL_FORMS: &[(&str, &str)] = &[
    ("9220", "Association déclarée"),
    ("7210", "Commune et commune nouvelle"),
    ("5499", "Société à responsabilité limitée (sans autre indication)"),
    ("5710", "SAS, société par actions simplifiée"),
];

/// Activities: their code and name.
pub const ACTIVITIES: &[(&str, &str)] = &[
    ("9499Z", "Autres organisations fonctionnant par adhésion volontaire"),
    ("8411Z", "Administration publique générale"),
    ("9001Z", "Arts du spectacle vivant"),
    ("4120A", "Construction de maisons individuelles"),
];

/// Names of files.
pub const FILES: &[&str] = &[
    "statuts signés",
    "budget prévisionnel 2025",
    "RIB",
    "procès-verbal d’AG",
    "devis n° 3",
    "attestation d’assurance",
    "plan de situation",
    "Compte-rendu (version finale)",
];
