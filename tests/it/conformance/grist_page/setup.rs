//! A document as a scenario has it before its widget opens: with the widget in its section.
use super::super::grist_replay::Stage;
use super::widget::Widget;
use relais_tests::grist::{AccessLevel, WIDGET_SECTION};
use serde_json::{Value, json};

impl Stage {
    pub(super) async fn with_widget(scenario: &Value, widget: &Widget) -> Self {
        let mut stage = Self::of(scenario).await;
        if scenario["setup"]["then"].as_str().is_some_and(|then| then.ends_with("the widget's section is attached to Data")) {
            stage.document.attach_widget("Data").unwrap();
        }
        let access = match scenario["access"].as_str().unwrap() {
            "none" => AccessLevel::None,
            "read table" => AccessLevel::ReadTable,
            level => {
                assert_eq!(level, "full");
                AccessLevel::Full
            }
        };
        // What the widget's own address had is seen in the frame's: Grist adds to it.
        let address = transcript(scenario).find_map(|entry| entry["note"].as_str()?.split_once("url of the frame: "));
        let own_query = address.and_then(|(_, address)| address.split_once('?')?.1.split_once("access=")).map_or("", |(own, _)| own);
        stage.document.set_widget(&widget.address(own_query), access);
        if let Some(options) = first_said(scenario, "options") {
            stage.change_section("widgetOptions", options.clone()).await;
        }
        if scenario["name"].as_str().unwrap().starts_with("renderAfterReady:") {
            stage.change_section("renderAfterReady", json!(true)).await;
        }
        stage
    }

    /// The address of the document's page, for the scenario's person and the theme of its beginning.
    pub(super) fn page(&self, scenario: &Value) -> String {
        let theme = first_said(scenario, "theme").map_or("light", |theme| theme["appearance"].as_str().unwrap());
        format!("{}/doc/{}?user={}&theme={theme}&panel=open", self.grist.url(), self.document.url_id(), self.user)
    }

    /// Changes one option of the widget's section, as another client does.
    pub(super) async fn change_section(&mut self, option: &str, value: Value) {
        let sections = self.document.fetch_table("owner", "_grist_Views_section").await.unwrap();
        let row = sections["id"].as_array().unwrap().iter().position(|id| *id == WIDGET_SECTION).unwrap();
        let mut options: Value = serde_json::from_str(sections["options"][row].as_str().unwrap()).unwrap();
        let mut custom: Value = serde_json::from_str(options["customView"].as_str().unwrap()).unwrap();
        custom[option] = value;
        options["customView"] = json!(custom.to_string());
        let change = json!({"options": options.to_string()});
        self.write_aside(&json!([["UpdateRecord", "_grist_Views_section", WIDGET_SECTION, change]])).await;
    }
}

fn transcript(scenario: &Value) -> impl Iterator<Item = &Value> {
    scenario["transcript"].as_array().unwrap().iter()
}

/// What Grist said first of something: that was so before.
fn first_said<'a>(scenario: &'a Value, what: &str) -> Option<&'a Value> {
    transcript(scenario).find_map(|entry| entry["msg"]["data"].get(what)).filter(|said| !said.is_null())
}
