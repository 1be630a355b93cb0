//! What the server reads in the text of a query before it runs it.

use std::collections::HashSet;

use async_graphql::parser::types::{BaseType, ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value, Variables};

/// What matters of a query's text.
#[derive(Debug, Default)]
pub(super) struct QueryText {
    /// The types that its fragments name.
    fragments: HashSet<String>,
    /// Whether it has an inline fragment that names no type.
    pub(super) untyped_fragment: bool,
    /// Every field it names, anywhere.
    fields: HashSet<String>,
}

impl QueryText {
    /// Reads a query.
    pub(super) fn of(document: &ExecutableDocument) -> Self {
        let mut text = Self::default();
        for fragment in document.fragments.values() {
            text.fragments.insert(fragment.node.type_condition.node.on.node.to_string());
            text.read(&fragment.node.selection_set.node);
        }
        for (_, operation) in document.operations.iter() {
            text.read(&operation.node.selection_set.node);
        }
        text
    }

    /// Whether a fragment names this type, wherever it is: the real server decides `__typename` by nothing else.
    pub(super) fn has_fragment(&self, type_name: &str) -> bool {
        self.fragments.contains(type_name)
    }

    /// Whether a field of this name is asked for, wherever it is.
    pub(super) fn has_field(&self, name: &str) -> bool {
        self.fields.contains(name)
    }

    fn read(&mut self, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    self.fields.insert(field.node.name.node.to_string());
                    self.read(&field.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
                Selection::InlineFragment(fragment) => {
                    match &fragment.node.type_condition {
                        Some(condition) => {
                            self.fragments.insert(condition.node.on.node.to_string());
                        }
                        None => self.untyped_fragment = true,
                    }
                    self.read(&fragment.node.selection_set.node);
                }
            }
        }
    }
}

/// The operation of a document that a request asks for.
pub(super) fn operation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a Positioned<OperationDefinition>> {
    match name {
        Some(name) => document.operations.iter().find(|(known, _)| known.is_some_and(|known| known.as_str() == name)).map(|(_, operation)| operation),
        None => document.operations.iter().next().map(|(_, operation)| operation),
    }
}

/// Gives the variables that are not sent their default values: async-graphql forgets them in `@include` and `@skip`.
pub(super) fn fill_defaults(operation: &OperationDefinition, variables: &mut Variables) {
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        if let Some(value) = definition.node.default_value()
            && !variables.contains_key(name)
        {
            variables.insert(name.clone(), value.clone());
        }
    }
}

/// The first variable of type `Int` whose value does not fit 32 bits: its name, its type and its value.
pub(super) fn overflow(operation: &OperationDefinition, variables: &Variables) -> Option<(Name, String, Value)> {
    operation.variable_definitions.iter().find_map(|definition| {
        let variable_type = &definition.node.var_type.node;
        let BaseType::Named(base) = &variable_type.base else {
            return None;
        };
        let value = variables.get(&definition.node.name.node)?;
        let Value::Number(number) = value else {
            return None;
        };
        let fits = number.as_i64().is_some_and(|number| i32::try_from(number).is_ok());
        let overflows = base.as_str() == "Int" && !fits;
        overflows.then(|| (definition.node.name.node.clone(), variable_type.to_string(), value.clone()))
    })
}
