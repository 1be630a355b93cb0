//! The figures of a long first run: the real widget and proxy, in a real browser, with a DS as slow as the real one.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use relais_tests::ds::{BENCH, faults::Fault};

use super::{Figures, browser::Browser, stack};

const DOSSIERS: u32 = 10_000;
/// How long DS takes for a page.
const PAGE: Duration = Duration::from_millis(1500);
/// Past this it is not worth waiting.
const PATIENCE: Duration = Duration::from_mins(5);

/// What keeps the widget's page from answering its reader. The document's own page shares its thread, and is not ours.
const WATCH: &str = "window.pauses = [];
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) { if (task.name === 'self') { window.pauses.push(task.duration); } }
    }).observe({ type: 'longtask' });
    return true;";

/// A pause of our own making, which the watch must tell: otherwise its zero would mean nothing.
const PROOF: &str = "setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end) {} });
    return true;";
const LONGEST: &str = "return Math.max(0, ...window.pauses);";

/// Ten thousand dossiers arrive. No pause is told under 50 ms: zero means that none was longer.
pub(super) async fn long_run(figures: &mut Figures) -> anyhow::Result<()> {
    let stack = stack(DOSSIERS).await?;
    let title = stack.ds.store().demarche(BENCH).context("no démarche")?.title.clone();
    let browser = Browser::start("ten_thousand_dossiers").await;
    browser.open(&format!("{}&access=full", stack.grist.page_url(&stack.document, "owner", &stack.address()))).await;
    browser.document_is_loaded().await;
    browser.press("Connecter une démarche").await;
    browser.choose(&title).await;
    browser.press("Choisir les champs").await;
    browser.sees("Seulement l'essentiel").await;
    browser.ask_widget(WATCH).await;
    stack.ds.faults().add(Fault::Latency(PAGE).always().on_operation("getDossiers"));
    let start = Instant::now();
    browser.press("Importer les dossiers").await;
    browser.sees_within("Synchronisation terminée", PATIENCE).await;
    figures.insert("browser_10000_s", (start.elapsed().as_secs_f64() * 10.0).round() / 10.0);
    let longest = browser.ask_widget(LONGEST).await;
    figures.insert("browser_longest_pause_ms", longest.as_f64().context("no pause is told")?);
    anyhow::ensure!(browser.widget_text().await.contains("10 000 dossiers sont à jour"), "not every dossier arrived");
    browser.ask_widget(PROOF).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let proof = browser.ask_widget(LONGEST).await.as_f64().context("no pause is told")?;
    anyhow::ensure!(proof >= 100.0, "the watch told {proof} ms for a pause of 120");
    Ok(())
}
