//! Accessibility, judged by axe-core in the widget's own page.

use std::{fmt::Write as _, path::Path};

use serde_json::{Value, json};

use super::browser::Browser;

/// WCAG 2.2 at levels A and AA, and what the rules call good practice.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// The width at which WCAG asks that nothing scrolls sideways (criterion 1.4.10).
const NARROW: u32 = 320;

/// Judges the present state of the widget in both of Grist's themes, wide and narrow, and takes a picture of each.
/// The theme is left light and the window wide.
pub(super) async fn judge(browser: &Browser, state: &str) {
    for appearance in ["light", "dark"] {
        browser.ask_document(&format!("window.sampleGrist.setTheme('{appearance}');")).await;
        browser.wears(appearance).await;
        judge_once(browser, &format!("{state}-{appearance}")).await;
        browser.resize(NARROW, 720).await;
        judge_once(browser, &format!("{state}-{appearance}-{NARROW}")).await;
        let overflow = browser.ask_widget("return document.documentElement.scrollWidth - document.documentElement.clientWidth;").await;
        assert_eq!(overflow, json!(0), "{state}, {appearance}: the page scrolls sideways at {NARROW} pixels");
        browser.resize_back().await;
    }
    browser.ask_document("window.sampleGrist.setTheme('light');").await;
    browser.wears("light").await;
}

async fn judge_once(browser: &Browser, name: &str) {
    load(browser).await;
    browser.picture(name).await;
    let script = format!(
        "const bar = document.querySelector('.actions');
         // It sticks to the bottom of a narrow page, and what is under it until one scrolls would count as too small.
         bar?.style.setProperty('position', 'static');
         const result = await axe.run(document, {{ runOnly: {}, resultTypes: ['violations'], preload: false }});
         bar?.style.removeProperty('position');
         return {{ violations: result.violations, passes: result.passes.length }};",
        json!(TAGS)
    );
    let result = browser.ask_widget(&script).await;
    // A page in which nothing could be judged has no violation either.
    assert!(result["passes"].as_u64().unwrap_or_default() > 10, "{name}: axe judged almost nothing: {result}");
    let violations = result["violations"].as_array().cloned().unwrap_or_default();
    assert!(violations.is_empty(), "{name}:\n{}", report(&violations));
}

/// Gives the page axe-core, once.
async fn load(browser: &Browser) {
    if browser.ask_widget("return typeof window.axe;").await == "undefined" {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error} (`make test` installs it)", path.display()));
        browser.ask_widget(&format!("{source}\nreturn true;")).await;
    }
}

fn report(violations: &[Value]) -> String {
    let mut report = String::new();
    for violation in violations {
        let _ = writeln!(report, "{}: {}", violation["id"], violation["help"]);
        for node in violation["nodes"].as_array().into_iter().flatten() {
            let _ = writeln!(report, "  {} {}\n  {}", node["target"], node["html"], node["failureSummary"]);
        }
    }
    report
}
