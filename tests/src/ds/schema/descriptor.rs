//! The descriptors of a form, whatever their type.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value as Answer};

use super::champ::bare_word;
use super::declared::{self, Declared, Nested};
use super::file::File;
use super::places::{Departement, Pays, Region};
use crate::ds::clock::global_id;
use crate::ds::samples::places;
use crate::ds::world::form::{Descriptor, Kind};

/// A field of a form.
pub struct ChampDescriptor(Arc<Descriptor>);

/// The fields of a form.
pub fn descriptors(fields: &[Arc<Descriptor>]) -> Vec<ChampDescriptor> {
    fields.iter().cloned().map(ChampDescriptor).collect()
}

impl ChampDescriptor {
    fn children(&self) -> Option<Vec<ChampDescriptor>> {
        (self.0.kind == Kind::Repetition).then(|| descriptors(&self.0.children))
    }
}

impl Declared for ChampDescriptor {
    const INTERFACE: &'static str = "ChampDescriptor";

    fn typename(&self) -> &'static str {
        self.0.kind.descriptor_type()
    }

    fn leaf(&self, name: &str) -> Option<Answer> {
        let field = &self.0;
        Some(match name {
            "description" => field.description.clone().map_or(Answer::Null, Answer::String),
            "id" => Answer::String(global_id("Champ", field.id)),
            "label" => Answer::String(field.label.clone()),
            "required" => Answer::Boolean(field.required),
            "type" => bare_word(field.kind.type_de_champ()),
            "birthdate" => Answer::Boolean(field.label.contains("naissance")),
            "level" => Answer::from(field.level),
            "otherOption" => Answer::Boolean(field.other),
            "collapsibleExplanationEnabled" => Answer::Boolean(false),
            "collapsibleExplanationText" | "fileTemplate" => Answer::Null,
            "options" if matches!(field.kind, Kind::Departement | Kind::Pays | Kind::Region) => {
                return None;
            }
            "options" => Answer::List(field.options.iter().cloned().map(Answer::String).collect()),
            _ => return None,
        })
    }

    fn nested<'a>(&'a self, context: &'a Context<'a>) -> Nested<'a> {
        Box::pin(async move {
            let set = context.with_selection_set(&context.item.node.selection_set);
            match (context.item.node.name.node.as_str(), self.0.kind) {
                ("champDescriptors", _) => OutputType::resolve(&self.children(), &set, context.item).await,
                ("options", Kind::Departement) => {
                    let all: Vec<Departement> = places::DEPARTEMENTS.iter().map(|known| places::departement(*known)).collect();
                    OutputType::resolve(&all, &set, context.item).await
                }
                ("options", Kind::Region) => {
                    let all: Vec<Region> = places::REGIONS.iter().map(|known| places::region(*known)).collect();
                    OutputType::resolve(&all, &set, context.item).await
                }
                ("options", Kind::Pays) => {
                    let all: Vec<Pays> = places::COUNTRIES.iter().map(|known| places::country(*known)).collect();
                    OutputType::resolve(&all, &set, context.item).await
                }
                _ => Err(declared::unanswered(self, context)),
            }
        })
    }
}

impl OutputType for ChampDescriptor {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(Self::INTERFACE)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        if !registry.types.contains_key(Self::INTERFACE) {
            declared::register(registry, include_str!("descriptors.graphql"));
            Departement::create_type_info(registry);
            Pays::create_type_info(registry);
            Region::create_type_info(registry);
            File::create_type_info(registry);
        }
        Self::qualified_type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.typename())
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Answer> {
        declared::resolve(self, context).await
    }
}
