//! A browser, asked and answered as a person would: by what is written on the screen.

#![expect(clippy::expect_used, reason = "a test that has no browser, or loses it, is to stop there")]

mod command;
mod driver;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, elements::Element, wd::TimeoutConfiguration};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use command::{CDP, LOG, Post};
use driver::Driver;

/// What a person would wait for a page at most, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the page is asked with: names, roles, visible text.
const QUESTIONS: &str = include_str!("page.js");

/// A session of its own in a browser of its own.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    name: &'static str,
    // Last: the browser ends after the client has let go of it.
    _driver: Driver,
}

/// Which of the two pages is looked at: the document's own, or that of the widget in its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Document,
    Widget,
}

impl Browser {
    /// Starts one. The name is that of the test, and of the folder of its pictures.
    pub async fn start(name: &'static str) -> Self {
        let driver = Driver::start();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(driver.capabilities())
            .connect(&driver.url())
            .await
            .expect("chromedriver starts a browser");
        let timeouts = TimeoutConfiguration::new(Some(PATIENCE + Duration::from_mins(5)), Some(PATIENCE), Some(Duration::ZERO));
        client.update_timeouts(timeouts).await.expect("the driver takes our timeouts");
        Self { client, name, _driver: driver }
    }

    /// Runs a script in every page that is opened from now on, before its own.
    pub async fn run_first(&self, script: &str) {
        let body = json!({ "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": { "source": script } });
        self.client.issue_cmd(Post(CDP, body)).await.expect("the browser takes a script");
    }

    /// Opens an address and waits for it to be loaded.
    pub async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// Waits until the widget shows this text.
    pub async fn sees(&self, text: &str) {
        self.sees_within(text, PATIENCE).await;
    }

    /// The same, for what takes its time.
    pub async fn sees_within(&self, text: &str, patience: Duration) {
        self.wait(Side::Widget, "text().includes(plain(question))", json!(text), patience).await;
    }

    /// Waits until the document's page shows this text, the widget's left out.
    pub async fn document_sees(&self, text: &str) {
        self.wait(Side::Document, "text().includes(plain(question))", json!(text), PATIENCE).await;
    }

    /// Presses a button of the widget by its name, once it can be pressed.
    pub async fn press(&self, name: &str) {
        self.press_on(Side::Widget, "button", name).await;
    }

    /// Follows a link of the widget by its name.
    pub async fn follow(&self, name: &str) {
        self.press_on(Side::Widget, "link", name).await;
    }

    /// Presses the button that answers a question, rather than what opened it and has the same name.
    pub async fn answer(&self, name: &str) {
        self.press_on(Side::Widget, "answer", name).await;
    }

    /// Presses a button of the document's page.
    pub async fn press_in_document(&self, name: &str) {
        self.press_on(Side::Document, "button", name).await;
    }

    async fn press_on(&self, side: Side, role: &str, name: &str) {
        let element = self.element(side, role, name).await;
        // From under a bar that stays in place, as one scrolls before pressing.
        if let Ok(pressed) = serde_json::to_value(&element) {
            let _scrolled = self.client.execute("arguments[0].scrollIntoView({ block: 'nearest' });", vec![pressed]).await;
        }
        if let Err(error) = element.click().await {
            self.fail(&format!("« {name} » cannot be pressed: {error}")).await;
        }
    }

    /// Writes into a field of the widget, in place of what is there.
    pub async fn write(&self, name: &str, text: &str) {
        let field = self.element(Side::Widget, "field", name).await;
        // Chosen and typed over, as by hand: emptying by script would leave the application unaware.
        field.send_keys("\u{e009}a\u{e000}").await.expect("the field takes the focus");
        field.send_keys(text).await.expect("the field takes a text");
    }

    /// Ticks a box or picks one of several, by its name.
    pub async fn choose(&self, name: &str) {
        self.press_on(Side::Widget, "choice", name).await;
    }

    /// Waits until the widget wears this theme of Grist's.
    pub async fn wears(&self, appearance: &str) {
        self.wait(Side::Widget, "document.documentElement.dataset.gristAppearance === question", json!(appearance), PATIENCE).await;
    }

    /// Waits until the document's page has read the document.
    pub async fn document_is_loaded(&self) {
        self.wait(Side::Document, "document.body.dataset.loaded === question", json!("true"), PATIENCE).await;
    }

    /// Waits until nothing in the document's page answers a selector.
    pub async fn document_lacks(&self, selector: &str) {
        self.wait(Side::Document, "!document.querySelector(question)", json!(selector), PATIENCE).await;
    }

    /// What a script of the document's page says. For what the page tells tests: `window.sampleGrist`.
    pub async fn ask_document(&self, script: &str) -> Value {
        self.enter(Side::Document).await.expect("the document's page is there");
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// What a script of the widget's page says, once it says something. The script is the body of an asynchronous function.
    pub async fn ask_widget(&self, script: &str) -> Value {
        self.enter(Side::Widget).await.expect("the widget's page is there");
        let script = format!("const done = arguments[0]; (async () => {{ {script} }})().then(done, (error) => done({{ failed: String(error) }}));");
        let answer = self.client.execute_async(&script, Vec::new()).await.unwrap_or_else(|error| panic!("asking the widget: {error}"));
        assert!(answer.get("failed").is_none(), "asking the widget: {answer}");
        answer
    }

    /// Everything that the widget shows, as text.
    pub async fn widget_text(&self) -> String {
        self.text_of(Side::Widget).await
    }

    /// Gives the page this width and height, below what a window can have.
    pub async fn resize(&self, width: u32, height: u32) {
        let parameters = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let body = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": parameters });
        self.client.issue_cmd(Post(CDP, body)).await.expect("the browser takes another size");
    }

    /// The window's own size again.
    pub async fn resize_back(&self) {
        let body = json!({ "cmd": "Emulation.clearDeviceMetricsOverride", "params": {} });
        self.client.issue_cmd(Post(CDP, body)).await.expect("the browser takes its size back");
    }

    /// A picture of the whole window, kept in `target/screenshots`.
    pub async fn picture(&self, name: &str) -> PathBuf {
        let folder = pictures().join(self.name);
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, self.client.screenshot().await.expect("the browser takes a picture")).expect("the picture is kept");
        path
    }

    /// What the console holds of errors since it was asked last: scripts that failed, and what the content security policy refused.
    pub async fn console_errors(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(Post(LOG, json!({ "type": "browser" }))).await.expect("the driver has the console");
        let entries = entries.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    async fn element(&self, side: Side, role: &str, name: &str) -> Element {
        let found = self.wait(side, "enabled(find(question.role, question.name))", json!({ "role": role, "name": name }), PATIENCE).await;
        // The one key under which WebDriver names an element, in any browser.
        let id = found.get("element-6066-11e4-a52e-4f735466cecf").and_then(Value::as_str).expect("an element was found").to_owned();
        Element::from_element_id(self.client.clone(), id.into())
    }

    /// Waits until an expression about `question` is true in the page, and gives what it said. The page looks by itself, every
    /// few milliseconds; if it goes away meanwhile, the one that comes after is asked.
    async fn wait(&self, side: Side, expression: &str, question: Value, patience: Duration) -> Value {
        let script = format!(
            "const [question, patience, done] = arguments; {QUESTIONS}
             const since = performance.now();
             const look = () => {{
               const found = {expression};
               if (found) {{ done(found); }}
               else if (performance.now() - since > patience) {{ done(null); }}
               else {{ setTimeout(look, 25); }}
             }};
             look();"
        );
        let looked = async {
            let mut pause = tokio::time::interval(Duration::from_millis(50));
            loop {
                pause.tick().await;
                if self.enter(side).await.is_err() {
                    continue;
                }
                match self.client.execute_async(&script, vec![question.clone(), json!(patience.as_millis())]).await {
                    Ok(Value::Null) => return None,
                    Ok(found) => return Some(found),
                    // The frame was replaced while it was asked.
                    Err(error) => tracing::debug!(%error, "asked again"),
                }
            }
        };
        match tokio::time::timeout(patience + Duration::from_secs(5), looked).await {
            Ok(Some(found)) => found,
            _ => self.fail(&format!("waited {patience:?} in vain for {expression} with {question}")).await,
        }
    }

    async fn enter(&self, side: Side) -> Result<(), fantoccini::error::CmdError> {
        self.client.issue_cmd(Post("frame", json!({ "id": null }))).await?;
        if side == Side::Widget {
            let frame = self.client.find(fantoccini::Locator::Css("iframe[data-part=iframe]")).await?;
            frame.enter_frame().await?;
        }
        Ok(())
    }

    async fn text_of(&self, side: Side) -> String {
        let text = async {
            self.enter(side).await?;
            self.client.execute(&format!("{QUESTIONS} return text();"), Vec::new()).await
        };
        text.await.map_or_else(|error| format!("(unreadable: {error})"), |text| text.as_str().unwrap_or_default().to_owned())
    }

    /// Says what is on the screen, keeps a picture of it, and fails the test.
    async fn fail(&self, what: &str) -> ! {
        let mut report = format!("{}: {what}\n", self.name);
        let picture = self.picture("failed").await;
        let _ = writeln!(report, "picture: {}", picture.display());
        let _ = writeln!(report, "document: {}", self.text_of(Side::Document).await);
        let _ = writeln!(report, "widget: {}", self.text_of(Side::Widget).await);
        for error in self.console_errors().await {
            let _ = writeln!(report, "console: {error}");
        }
        panic!("{report}");
    }
}

/// Where pictures go.
fn pictures() -> PathBuf {
    std::env::var_os("RELAIS_SCREENSHOTS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots"), PathBuf::from)
}
