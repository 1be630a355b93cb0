//! What is seen: elements, texts and lists of them, all of one type.
//!
//! A view of Leptos's macro has the types of all that is in it, and code of its own for each attribute of each element: 300
//! bytes every time. Here one piece of code draws them all. What changes them is Leptos's: its signals, memos and effects.
//!
//! ```text
//! el("p").class("meta").attr("hidden", move || !is_known.get()).child("Lu le ").child(move || date.get())
//! ```

mod drawn;

use std::{borrow::Cow, rc::Rc};

use leptos::prelude::*;
use web_sys::{Event, HtmlElement};

/// Something to draw.
pub(crate) struct View(Option<Box<Kind>>);

enum Kind {
    Text(Cow<'static, str>),
    Element(Element),
    /// One after the other.
    List(Vec<View>),
    /// What changes with the signals that it reads.
    Live(Box<dyn Fn() -> View>),
}

/// What an attribute or a property is worth; none when it is not there.
#[derive(Clone)]
pub(crate) struct Value(Option<Rc<Content>>);

enum Content {
    Text(Cow<'static, str>),
    /// It is there or not.
    Flag(bool),
    /// What changes with the signals that it reads.
    Live(Box<dyn Fn() -> Value>),
}

/// The place of an element that is acted upon; empty until it is drawn.
pub(crate) type Slot = StoredValue<Option<HtmlElement>, LocalStorage>;

/// An empty slot, which goes away with the screen that makes it.
pub(crate) fn slot() -> Slot {
    StoredValue::new_local(None)
}

/// What is done at an event.
type Action = Box<dyn FnMut(Event)>;

/// An element to draw.
// In a box of its own, as views and values are: it goes from hand to hand while it is described.
pub(crate) struct Element(Box<Description>);

struct Description {
    tag: &'static str,
    is_drawing: bool,
    key: Cow<'static, str>,
    attributes: Vec<Attribute>,
    listeners: Vec<(&'static str, Action)>,
    children: Vec<View>,
    slot: Option<Slot>,
}

struct Attribute {
    name: &'static str,
    is_property: bool,
    value: Value,
}

/// An element of HTML.
pub(crate) fn el(tag: &'static str) -> Element {
    Element::new(tag, false)
}

/// An element of SVG.
pub(crate) fn svg(tag: &'static str) -> Element {
    Element::new(tag, true)
}

impl Element {
    #[inline(never)]
    fn new(tag: &'static str, is_drawing: bool) -> Self {
        let (attributes, listeners, children) = (Vec::new(), Vec::new(), Vec::new());
        Self(Box::new(Description { tag, is_drawing, key: Cow::Borrowed(""), attributes, listeners, children, slot: None }))
    }

    /// An attribute.
    pub(crate) fn attr(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, false, value.into())
    }

    /// A property, which unlike an attribute is of the element as it is now.
    pub(crate) fn prop(self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with(name, true, value.into())
    }

    #[inline(never)]
    fn with(mut self, name: &'static str, is_property: bool, value: Value) -> Self {
        self.0.attributes.push(Attribute { name, is_property, value });
        self
    }

    /// The attribute `class`.
    pub(crate) fn class(self, class: impl Into<Value>) -> Self {
        self.attr("class", class)
    }

    /// The attribute `id`.
    pub(crate) fn id(self, id: impl Into<Value>) -> Self {
        self.attr("id", id)
    }

    /// What else comes into it, after what is there.
    pub(crate) fn child(self, child: impl Into<View>) -> Self {
        self.with_child(child.into())
    }

    #[inline(never)]
    fn with_child(mut self, child: View) -> Self {
        self.0.children.push(child);
        self
    }

    /// What is done at an event.
    pub(crate) fn on(self, event: &'static str, action: impl FnMut(Event) + 'static) -> Self {
        self.with_listener(event, Box::new(action))
    }

    #[inline(never)]
    fn with_listener(mut self, event: &'static str, action: Action) -> Self {
        self.0.listeners.push((event, action));
        self
    }

    /// Where it is found once it is drawn.
    pub(crate) fn slot(mut self, slot: Slot) -> Self {
        self.0.slot = Some(slot);
        self
    }

    /// Tells it apart from one that looks the same and does something else: the focus does not pass from one to the other.
    pub(crate) fn key(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.0.key = key.into();
        self
    }
}

impl View {
    /// Nothing.
    pub(crate) const NOTHING: Self = Self(None);

    #[inline(never)]
    fn live(draw: Box<dyn Fn() -> Self>) -> Self {
        Self::of(Kind::Live(draw))
    }

    #[inline(never)]
    fn of(kind: Kind) -> Self {
        Self(Some(Box::new(kind)))
    }

    /// One after the other, as they come.
    pub(crate) fn list<V: Into<Self>>(views: impl IntoIterator<Item = V>) -> Self {
        Self::of(Kind::List(views.into_iter().map(Into::into).collect()))
    }
}

impl From<&'static str> for View {
    #[inline(never)]
    fn from(text: &'static str) -> Self {
        Self::of(Kind::Text(Cow::Borrowed(text)))
    }
}

impl From<String> for View {
    #[inline(never)]
    fn from(text: String) -> Self {
        Self::of(Kind::Text(Cow::Owned(text)))
    }
}

impl From<Element> for View {
    #[inline(never)]
    fn from(element: Element) -> Self {
        Self::of(Kind::Element(element))
    }
}

impl From<Vec<Self>> for View {
    #[inline(never)]
    fn from(views: Vec<Self>) -> Self {
        Self::of(Kind::List(views))
    }
}

impl<const N: usize> From<[Self; N]> for View {
    fn from(views: [Self; N]) -> Self {
        Self::of(Kind::List(views.into()))
    }
}

impl<V: Into<Self>> From<Option<V>> for View {
    fn from(view: Option<V>) -> Self {
        view.map_or(Self::NOTHING, Into::into)
    }
}

impl<F: Fn() -> V + 'static, V: Into<Self>> From<F> for View {
    fn from(draw: F) -> Self {
        Self::live(Box::new(move || draw().into()))
    }
}

impl Value {
    #[inline(never)]
    fn live(read: Box<dyn Fn() -> Self>) -> Self {
        Self::of(Content::Live(read))
    }

    #[inline(never)]
    fn of(content: Content) -> Self {
        Self(Some(Rc::new(content)))
    }
}

impl From<&'static str> for Value {
    #[inline(never)]
    fn from(text: &'static str) -> Self {
        Self::of(Content::Text(Cow::Borrowed(text)))
    }
}

impl From<String> for Value {
    #[inline(never)]
    fn from(text: String) -> Self {
        Self::of(Content::Text(Cow::Owned(text)))
    }
}

impl From<bool> for Value {
    #[inline(never)]
    fn from(is_there: bool) -> Self {
        Self::of(Content::Flag(is_there))
    }
}

impl<V: Into<Self>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self(None), Into::into)
    }
}

impl<F: Fn() -> V + 'static, V: Into<Self>> From<F> for Value {
    fn from(read: F) -> Self {
        Self::live(Box::new(move || read().into()))
    }
}
