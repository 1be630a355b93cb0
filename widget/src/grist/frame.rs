//! The frame and the page around it: calls, answers, events.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, JSON, Promise, Reflect};
use relais_engine::{
    grist::DocumentError,
    json::{self, FromJson},
    sorted::SortedMap,
};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Window};

use super::{
    messages::{AccessLevel, AccessToken, Call, Configuration, Message, PageParameters},
    theme,
};

/// A write may take Grist long: thousands of rows with formulas that depend on them.
const WRITE_TIMEOUT: u32 = 120_000;
/// Reading a table of 100,000 rows takes seconds.
const READ_TIMEOUT: u32 = 60_000;
const QUICK_TIMEOUT: u32 = 20_000;

/// Why there is no Grist to talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The page is not in a frame, or its embedder hides where it is from.
    #[error("not embedded")]
    NotEmbedded,
    /// The page's own window cannot be had.
    #[error("no window")]
    NoWindow,
}

/// Something that Grist said unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The access level, at the start and when it changes.
    Access(AccessLevel),
    /// Someone chose « Ouvrir la configuration ».
    EditOptions,
}

struct Frame {
    parent: Window,
    origin: String,
    parameters: PageParameters,
    last_id: Cell<u32>,
    /// Resolvers of the promises of calls without answer yet.
    pending: RefCell<SortedMap<u32, Function>>,
    has_theme: Cell<bool>,
    listener: Box<dyn Fn(Event)>,
}

/// Grist, around the widget.
#[derive(Clone)]
pub struct Grist(Rc<Frame>);

impl std::fmt::Debug for Grist {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Grist({})", self.0.origin)
    }
}

impl Grist {
    /// Starts to listen, says that the widget is ready and that it needs full access.
    pub fn connect(listener: impl Fn(Event) + 'static) -> Result<Self, ConnectError> {
        let window = web_sys::window().ok_or(ConnectError::NoWindow)?;
        let parent = window.parent().ok().flatten().filter(|parent| !js_sys::Object::is(parent, &window)).ok_or(ConnectError::NotEmbedded)?;
        let origin = embedder(&window).ok_or(ConnectError::NotEmbedded)?;
        let parameters = parameters(&window);
        let frame = Rc::new(Frame {
            parent,
            origin,
            parameters,
            last_id: Cell::new(0),
            pending: RefCell::default(),
            has_theme: Cell::new(false),
            listener: Box::new(listener),
        });
        let listening = Rc::clone(&frame);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event| listening.receive(&event));
        window.add_event_listener_with_callback("message", on_message.as_ref().unchecked_ref()).map_err(|_| ConnectError::NoWindow)?;
        // It listens as long as the page lives.
        on_message.forget();
        frame.send(&Message::READY);
        let grist = Self(frame);
        let configured = grist.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let configuration = Configuration { required_access: "full", has_custom_options: true };
            let call = Call { interface: "CustomSectionAPI", method: "configure", arguments: (configuration,) };
            // Without an answer the access level tells the rest.
            let _ = configured.call(call, QUICK_TIMEOUT).await;
        });
        Ok(grist)
    }

    /// The origin of the page around, which alone is spoken to.
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// What Grist said in the page's address.
    pub fn parameters(&self) -> PageParameters {
        self.0.parameters
    }

    /// A token for Grist's REST API, by which the proxy knows who this is. Full access needed.
    pub async fn access_token(&self) -> Result<AccessToken, DocumentError> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Options {
            read_only: bool,
        }
        let call = Call { interface: "GristDocAPI", method: "getAccessToken", arguments: (Options { read_only: false },) };
        read(&self.call(call, QUICK_TIMEOUT).await?)
    }

    /// The id of the document, for whoever must be told which one this is.
    pub async fn document_name(&self) -> Option<String> {
        let call = Call { interface: "GristDocAPI", method: "getDocName", arguments: [(); 0] };
        self.call(call, QUICK_TIMEOUT).await.ok()?.as_string()
    }

    /// Takes back the last action of this person, with those chained to it. Grist answers at once, whatever comes of it.
    pub async fn undo(&self) -> Result<(), DocumentError> {
        self.command("undo").await
    }

    /// Brings back what was last taken back.
    pub async fn redo(&self) -> Result<(), DocumentError> {
        self.command("redo").await
    }

    async fn command(&self, name: &'static str) -> Result<(), DocumentError> {
        self.call(Call { interface: "CommandAPI", method: "run", arguments: (name,) }, QUICK_TIMEOUT).await.map(|_| ())
    }

    pub(super) async fn fetch(&self, table: &str) -> Result<JsValue, DocumentError> {
        self.call(Call { interface: "GristDocAPI", method: "fetchTable", arguments: (table,) }, READ_TIMEOUT).await
    }

    pub(super) async fn write<A: Serialize, R: FromJson>(&self, arguments: A) -> Result<R, DocumentError> {
        read(&self.call(Call { interface: "GristDocAPI", method: "applyUserActions", arguments }, WRITE_TIMEOUT).await?)
    }

    async fn call<A: Serialize>(&self, call: Call<'_, A>, timeout: u32) -> Result<JsValue, DocumentError> {
        let frame = &self.0;
        let id = frame.last_id.get().wrapping_add(1);
        frame.last_id.set(id);
        let answer = Promise::new(&mut |resolve, _| {
            frame.pending.borrow_mut().insert(id, resolve);
        });
        frame.send(&Message::call(id, call));
        let answered = select(JsFuture::from(answer), TimeoutFuture::new(timeout)).await;
        let Either::Left((Ok(message), _)) = answered else {
            frame.pending.borrow_mut().remove(&id);
            return Err(DocumentError::NoAnswer);
        };
        if number(&message, "mtype") == Some(3.0) {
            let refusal = text(&message, "mesg").unwrap_or_default();
            return Err(DocumentError::from_grist(text(&message, "code").as_deref(), &refusal));
        }
        Ok(get(&message, "data"))
    }
}

impl Frame {
    /// Plain objects by way of JSON: structured clone refuses what Rust's own bindings would make of maps.
    fn send<A: Serialize>(&self, message: &Message<'_, A>) {
        let Some(message) = serde_json::to_string(message).ok().and_then(|json| JSON::parse(&json).ok()) else { return };
        let _ = self.parent.post_message(&message, &self.origin);
    }

    fn receive(&self, event: &MessageEvent) {
        // Any page with a handle on this window can post to it.
        if !js_sys::Object::is(&get(event, "source"), &self.parent) || event.origin() != self.origin {
            return;
        }
        let message = event.data();
        match number(&message, "mtype") {
            Some(1.0) => self.called(&message),
            Some(2.0 | 3.0) => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an id that is not one of ours finds nothing")]
                let id = number(&message, "reqId").unwrap_or_default() as u32;
                let resolve = self.pending.borrow_mut().remove(&id);
                if let Some(resolve) = resolve {
                    let _ = resolve.call1(&JsValue::UNDEFINED, &message);
                }
            }
            Some(4.0) => self.told(&get(&message, "data")),
            _ => {}
        }
    }

    fn called(&self, message: &JsValue) {
        self.send(&Message::answer(number(message, "reqId").unwrap_or_default()));
        if text(message, "iface").as_deref() == Some("editOptions") {
            (self.listener)(Event::EditOptions);
        }
    }

    fn told(&self, data: &JsValue) {
        let theme = get(data, "theme");
        if theme.is_object()
            && let Some(document) = web_sys::window().and_then(|window| window.document())
        {
            theme::apply(&document, &theme);
            if !self.has_theme.replace(true) {
                // A section that renders after it is ready stays hidden until then (facts/grist.md, section 2).
                self.send(&Message::event("themeInitialized"));
            }
        }
        let settings = get(data, "settings");
        if let Some(level) = text(&settings, "accessLevel") {
            (self.listener)(Event::Access(AccessLevel::parse(&level)));
        }
    }
}

/// The origin of the page around: by the browser, else by the page of ours that led here, else by the referrer. Firefox tells
/// it since version 148 only. Whoever writes another one into the address gains nothing: our server lets Grist alone be around,
/// and what comes from another origin is not heard.
pub(crate) fn embedder(window: &Window) -> Option<String> {
    let ancestors = get(&window.location(), "ancestorOrigins");
    let first = Reflect::get_u32(&ancestors, 0).ok().and_then(|origin| origin.as_string());
    let handed = || {
        let told = window.location().hash().ok()?;
        // What follows is for a page of ours.
        told.strip_prefix('#')?.split(',').next().filter(|origin| origin.starts_with("http")).map(str::to_owned)
    };
    let referrer = || web_sys::Url::new(&window.document()?.referrer()).ok().map(|url| url.origin());
    first.or_else(handed).or_else(referrer).filter(|origin| origin != "null")
}

fn parameters(window: &Window) -> PageParameters {
    let search = window.location().search().unwrap_or_default();
    let Ok(parameters) = web_sys::UrlSearchParams::new_with_str(&search) else { return PageParameters::read([]) };
    let pairs = |name: &'static str| parameters.get_all(name).iter().filter_map(move |value| Some((name, value.as_string()?))).collect::<Vec<_>>();
    let all = [pairs("access"), pairs("readonly")].concat();
    PageParameters::read(all.iter().map(|(name, value)| (*name, value.as_str())))
}

fn read<T: FromJson>(value: &JsValue) -> Result<T, DocumentError> {
    let json = JSON::stringify(value).ok().and_then(|json| json.as_string()).unwrap_or_default();
    json::read(json.as_bytes()).map_err(|error| DocumentError::Other(format!("unexpected answer: {error}")))
}

fn get(object: &JsValue, key: &str) -> JsValue {
    // Fails on what is not an object.
    Reflect::get(object, &key.into()).unwrap_or_default()
}

fn text(object: &JsValue, key: &str) -> Option<String> {
    get(object, key).as_string()
}

fn number(object: &JsValue, key: &str) -> Option<f64> {
    get(object, key).as_f64()
}
