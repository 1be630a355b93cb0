//! The sample Grist's page against transcripts of a real one: every message that a widget sent is sent again, by a page in
//! its frame in a browser, and what arrives there is compared. What Relais does not use is listed here.
mod notes;
mod setup;
mod transcript;
mod widget;

use super::grist_recording::scenarios;
use super::grist_report::{Report, Reviewed, Steps};
use relais_tests::browser::Browser;
use widget::Widget;

async fn play(file: &'static str, reviewed: &'static [Reviewed], unused: &'static [&'static str], least: usize) {
    let mut report = Report::new(file, reviewed, unused);
    let (browser, widget) = (Browser::start(file).await, Widget::start().await);
    for scenario in scenarios(file) {
        transcript::play(&scenario, &browser, &widget, &mut report).await;
    }
    report.finish(least);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_widget_starts_as_recorded() {
    play("rpc-startup.json", &[], &[], 160).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_widget_is_answered_as_recorded() {
    const REVIEWED: &[Reviewed] = &[
        Reviewed {
            scenario: "configure with columns to map: not mapped (the frame is built again), then mapped",
            steps: Steps::From(6),
            why: "the widget of Relais maps columns by itself",
        },
        Reviewed {
            scenario: "five calls at once: the order of the answers",
            steps: Steps::InTurn,
            why: "Relais waits for a write before it reads or writes again",
        },
        Reviewed {
            scenario: "five calls at once: the order of the answers",
            steps: Steps::Only(&["6"]),
            why: "read after the write, not beside it, the table has the new row",
        },
        Reviewed {
            scenario: "unknown interface, unknown method, odd messages",
            steps: Steps::Only(&["8"]),
            why: "Grist takes « then » for a method of its interface: its defect, and no widget calls it",
        },
    ];
    const UNUSED: &[&str] =
        &["columns to map", "the selected table with includeColumns", "the selected table with expandRefs", "the selected table with cellFormat"];
    play("rpc-calls.json", REVIEWED, UNUSED, 220).await;
}
