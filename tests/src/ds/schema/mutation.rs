//! Changes that a bearer may ask for. Relais asks for one, to learn whether its token may write, and for no change.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::{Call, not_found};

/// The root of mutations.
#[derive(Debug)]
pub struct Mutation;

/// What is to be archived, and by whom.
#[expect(clippy::struct_field_names, reason = "they are those of DS")]
#[derive(Debug, InputObject)]
pub struct DossierArchiverInput {
    client_mutation_id: Option<String>,
    /// Dossier ID
    dossier_id: ID,
    /// Instructeur qui prend la décision sur le dossier.
    instructeur_id: ID,
}

/// Why it was refused.
#[derive(Clone, Debug, SimpleObject)]
pub struct ValidationError {
    /// A description of the error
    message: String,
}

/// What became of it.
#[derive(Clone, Debug, SimpleObject)]
pub struct DossierArchiverPayload {
    client_mutation_id: Option<String>,
    errors: Option<Vec<ValidationError>>,
}

/// The root of mutations.
#[Object]
#[expect(clippy::unused_async, reason = "a resolver is async")]
impl Mutation {
    /// The token's right is looked at before anything else. The sample archives nothing: its dossiers have other ids.
    async fn dossier_archiver(&self, context: &Context<'_>, input: DossierArchiverInput) -> Result<Option<DossierArchiverPayload>> {
        let DossierArchiverInput { client_mutation_id, dossier_id: _, instructeur_id: _ } = input;
        if Call::of(context)?.writes {
            return Err(not_found("Dossier"));
        }
        let message = "Le jeton utilisé est configuré seulement en lecture".to_owned();
        Ok(Some(DossierArchiverPayload { client_mutation_id, errors: Some(vec![ValidationError { message }]) }))
    }
}
