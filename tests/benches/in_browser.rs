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
    }).observe({ type: 'longtask', buffered: true });
    return true;";

/// A pause of our own making, which the watch must tell: otherwise its zero would mean nothing.
const PROOF: &str = "setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end) {} });
    return true;";
const LONGEST: &str = "return Math.max(0, ...window.pauses);";

/// Keeps hold of the memory of the widget, which is asked how large it has grown: it never shrinks.
const HOLD: &str = "const start = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...given) => {
      const started = await start.apply(WebAssembly, given);
      window.widgetMemory = Object.values(started.instance.exports).find((held) => held instanceof WebAssembly.Memory);
      return started;
    };";
const MEMORY: &str = "return window.widgetMemory.buffer.byteLength;";
/// A hundred thousand dossiers on a slow machine.
const LONG_PATIENCE: Duration = Duration::from_mins(30);

/// A first run of so many dossiers, from a DS that answers at once: seconds, and the widget's memory at its end, in bytes.
async fn at_once(dossiers: u32, told: &str) -> anyhow::Result<(f64, f64)> {
    let stack = stack(dossiers).await?;
    let title = stack.ds.store().demarche(BENCH).context("no démarche")?.title.clone();
    let browser = Browser::start("large_run").await;
    browser.run_first(HOLD).await;
    // Without the document's own table beside it, which Grist draws a screen at a time.
    let address = stack.grist.page_url(&stack.document, "owner", &stack.address());
    browser.open(&format!("{address}&access=full&view=widget&panel=closed")).await;
    browser.document_is_loaded().await;
    browser.press("Connecter une démarche").await;
    browser.choose(&title).await;
    browser.press("Choisir les champs").await;
    browser.sees("Seulement l'essentiel").await;
    let start = Instant::now();
    browser.press("Importer les dossiers").await;
    browser.sees_within("Synchronisation terminée", LONG_PATIENCE).await;
    let seconds = start.elapsed().as_secs_f64();
    anyhow::ensure!(browser.widget_text().await.contains(told), "not every dossier arrived");
    Ok((seconds, browser.ask_widget(MEMORY).await.as_f64().context("no memory is told")?))
}

/// A hundred thousand dossiers arrive: the time of each, against that of ten thousand, and the memory that they take.
pub(super) async fn large_run(figures: &mut Figures) -> anyhow::Result<()> {
    let (small, _) = at_once(10_000, "10 000 dossiers sont à jour").await?;
    let (large, memory) = at_once(100_000, "100 000 dossiers sont à jour").await?;
    figures.insert("large_time_ratio", (large / small / 10.0 * 100.0).round() / 100.0);
    figures.insert("large_wasm_mb", (memory / 1_048_576.0).round());
    Ok(())
}

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
    stack.ds.faults().add(Fault::Latency(PAGE).always().on_operation("getDossiers"));
    let start = Instant::now();
    browser.press("Importer les dossiers").await;
    // The run has a page of its own. What kept it before it was watched is told too.
    browser.sees("Synchronisation en cours").await;
    browser.ask_widget(WATCH).await;
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
