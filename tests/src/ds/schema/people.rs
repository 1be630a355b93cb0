//! People and bodies: who applies, who examines, who answers.

use async_graphql::{ID, Interface, SimpleObject};

use super::places::Address;
use super::scalars::{BigInt, IsoDate};
use crate::ds::vocabulary::{Civilite, EtatAdministratif, TypeOrganisme};

/// An account.
#[derive(SimpleObject, Clone, Debug)]
pub struct Profile {
    /// Its address.
    pub email: String,
    /// Its global id.
    pub id: ID,
}

/// The service that answers for a démarche.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Service {
    pub departement: Option<String>,
    pub id: ID,
    pub nom: String,
    pub organisme: String,
    pub siret: Option<String>,
    pub type_organisme: TypeOrganisme,
}

/// An applicant who is a natural person.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct PersonnePhysique {
    pub civilite: Option<Civilite>,
    pub date_de_naissance: Option<IsoDate>,
    pub email: Option<String>,
    pub id: ID,
    pub nom: String,
    pub prenom: String,
}

/// An establishment, as the INSEE describes it.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct PersonneMorale {
    pub address: Address,
    pub association: Option<Association>,
    pub entreprise: Option<Entreprise>,
    pub id: ID,
    pub libelle_naf: String,
    pub libelle_naf2025: Option<String>,
    pub naf: Option<String>,
    pub naf2025: Option<String>,
    pub siege_social: bool,
    pub siret: String,
}

/// An establishment of which nothing but its number is known: the INSEE did not answer.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct PersonneMoraleIncomplete {
    pub id: ID,
    pub siret: String,
}

/// An enterprise.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Entreprise {
    pub capital_social: Option<BigInt>,
    pub code_effectif_entreprise: Option<String>,
    pub date_creation: Option<IsoDate>,
    pub enseigne: Option<String>,
    pub etat_administratif: Option<EtatAdministratif>,
    pub forme_juridique: Option<String>,
    pub forme_juridique_code: Option<String>,
    pub inline_adresse: String,
    pub nom: Option<String>,
    pub nom_commercial: String,
    pub numero_tva_intracommunautaire: Option<String>,
    pub prenom: Option<String>,
    pub raison_sociale: String,
    pub siren: String,
    pub siret_siege_social: String,
}

/// An association.
#[derive(SimpleObject, Clone, Debug)]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Association {
    pub date_creation: Option<IsoDate>,
    pub date_declaration: Option<IsoDate>,
    pub date_publication: Option<IsoDate>,
    pub objet: Option<String>,
    pub rna: String,
    pub titre: String,
}

/// What the national register of associations knows.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(name = "RNA")]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Rna {
    pub address: Option<Address>,
    // A String in the API, where every other id is an ID.
    pub id: String,
    pub title: Option<String>,
}

/// What the national register of foundations knows.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(name = "RNF")]
#[expect(missing_docs, reason = "the API's own words")]
pub struct Rnf {
    pub address: Option<Address>,
    pub id: String,
    pub title: Option<String>,
}

/// Who applies.
#[derive(Interface, Clone, Debug)]
#[graphql(field(name = "id", ty = "&ID"))]
#[expect(clippy::large_enum_variant, reason = "one a dossier, and most of a sample's are of the large kind")]
pub enum Demandeur {
    /// A natural person.
    PersonnePhysique(PersonnePhysique),
    /// An establishment.
    PersonneMorale(PersonneMorale),
    /// An establishment of which only the number is known.
    PersonneMoraleIncomplete(PersonneMoraleIncomplete),
}
