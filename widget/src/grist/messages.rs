//! The messages of the plugin protocol, and what Grist says in the page's address.

use relais_engine::json::{FromJson, Json, Malformed};
use serde::Serialize;

/// What the widget may do in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Nothing.
    None,
    /// To read the table of its section.
    ReadTable,
    /// To read and write everything.
    Full,
}

impl AccessLevel {
    /// Grist's word for it; what is unknown grants nothing.
    pub fn parse(text: &str) -> Self {
        match text {
            "full" => Self::Full,
            "read table" => Self::ReadTable,
            _ => Self::None,
        }
    }
}

/// What Grist adds to the widget's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageParameters {
    /// The access level granted.
    pub access: AccessLevel,
    /// Whether this person may only read the document.
    pub is_read_only: bool,
}

impl PageParameters {
    /// Reads the parameters, in their order. Grist adds its own after those that the widget's address already has: the
    /// last one counts (facts/grist.md, section 13).
    pub fn read<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut read = Self { access: AccessLevel::None, is_read_only: false };
        for (name, value) in parameters {
            match name {
                "access" => read.access = AccessLevel::parse(value),
                "readonly" => read.is_read_only = value == "true",
                _ => {}
            }
        }
        read
    }
}

/// A call of one of Grist's interfaces.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a, A> {
    /// The interface.
    pub interface: &'a str,
    /// Its method.
    pub method: &'a str,
    /// A tuple or list of arguments.
    pub arguments: A,
}

/// A message to Grist. The numbers are those of grain-rpc.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Message<'a, A> {
    Call {
        mtype: u8,
        #[serde(rename = "reqId")]
        id: u32,
        iface: &'a str,
        meth: &'a str,
        args: A,
        mdest: &'a str,
    },
    Answer {
        mtype: u8,
        #[serde(rename = "reqId")]
        id: f64,
    },
    Event {
        mtype: u8,
        data: EventData<'a>,
    },
    Ready {
        mtype: u8,
    },
}

#[derive(Serialize)]
pub(super) struct EventData<'a> {
    message: &'a str,
}

impl<'a, A> Message<'a, A> {
    /// `mdest` is ignored by today's Grist; older ones need it.
    pub(super) fn call(id: u32, call: Call<'a, A>) -> Self {
        Self::Call { mtype: 1, id, iface: call.interface, meth: call.method, args: call.arguments, mdest: "grist" }
    }
}

impl<'a> Message<'a, ()> {
    pub(super) const READY: Self = Self::Ready { mtype: 5 };

    pub(super) const fn answer(id: f64) -> Self {
        Self::Answer { mtype: 2, id }
    }

    pub(super) const fn event(message: &'a str) -> Self {
        Self::Event { mtype: 4, data: EventData { message } }
    }
}

/// What Grist asks of a section: full access, and the menu « Ouvrir la configuration ».
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Configuration {
    pub(super) required_access: &'static str,
    pub(super) has_custom_options: bool,
}

/// A token for Grist's REST API, of the person who looks at the widget.
#[derive(Clone)]
pub struct AccessToken {
    /// A JWT.
    pub token: String,
    /// Where the REST API of the document is.
    pub base_url: String,
}

impl FromJson for AccessToken {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { token: json.read("token")?, base_url: json.read("baseUrl")? })
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AccessToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_parameter_counts() {
        let read = PageParameters::read([("access", "full"), ("x", "1"), ("access", "read table"), ("readonly", "true")]);
        assert_eq!(read, PageParameters { access: AccessLevel::ReadTable, is_read_only: true });
        assert_eq!(PageParameters::read([]), PageParameters { access: AccessLevel::None, is_read_only: false });
        assert_eq!(PageParameters::read([("access", "owner")]).access, AccessLevel::None);
    }

    #[test]
    fn messages_are_those_of_the_recordings() {
        let json = |message: &Message<'_, (&str,)>| serde_json::to_string(message).unwrap_or_default();
        let call = Message::call(3, Call { interface: "GristDocAPI", method: "fetchTable", arguments: ("Cible",) });
        assert_eq!(json(&call), r#"{"mtype":1,"reqId":3,"iface":"GristDocAPI","meth":"fetchTable","args":["Cible"],"mdest":"grist"}"#);
        let json = |message: &Message<'_, ()>| serde_json::to_string(message).unwrap_or_default();
        assert_eq!(json(&Message::READY), r#"{"mtype":5}"#);
        assert_eq!(json(&Message::answer(2.0)), r#"{"mtype":2,"reqId":2.0}"#);
        assert_eq!(json(&Message::event("themeInitialized")), r#"{"mtype":4,"data":{"message":"themeInitialized"}}"#);
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = AccessToken { token: "eyJ".to_owned(), base_url: String::new() };
        assert_eq!(format!("{token:?}"), "AccessToken(…)");
    }
}
