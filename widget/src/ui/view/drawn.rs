//! Views as they are on the page, and how they follow what changes.

use std::{borrow::Cow, mem};

use leptos::{
    prelude::*,
    tachys::{
        renderer::{Rndr, types},
        view::{Mountable, Render},
    },
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Event, Node};

use super::{Action, Attribute, Content, Element, Kind, Value, View};

const SVG: &str = "http://www.w3.org/2000/svg";

/// A view on the page.
pub(crate) enum Drawn {
    /// A comment, which holds the place.
    Nothing(Node),
    Text(Node, Cow<'static, str>),
    Element(Box<DrawnElement>),
    /// With a comment at the end, which holds the place of an empty one.
    List(Vec<Drawn>, Node),
    Live(Live),
}

/// What changes. All that it drew goes when it goes.
///
/// Left to itself, an effect that goes away leaves what it drew to its task, which lets go of it when it is next woken. The
/// effects in there may be woken before, and would read what the screen that went away has taken with it.
pub(crate) struct Live(RenderEffect<Drawn>);

impl Drop for Live {
    fn drop(&mut self) {
        drop(self.0.take_value());
    }
}

pub(crate) struct DrawnElement {
    node: types::Element,
    tag: &'static str,
    key: Cow<'static, str>,
    attributes: Vec<DrawnAttribute>,
    listeners: Vec<Listener>,
    children: Vec<Drawn>,
}

struct DrawnAttribute {
    name: &'static str,
    state: State,
}

enum State {
    Fixed(Value),
    Live(RenderEffect<Value>),
}

/// Something that listens to an element, for as long as it is kept.
struct Listener {
    node: types::Element,
    event: &'static str,
    action: Closure<dyn FnMut(Event)>,
}

impl Render for View {
    type State = Drawn;

    fn build(self) -> Drawn {
        match self.0.map(|kind| *kind) {
            None => Drawn::Nothing(placeholder()),
            Some(Kind::Text(text)) => Drawn::Text(Rndr::create_text_node(&text).into(), text),
            Some(Kind::Element(element)) => Drawn::Element(Box::new(element.build())),
            Some(Kind::List(views)) => Drawn::List(views.into_iter().map(Self::build).collect(), placeholder()),
            Some(Kind::Live(draw)) => Drawn::Live(Live(RenderEffect::new(move |drawn: Option<Drawn>| {
                let view = draw();
                match drawn {
                    None => view.build(),
                    Some(mut drawn) => {
                        view.rebuild(&mut drawn);
                        drawn
                    }
                }
            }))),
        }
    }

    /// Keeps the elements that only say something else: what has the focus keeps it, and what is open stays so.
    fn rebuild(self, drawn: &mut Drawn) {
        match (self.0.map(|kind| *kind), drawn) {
            (None, Drawn::Nothing(_)) => {}
            (Some(Kind::Text(text)), Drawn::Text(node, shown)) => {
                if text != *shown {
                    node.set_node_value(Some(&text));
                    *shown = text;
                }
            }
            (Some(Kind::Element(element)), Drawn::Element(drawn)) if element.is_like(drawn) => element.rebuild(drawn),
            (Some(Kind::List(views)), Drawn::List(drawn, end)) => {
                for mut left in drawn.drain(views.len().min(drawn.len())..) {
                    left.unmount();
                }
                let mut views = views.into_iter();
                for (drawn, view) in drawn.iter_mut().zip(&mut views) {
                    view.rebuild(drawn);
                }
                for view in views {
                    let mut new = view.build();
                    insert_before(end, &mut new);
                    drawn.push(new);
                }
            }
            (kind, drawn) => {
                let mut old = mem::replace(drawn, Self(kind.map(Box::new)).build());
                old.insert_before_this(drawn);
                old.unmount();
            }
        }
    }
}

impl Mountable for Drawn {
    fn unmount(&mut self) {
        match self {
            Self::Nothing(node) | Self::Text(node, _) => Rndr::remove(node),
            Self::Element(element) => Rndr::remove(&element.node),
            Self::List(items, end) => {
                for item in items {
                    item.unmount();
                }
                Rndr::remove(end);
            }
            Self::Live(Live(effect)) => {
                effect.with_value_mut(Self::unmount);
            }
        }
    }

    fn mount(&mut self, parent: &types::Element, before: Option<&Node>) {
        match self {
            Self::Nothing(node) | Self::Text(node, _) => Rndr::insert_node(parent, node, before),
            Self::Element(element) => Rndr::insert_node(parent, &element.node, before),
            Self::List(items, end) => {
                for item in items {
                    item.mount(parent, before);
                }
                Rndr::insert_node(parent, end, before);
            }
            Self::Live(Live(effect)) => {
                effect.with_value_mut(|drawn| drawn.mount(parent, before));
            }
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self {
            Self::Nothing(node) | Self::Text(node, _) => insert_before(node, child),
            Self::Element(element) => insert_before(&element.node, child),
            Self::List(items, end) => match items.first() {
                Some(first) => first.insert_before_this(child),
                None => insert_before(end, child),
            },
            Self::Live(Live(effect)) => effect.with_value_mut(|drawn| drawn.insert_before_this(child)).unwrap_or_default(),
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        match self {
            Self::Nothing(_) | Self::Text(..) => Vec::new(),
            Self::Element(element) => vec![element.node.clone()],
            Self::List(items, _) => items.iter().flat_map(Self::elements).collect(),
            Self::Live(Live(effect)) => effect.with_value_mut(|drawn| drawn.elements()).unwrap_or_default(),
        }
    }
}

fn placeholder() -> Node {
    Rndr::create_placeholder().into()
}

fn insert_before(node: &Node, child: &mut dyn Mountable) -> bool {
    let parent = node.parent_element();
    if let Some(parent) = &parent {
        child.mount(parent, Some(node));
    }
    parent.is_some()
}

impl Element {
    fn build(self) -> DrawnElement {
        let description = *self.0;
        let node = Rndr::create_element(description.tag, description.is_drawing.then_some(SVG));
        let attributes = description.attributes.into_iter().map(|attribute| attribute.build(&node, None)).collect();
        let listeners = description.listeners.into_iter().map(|(event, action)| Listener::new(&node, event, action)).collect();
        let children = description
            .children
            .into_iter()
            .map(|child| {
                let mut child = child.build();
                child.mount(&node, None);
                child
            })
            .collect();
        if let Some(slot) = description.slot {
            slot.set_value(node.clone().dyn_into().ok());
        }
        DrawnElement { node, tag: description.tag, key: description.key, attributes, listeners, children }
    }

    /// Whether it may take the place of one that is on the page by changing what that one says and does.
    fn is_like(&self, drawn: &DrawnElement) -> bool {
        let description = &*self.0;
        description.tag == drawn.tag
            && description.key == drawn.key
            && description.children.len() == drawn.children.len()
            && description.attributes.iter().map(|attribute| attribute.name).eq(drawn.attributes.iter().map(|attribute| attribute.name))
            && description.listeners.iter().map(|(event, _)| *event).eq(drawn.listeners.iter().map(|listener| listener.event))
    }

    fn rebuild(self, drawn: &mut DrawnElement) {
        let description = *self.0;
        for (attribute, drawn_attribute) in description.attributes.into_iter().zip(&mut drawn.attributes) {
            let before = match &drawn_attribute.state {
                State::Fixed(value) => Some(value.clone()),
                State::Live(effect) => effect.take_value(),
            };
            *drawn_attribute = attribute.build(&drawn.node, before);
        }
        for ((event, action), listener) in description.listeners.into_iter().zip(&mut drawn.listeners) {
            *listener = Listener::new(&drawn.node, event, action);
        }
        for (child, drawn) in description.children.into_iter().zip(&mut drawn.children) {
            child.rebuild(drawn);
        }
        if let Some(slot) = description.slot {
            slot.set_value(drawn.node.clone().dyn_into().ok());
        }
    }
}

impl Attribute {
    /// Sets it on an element, where it was worth something before or was not yet.
    fn build(self, node: &types::Element, before: Option<Value>) -> DrawnAttribute {
        let Self { name, is_property, value } = self;
        let state = if matches!(value.0.as_deref(), Some(Content::Live(_))) {
            let node = node.clone();
            let follow = move |before: Option<Value>| {
                let value = value.read();
                value.set(&node, name, is_property, before.as_ref());
                value
            };
            State::Live(RenderEffect::new_with_value(follow, before))
        } else {
            value.set(node, name, is_property, before.as_ref());
            State::Fixed(value)
        };
        DrawnAttribute { name, state }
    }
}

impl Value {
    /// What it is worth for now.
    fn read(&self) -> Self {
        match self.0.as_deref() {
            Some(Content::Live(read)) => read().read(),
            _ => self.clone(),
        }
    }

    fn set(&self, node: &types::Element, name: &str, is_property: bool, before: Option<&Self>) {
        match (self.0.as_deref(), before.map(|before| before.0.as_deref())) {
            (None, Some(None)) => {}
            (Some(Content::Flag(flag)), Some(Some(Content::Flag(before)))) if flag == before => {}
            (Some(Content::Text(text)), Some(Some(Content::Text(before)))) if text == before => {}
            (Some(Content::Flag(flag)), _) if is_property => Rndr::set_property(node, name, &JsValue::from_bool(*flag)),
            (Some(Content::Text(text)), _) if is_property => Rndr::set_property(node, name, &JsValue::from_str(text)),
            (Some(Content::Text(text)), _) => Rndr::set_attribute(node, name, text),
            (Some(Content::Flag(true)), _) => Rndr::set_attribute(node, name, ""),
            (_, None) => {}
            (_, Some(_)) => Rndr::remove_attribute(node, name),
        }
    }
}

impl Listener {
    fn new(node: &types::Element, event: &'static str, action: Action) -> Self {
        let action = Closure::wrap(action);
        // Refuses no listener.
        let _ = node.add_event_listener_with_callback(event, action.as_ref().unchecked_ref());
        Self { node: node.clone(), event, action }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.node.remove_event_listener_with_callback(self.event, self.action.as_ref().unchecked_ref());
    }
}
