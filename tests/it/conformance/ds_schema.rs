//! The sample DS has nothing that the real one does not: every type, field, argument, enum value and nullability of its
//! schema is found in the newest real schema. What a test passes against the sample, it would pass against DS.

use std::fmt::Write as _;

use apollo_compiler::{
    Node, Schema,
    ast::FieldDefinition,
    collections::IndexMap,
    schema::{Component, ExtendedType},
};

use super::data;

#[test]
fn the_sample_ds_is_a_subset_of_the_real_one() {
    let sample = Schema::parse_and_validate(relais_tests::ds::sdl(), "sample").unwrap_or_else(|error| panic!("{error}"));
    let real = Schema::parse_and_validate(data("ds-schema.graphql"), "real").unwrap_or_else(|error| panic!("{error}"));
    let mut strangers = String::new();
    for (name, ours) in &sample.types {
        if ours.is_built_in() {
            continue;
        }
        let Some(theirs) = real.types.get(name) else {
            writeln!(strangers, "{name}: no such type").unwrap();
            continue;
        };
        match (ours, theirs) {
            (ExtendedType::Object(ours), ExtendedType::Object(theirs)) => {
                compare_fields(name, &ours.fields, &theirs.fields, &mut strangers);
                for interface in ours.implements_interfaces.iter().filter(|interface| !theirs.implements_interfaces.contains(*interface)) {
                    writeln!(strangers, "{name}: does not implement {interface}").unwrap();
                }
            }
            (ExtendedType::Interface(ours), ExtendedType::Interface(theirs)) => compare_fields(name, &ours.fields, &theirs.fields, &mut strangers),
            (ExtendedType::Enum(ours), ExtendedType::Enum(theirs)) => {
                for value in ours.values.keys().filter(|value| !theirs.values.contains_key(*value)) {
                    writeln!(strangers, "{name}: no value {value}").unwrap();
                }
            }
            (ExtendedType::Union(ours), ExtendedType::Union(theirs)) => {
                for member in ours.members.iter().filter(|member| !theirs.members.contains(*member)) {
                    writeln!(strangers, "{name}: no member {member}").unwrap();
                }
            }
            (ExtendedType::InputObject(ours), ExtendedType::InputObject(theirs)) => {
                for (field, ours) in &ours.fields {
                    if theirs.fields.get(field).is_none_or(|theirs| theirs.ty != ours.ty) {
                        writeln!(strangers, "{name}.{field}: {}", ours.ty).unwrap();
                    }
                }
            }
            (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => {}
            _ => writeln!(strangers, "{name}: another kind of type").unwrap(),
        }
    }
    assert!(strangers.is_empty(), "the sample has what the real schema does not:\n{strangers}");
}

type Fields = IndexMap<apollo_compiler::Name, Component<FieldDefinition>>;

fn compare_fields(name: &str, ours: &Fields, theirs: &Fields, strangers: &mut String) {
    for (field, ours) in ours {
        let Some(theirs) = theirs.get(field) else {
            writeln!(strangers, "{name}.{field}: no such field").unwrap();
            continue;
        };
        if ours.ty != theirs.ty {
            writeln!(strangers, "{name}.{field}: {} for {}", ours.ty, theirs.ty).unwrap();
        }
        let find = |arguments: &[Node<apollo_compiler::ast::InputValueDefinition>], name: &str| {
            arguments.iter().find(|argument| argument.name == name).map(|argument| argument.ty.to_string())
        };
        for argument in &ours.arguments {
            let theirs = find(&theirs.arguments, &argument.name);
            if theirs.as_deref() != Some(argument.ty.to_string().as_str()) {
                writeln!(strangers, "{name}.{field}({}): {} for {theirs:?}", argument.name, argument.ty).unwrap();
            }
        }
    }
}
