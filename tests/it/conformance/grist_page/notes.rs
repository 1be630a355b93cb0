//! What a transcript's notes say: what people and other clients did meanwhile, and what was seen apart from messages.
use super::transcript::Player;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use relais_tests::grist::AccessRule;
use serde_json::{Value, json};

impl Player<'_> {
    /// Does what a note says was done, or looks at what it says was seen.
    pub(super) async fn follow(&mut self, index: usize, note: &str) {
        if let Some(address) = note.strip_prefix("new frame; url: ") {
            self.find_new_frame().await;
            return self.see_address(index, address).await;
        }
        match note {
            // The page has one frame: that it is gone is seen by the next one being there.
            "the first frame is gone" => return,
            "a new frame was loaded by Grist" => return self.find_new_frame().await,
            _ => self.compare().await,
        }
        if let Some((_, address)) = note.split_once("url of the frame: ") {
            return self.see_address(index, address).await;
        }
        if let Some((_, seen)) = note.split_once("visibility of the iframe is ") {
            return self.see_frame(index, seen).await;
        }
        if let Some(token) = note.strip_prefix("token header ") {
            return self.see_token(index, token);
        }
        match note {
            // All that they say has just been compared.
            "nothing came for 900 ms; the widget sends ready now" | "second ready" => {}
            "the section option access is set to full (UpdateRecord on _grist_Views_section)" => {
                self.stage.change_section("access", json!("full")).await;
            }
            "another client saves other options (UpdateRecord on _grist_Views_section)" => {
                self.stage.change_section("widgetOptions", json!({"cle": "autre"})).await;
            }
            "the owner adds a rule: table Cible may not be read by others" => {
                self.stage.document.set_rules(&[AccessRule::new("Cible", "*", "-R")]).unwrap();
            }
            "the colour scheme of the browser changes to light" => {
                self.browser.ask_document("window.sampleGrist.setTheme('light');").await;
            }
            "another client writes Data row 2 by REST" => self.stage.write_aside(&json!([["UpdateRecord", "Data", 2, {"nom": "B"}]])).await,
            "another client removes Data row 3" => self.stage.write_aside(&json!([["RemoveRecord", "Data", 3]])).await,
            "the user opens the configuration from the menu of the section" | "and a second time" => {
                self.browser.press_in_document("Ouvrir la configuration").await;
            }
            _ => panic!("{}: nobody knows what to do at the note « {note} »", self.name),
        }
    }

    /// The widget in a new frame, which has heard nothing yet.
    async fn find_new_frame(&mut self) {
        assert!(self.expected.is_empty(), "{}: what was recorded of the old frame cannot be compared any more", self.name);
        self.load += 1;
        self.frame += 1;
        self.widget.loaded(self.load).await;
        (self.heard, self.events) = (0, 0);
    }

    fn see(&mut self, index: usize, recorded: &Value, seen: &Value) {
        let step = format!("note {index}");
        self.report.compare(self.name, &step, recorded, seen);
    }

    async fn see_address(&mut self, index: usize, recorded: &str) {
        let address = self.browser.ask_widget("return location.href;").await;
        self.see(index, &query(recorded), &query(address.as_str().unwrap()));
    }

    async fn see_frame(&mut self, index: usize, recorded: &str) {
        let script = "const frame = document.querySelector('iframe');
            return `${getComputedStyle(frame).visibility}; attributes: class=${frame.className}; allow=${frame.getAttribute('allow')}`;";
        let seen = self.browser.ask_document(script).await;
        let seen = seen.as_str().unwrap();
        let seen = if recorded.contains(';') { seen } else { seen.split(';').next().unwrap() };
        self.see(index, &json!(recorded), &json!(seen));
    }

    fn see_token(&mut self, index: usize, recorded: &str) {
        let recorded: Vec<Value> = recorded.split(", payload ").map(|part| serde_json::from_str(part).unwrap()).collect();
        let read = |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
        let mut parts: Vec<Value> = self.token.split('.').take(2).map(read).collect();
        let payload = &mut parts[1];
        assert_eq!(payload["docId"], self.stage.document.id());
        assert_eq!(payload["exp"].as_i64().unwrap(), payload["iat"].as_i64().unwrap() + 900);
        assert!(payload["userId"].is_i64());
        for (key, placeholder) in [("docId", "<docId>"), ("exp", "<iat + 900>"), ("iat", "<seconds>"), ("userId", "<number>")] {
            payload[key] = json!(placeholder);
        }
        self.see(index, &json!(recorded), &json!(parts));
    }
}

/// The parts of an address's query, as they are written. What the settings of the document and the user say, only by name.
fn query(address: &str) -> Value {
    const SETTINGS: [&str; 4] = ["culture", "language", "timeZone", "currency"];
    let (_, query) = address.split_once('?').unwrap();
    let named = |part: &str| {
        let name = part.split('=').next().unwrap();
        if SETTINGS.contains(&name) { name.to_owned() } else { part.to_owned() }
    };
    query.split('&').map(named).collect()
}
