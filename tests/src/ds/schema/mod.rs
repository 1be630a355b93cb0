//! The schema: a part of the real one, with the same names and the same meanings.

pub mod champ;
pub mod column;
pub mod connection;
pub mod declared;
pub mod demarche;
pub mod descriptor;
pub mod dossier;
pub mod exchange;
pub mod file;
pub mod mutation;
pub mod people;
pub mod places;
pub mod public;
pub mod scalars;

use async_graphql::{Context, EmptySubscription, Object, Result, Schema};

use super::call::{Call, refusal};
use super::clock::global_id;
use demarche::{Demarche, GroupeInstructeurWithDossiers};
use dossier::Dossier;
use mutation::Mutation;
use public::{DemarcheDescriptor, FindDemarche};

/// The deepest query that the real server runs.
const MAX_DEPTH: usize = 15;

/// The schema with its resolvers.
pub type Api = Schema<Query, Mutation, EmptySubscription>;

/// The root of queries.
#[derive(Debug)]
pub struct Query;

fn not_found(kind: &str) -> async_graphql::Error {
    refusal(format!("{kind} not found"), "not_found")
}

fn hidden(kind: &str) -> async_graphql::Error {
    refusal(format!("An object of type {kind} was hidden due to permissions"), "unauthorized")
}

/// The root of queries.
#[Object]
#[expect(clippy::unused_async, reason = "a resolver is async")]
impl Query {
    async fn demarche(&self, context: &Context<'_>, number: i32) -> Result<Demarche> {
        let call = Call::of(context)?;
        let demarche = call.store.demarche(number).ok_or_else(|| not_found("Demarche"))?;
        if call.scope.reads(number) { Ok(Demarche(demarche)) } else { Err(hidden("Demarche")) }
    }

    async fn demarche_descriptor(&self, context: &Context<'_>, demarche: FindDemarche) -> Result<Option<DemarcheDescriptor>> {
        let call = Call::of(context)?;
        let number = match demarche {
            FindDemarche::Number(number) => Some(number),
            FindDemarche::Id(id) => call.store.demarches().into_iter().find(|number| id.as_str() == global_id("Procedure", number)),
        };
        Ok(number.and_then(|number| call.store.demarche(number)).map(DemarcheDescriptor::new))
    }

    async fn dossier(&self, context: &Context<'_>, number: i32) -> Result<Dossier> {
        let call = Call::of(context)?;
        let (demarche, dossier) = call.store.dossier(number).ok_or_else(|| not_found("Dossier"))?;
        if call.scope.reads(demarche.number) { Ok(Dossier::new(demarche, dossier)) } else { Err(hidden("Dossier")) }
    }

    async fn groupe_instructeur(&self, context: &Context<'_>, number: i32) -> Result<GroupeInstructeurWithDossiers> {
        let call = Call::of(context)?;
        let missing = || not_found("GroupeInstructeurWithDossiers");
        let demarche = call.store.demarche_of_groupe(number).ok_or_else(missing)?;
        if !call.scope.reads(demarche.number) {
            return Err(hidden("GroupeInstructeurWithDossiers"));
        }
        let groupe = demarche.groupe(number).cloned().ok_or_else(missing)?;
        Ok(GroupeInstructeurWithDossiers { demarche, groupe })
    }
}

/// The schema, ready to answer.
pub fn api() -> Api {
    Schema::build(Query, Mutation, EmptySubscription).limit_depth(MAX_DEPTH).disable_suggestions().finish()
}

/// The schema in GraphQL's own language.
pub fn sdl() -> String {
    api().sdl()
}
