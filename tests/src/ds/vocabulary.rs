//! The closed lists of words of the API, which the world and the schema share.

use async_graphql::Enum;

/// The state of a dossier. Drafts are never served.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[graphql(name = "DossierState", rename_items = "snake_case")]
pub enum DossierState {
    /// Filed; the applicant may still change it.
    EnConstruction,
    /// Being examined.
    EnInstruction,
    /// Accepted.
    Accepte,
    /// Refused.
    Refuse,
    /// Closed without a decision.
    SansSuite,
}

impl DossierState {
    /// True for the three states that end an examination.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Accepte | Self::Refuse | Self::SansSuite)
    }
}

/// The state of a démarche.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "DemarcheState", rename_items = "snake_case")]
pub enum DemarcheState {
    /// A draft, for tests.
    Brouillon,
    /// Open to the public.
    Publiee,
    /// Closed.
    Close,
    /// Withdrawn.
    Depubliee,
}

/// Why a dossier is no longer served.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "DeletedDossierReason", rename_items = "snake_case")]
pub enum DeletionReason {
    /// Kept longer than its retention period.
    Expired,
    /// By an instructeur.
    InstructeurRequest,
    /// By an operator of the platform.
    ManagerRequest,
    /// The démarche itself was removed.
    ProcedureRemoved,
    /// The applicant's account expired.
    UserExpired,
    /// The applicant's account was removed.
    UserRemoved,
    /// By the applicant.
    UserRequest,
}

/// Title of a natural person.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "Civilite")]
pub enum Civilite {
    /// Monsieur.
    #[graphql(name = "M")]
    Monsieur,
    /// Madame.
    #[graphql(name = "Mme")]
    Madame,
}

impl Civilite {
    /// What `stringValue` says: not the word of the enumeration.
    pub fn short(self) -> &'static str {
        match self {
            Self::Monsieur => "M.",
            Self::Madame => "Mme",
        }
    }
}

/// Colour of a label, after the palette of the French state's design system.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "LabelColorEnum", rename_items = "snake_case")]
#[expect(missing_docs, reason = "the names of colours say what they are")]
pub enum LabelColor {
    BeigeGrisGalet,
    BlueEcume,
    BrownCafeCreme,
    GreenBourgeon,
    GreenEmeraude,
    GreenMenthe,
    GreenTilleulVerveine,
    PinkMacaron,
    PurpleGlycine,
    YellowTournesol,
}

/// How the applicant signs in.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "ConnectionUsager", rename_items = "snake_case")]
pub enum ConnectionUsager {
    /// The account is gone.
    Deleted,
    /// Through FranceConnect.
    FranceConnect,
    /// With a password.
    Password,
}

/// What an examination went through.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "TraitementEvent", rename_items = "snake_case")]
#[expect(missing_docs, reason = "the names of events say what they are")]
pub enum TraitementEvent {
    Depose,
    PasseEnInstruction,
    RepasseEnConstruction,
    RepasseEnInstruction,
    Accepte,
    Refuse,
    ClasseSansSuite,
}

/// How precise an address is.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "AddressType", rename_items = "snake_case")]
#[expect(missing_docs, reason = "the words of the national address base")]
pub enum AddressType {
    Housenumber,
    Locality,
    Municipality,
    Street,
}

/// Whether an enterprise still exists.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "EntrepriseEtatAdministratif")]
pub enum EtatAdministratif {
    /// In activity.
    #[graphql(name = "Actif")]
    Actif,
    /// Closed.
    #[graphql(name = "Ferme")]
    Ferme,
}

/// Where an area of a map comes from.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "GeoAreaSource", rename_items = "snake_case")]
pub enum GeoAreaSource {
    /// A parcel of the land register.
    Cadastre,
    /// A parcel of the agricultural register.
    Rpg,
    /// Drawn by the applicant.
    SelectionUtilisateur,
}

/// What was asked of the applicant.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "CorrectionReason", rename_items = "snake_case")]
pub enum CorrectionReason {
    /// Something is wrong.
    Incorrect,
    /// Something is missing.
    Incomplete,
    /// Something is out of date.
    Outdated,
}

/// How an identity document was given.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "TitreIdentiteGrantType", rename_items = "snake_case")]
pub enum TitreIdentiteGrantType {
    /// Through FranceConnect.
    FranceConnect,
    /// As a file.
    PieceJustificative,
}

/// What kind of body answers for a démarche.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(name = "TypeOrganisme", rename_items = "snake_case")]
#[expect(missing_docs, reason = "the names of bodies say what they are")]
pub enum TypeOrganisme {
    AdministrationCentrale,
    Association,
    Autre,
    CollectiviteTerritoriale,
    EtablissementEnseignement,
    #[graphql(name = "operateur_d_etat")]
    OperateurDEtat,
    #[graphql(name = "service_deconcentre_de_l_etat")]
    ServiceDeconcentreDeLEtat,
}
