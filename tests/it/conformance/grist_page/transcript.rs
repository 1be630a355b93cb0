//! Plays a transcript: sends the widget's messages in their order, does what its notes say, and compares what arrives.
use super::super::grist_replay::Stage;
use super::super::grist_report::Report;
use super::widget::Widget;
use relais_tests::browser::Browser;
use serde_json::Value;

/// How long an answer is waited for, in milliseconds. Only what never comes is waited for so long.
const PATIENCE: u32 = 30_000;

/// Plays one scenario and reports what differs.
pub(super) async fn play(scenario: &Value, browser: &Browser, widget: &Widget, report: &mut Report) {
    let name = scenario["name"].as_str().unwrap();
    let end = report.end(name);
    let mut player = Player::open(scenario, browser, widget, report).await;
    for (index, entry) in scenario["transcript"].as_array().unwrap().iter().enumerate() {
        if index == end {
            player.be_refused(&entry["msg"]).await;
            return;
        }
        match (entry["note"].as_str(), entry["dir"].as_str()) {
            (Some(note), _) => player.follow(index, note).await,
            (None, Some("widget>grist")) => player.say(&entry["msg"]).await,
            (None, _) => player.expect(&entry["msg"]),
        }
    }
    player.compare().await;
    let errors = browser.console_errors().await;
    assert!(errors.is_empty(), "{name}: the browser's console: {errors:?}");
}

pub(super) struct Player<'a> {
    pub(super) browser: &'a Browser,
    pub(super) widget: &'a Widget,
    pub(super) report: &'a mut Report,
    pub(super) stage: Stage,
    pub(super) name: &'a str,
    /// Whether the recordings' two passes had their answers in another order.
    order_varies: bool,
    /// Whether each call waits for the answer to the one before it, which the recorded ones did not.
    in_turn: bool,
    /// Whether the last message was a command, which is answered before it takes effect.
    commanded: bool,
    /// Calls that were made in their turn and whose answer the transcript has later.
    ahead: usize,
    /// Which frame of the scenario, from 1, and which load of the page it was.
    pub(super) frame: usize,
    pub(super) load: usize,
    /// What was recorded since the last comparison.
    pub(super) expected: Vec<Value>,
    /// What arrived in this frame and has been compared.
    pub(super) heard: usize,
    pub(super) events: usize,
    patience: u32,
    /// The last access token.
    pub(super) token: String,
}

impl<'a> Player<'a> {
    /// The page of a document as the scenario has it, with the widget in its frame.
    async fn open(scenario: &'a Value, browser: &'a Browser, widget: &'a Widget, report: &'a mut Report) -> Self {
        let name = scenario["name"].as_str().unwrap();
        let stage = Stage::with_widget(scenario, widget).await;
        let load = widget.loads() + 1;
        browser.open(&stage.page(scenario)).await;
        widget.loaded(load).await;
        Self {
            browser,
            widget,
            stage,
            name,
            order_varies: scenario["orderVaries"] == true,
            in_turn: report.in_turn(name),
            report,
            commanded: false,
            ahead: 0,
            frame: 1,
            load,
            expected: Vec::new(),
            heard: 0,
            events: 0,
            patience: PATIENCE,
            token: String::new(),
        }
    }

    fn expect(&mut self, message: &Value) {
        if is_answer(message) {
            self.ahead = self.ahead.saturating_sub(1);
        }
        self.expected.push(self.ours(message));
    }

    /// A recorded message as this document says it: with its own id and address.
    fn ours(&self, message: &Value) -> Value {
        let (grist, document) = (&self.stage.grist, &self.stage.document);
        let text = message.to_string().replace("http://127.0.0.1:8484", grist.url());
        serde_json::from_str(&text.replace("<docId>", document.id()).replace("<urlId>", document.url_id())).unwrap()
    }

    /// Sends a message, after all that was recorded before it has arrived.
    async fn say(&mut self, message: &Value) {
        if self.commanded {
            self.hear("").await;
            self.settle().await;
        }
        self.hear(&format!("widget.say({message});")).await;
        self.commanded = message["iface"] == "CommandAPI";
        if self.in_turn && message["mtype"] == 1 {
            self.ahead += 1;
            self.hear("").await;
        }
    }

    /// Waits for all that should have arrived by now, then does something.
    async fn hear(&mut self, then: &str) {
        let count = self.heard + self.expected.len() + self.ahead;
        let script = format!("const heard = await widget.hear({count}, {}); {then} return heard;", self.patience);
        if self.browser.ask_widget(&script).await != true {
            // It will be seen as a difference; what comes after need not wait as long.
            self.patience = 0;
        }
    }

    /// Sends a message that the sample refuses because Relais does not use what it asks.
    async fn be_refused(&mut self, message: &Value) {
        self.compare().await;
        self.say(message).await;
        self.ahead = 1;
        self.hear("").await;
        let arrived = self.arrived().await;
        let step = self.step(message);
        self.report.compare_message(self.name, &step, None, arrived.first());
    }

    /// All that has arrived since the last comparison, once nothing more is on its way.
    async fn arrived(&mut self) -> Vec<Value> {
        self.settle().await;
        let arrived = self.browser.ask_widget("return await widget.hearOut();").await;
        let arrived = arrived.as_array().unwrap()[self.heard..].to_vec();
        self.heard += arrived.len();
        arrived
    }

    /// Waits until the page has done and said everything that was set going.
    async fn settle(&self) {
        self.browser.ask_document("return window.sampleGrist.settled();").await;
    }

    /// Compares what was recorded up to here with what arrived: answers with answers, events with events, as where an event
    /// falls between answers is left to chance.
    pub(super) async fn compare(&mut self) {
        self.hear("").await;
        let apart = |messages: Vec<Value>| messages.into_iter().partition::<Vec<_>, _>(|message| message["mtype"] != 4);
        let (mut answers, events) = apart(self.arrived().await);
        let (mut expected, expected_events) = apart(std::mem::take(&mut self.expected));
        if self.order_varies {
            expected.sort_by_key(|message| message["reqId"].as_i64());
            answers.sort_by_key(|message| message["reqId"].as_i64());
        }
        if let Some(token) = answers.last().and_then(|answer| answer["data"]["token"].as_str()) {
            token.clone_into(&mut self.token);
        }
        self.compare_each(&expected, &answers);
        self.compare_each(&expected_events, &events);
    }

    fn compare_each(&mut self, expected: &[Value], arrived: &[Value]) {
        for index in 0..expected.len().max(arrived.len()) {
            let (expected, arrived) = (expected.get(index), arrived.get(index));
            let step = self.step(expected.or(arrived).unwrap());
            let (expected, arrived) = comparable(expected, arrived);
            self.report.compare_message(self.name, &step, expected.as_ref(), arrived.as_ref());
        }
    }

    /// How a message is called in the report, and in the lists of what differs.
    fn step(&mut self, message: &Value) -> String {
        let frame = if self.frame > 1 { format!("frame {}, ", self.frame) } else { String::new() };
        match message["mtype"].as_i64() {
            Some(4) => {
                self.events += 1;
                format!("{frame}event {}", self.events)
            }
            _ if message["iface"] == "editOptions" => format!("{frame}call {}", message["reqId"]),
            _ => format!("{frame}{}", message["reqId"]),
        }
    }
}

fn is_answer(message: &Value) -> bool {
    message["mtype"] == 2 || message["mtype"] == 3
}

/// Of a theme the colours that were kept of the recorded one; of an error made by JavaScript that it is one.
fn comparable(expected: Option<&Value>, arrived: Option<&Value>) -> (Option<Value>, Option<Value>) {
    let (mut expected, mut arrived) = (expected.cloned(), arrived.cloned());
    if let (Some(expected), Some(arrived)) = (&mut expected, &mut arrived) {
        if let (Some(kept), Some(colors)) =
            (expected["data"]["theme"]["colors"].as_object(), arrived.pointer_mut("/data/theme/colors").and_then(Value::as_object_mut))
        {
            colors.retain(|name, _| kept.contains_key(name));
        }
        let by_script = |message: &Value| message["mesg"].as_str().is_some_and(|words| JAVASCRIPT.iter().any(|part| words.contains(part)));
        if by_script(expected) && by_script(arrived) {
            arrived["mesg"] = expected["mesg"].clone();
        }
    }
    (expected, arrived)
}

/// What JavaScript says of a method that is not one.
const JAVASCRIPT: [&str; 2] = ["is not a function", "cannot be invoked without 'new'"];
