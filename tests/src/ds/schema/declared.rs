//! Families of types that are declared in GraphQL and answered by one Rust type.
//!
//! The two large interfaces, champs and descriptors, have 28 and 43 types that differ by a field or two, and a page reads
//! thousands of them. Derived, each would be a type of its own and each field of each a boxed future; here a family is
//! one type, whose plain fields are answered on the spot.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use async_graphql::indexmap::{IndexMap, IndexSet};
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{EnumType, Field, FieldDefinition, FragmentDefinition, Selection, SelectionSet, TypeKind, TypeSystemDefinition};
use async_graphql::registry::{Deprecation, MetaEnumValue, MetaField, MetaType, Registry};
use async_graphql::{CacheControl, Context, ContextSelectionSet, Name, Positioned, ServerError, ServerResult, Value};

/// What a nested field resolves to.
pub type Nested<'a> = Pin<Box<dyn Future<Output = ServerResult<Value>> + Send + 'a>>;

/// A value of one of the types of a family.
pub trait Declared: Send + Sync {
    /// The interface of the family.
    const INTERFACE: &'static str;

    /// The type of this value.
    fn typename(&self) -> &'static str;

    /// The value of a field without fields of its own; none if it has some, or is not known.
    fn leaf(&self, name: &str) -> Option<Value>;

    /// The value of a field with fields of its own.
    fn nested<'a>(&'a self, context: &'a Context<'a>) -> Nested<'a>;
}

/// Resolves a value of a family.
pub async fn resolve<T: Declared>(value: &T, context: &ContextSelectionSet<'_>) -> ServerResult<Value> {
    let mut fields = Vec::new();
    collect(value, &context.item.node, &context.query_env.fragments, &mut fields);
    let mut object: IndexMap<Name, Value> = IndexMap::with_capacity(fields.len());
    for field in fields {
        let key = &field.node.response_key().node;
        let name = field.node.name.node.as_str();
        let resolved = if name == "__typename" {
            Value::from(value.typename())
        } else if let Some(leaf) = value.leaf(name) {
            leaf
        } else {
            value.nested(&context.with_field(field)).await?
        };
        match object.get_mut(key) {
            None => {
                object.insert(key.clone(), resolved);
            }
            Some(known) => merge(known, resolved),
        }
    }
    Ok(Value::Object(object))
}

/// Adds what a second selection of the same field brings.
fn merge(known: &mut Value, more: Value) {
    match (known, more) {
        (Value::Object(known), Value::Object(more)) => {
            for (key, value) in more {
                match known.get_mut(&key) {
                    None => {
                        known.insert(key, value);
                    }
                    Some(known) => merge(known, value),
                }
            }
        }
        (Value::List(known), Value::List(more)) => {
            for (known, more) in known.iter_mut().zip(more) {
                merge(known, more);
            }
        }
        _ => {}
    }
}

/// The error of a field that a family declares and does not answer.
pub fn unanswered<T: Declared>(value: &T, context: &Context<'_>) -> ServerError {
    let name = &context.item.node.name.node;
    ServerError::new(format!("{}.{name} is declared and not answered", value.typename()), Some(context.item.pos))
}

fn collect<'a, T: Declared>(
    value: &T,
    set: &'a SelectionSet,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    fields: &mut Vec<&'a Positioned<Field>>,
) {
    let applies = |condition: &str| condition == value.typename() || condition == T::INTERFACE;
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => fields.push(field),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node)
                    && applies(fragment.node.type_condition.node.on.node.as_str())
                {
                    collect(value, &fragment.node.selection_set.node, fragments, fields);
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                if condition.is_none_or(|condition| applies(condition.node.on.node.as_str())) {
                    collect(value, &fragment.node.selection_set.node, fragments, fields);
                }
            }
        }
    }
}

/// Enters the types of a declaration in the schema. Each type of the interface gets its fields besides its own.
pub fn register(registry: &mut Registry, declaration: &str) {
    let Ok(document) = parse_schema(declaration) else {
        // The text is part of the program: a test reads the schema it gives.
        unreachable!("the declaration is not GraphQL")
    };
    let definitions = || {
        document.definitions.iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(&definition.node),
            _ => None,
        })
    };
    let mut common = IndexMap::new();
    let mut possible_types = IndexSet::new();
    let mut interface = String::new();
    for definition in definitions() {
        match &definition.kind {
            TypeKind::Interface(kind) => {
                interface = definition.name.node.to_string();
                common = fields(&kind.fields);
            }
            TypeKind::Object(_) => {
                possible_types.insert(definition.name.node.to_string());
            }
            _ => {}
        }
    }
    for definition in definitions() {
        let name = definition.name.node.to_string();
        let meta = match &definition.kind {
            TypeKind::Interface(_) => MetaType::Interface {
                name: name.clone(),
                description: None,
                fields: common.clone(),
                possible_types: possible_types.clone(),
                extends: false,
                keys: None,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: None,
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            },
            TypeKind::Object(kind) => {
                registry.add_implements(&name, &interface);
                let mut all = common.clone();
                all.extend(fields(&kind.fields));
                object(&name, all)
            }
            TypeKind::Enum(kind) => enumeration(&name, kind),
            _ => continue,
        };
        registry.types.insert(name, meta);
    }
}

fn object(name: &str, fields: IndexMap<String, MetaField>) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: None,
        fields,
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn enumeration(name: &str, kind: &EnumType) -> MetaType {
    let value = |name: String| MetaEnumValue {
        name,
        description: None,
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    let names = kind.values.iter().map(|known| known.node.value.node.to_string());
    MetaType::Enum {
        name: name.to_owned(),
        description: None,
        enum_values: names.map(|name| (name.clone(), value(name))).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn fields(definitions: &[Positioned<FieldDefinition>]) -> IndexMap<String, MetaField> {
    let field = |definition: &FieldDefinition| {
        let deprecated = definition.directives.iter().any(|directive| directive.node.name.node == "deprecated");
        MetaField {
            name: definition.name.node.to_string(),
            description: None,
            args: IndexMap::new(),
            ty: definition.ty.node.to_string(),
            deprecation: if deprecated { Deprecation::Deprecated { reason: None } } else { Deprecation::NoDeprecated },
            cache_control: CacheControl::default(),
            external: false,
            requires: None,
            provides: None,
            visible: None,
            shareable: false,
            inaccessible: false,
            tags: Vec::new(),
            override_from: None,
            compute_complexity: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    };
    definitions.iter().map(|definition| (definition.node.name.node.to_string(), field(&definition.node))).collect()
}
