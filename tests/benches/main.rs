//! The figures of DESIGN section 8, into `target/bench.json`. Counts are exact; times are medians
//! within this run, to be quoted with the machine. Nothing here passes or fails: counts are asserted by the
//! tests, times and sizes are held against the budgets by people.

#![expect(clippy::cast_precision_loss, clippy::print_stdout, reason = "figures are printed, and are small")]

mod in_browser;
mod in_proxy;
mod in_wasm;

use std::{collections::BTreeMap, path::Path, process::Command, time::Instant};

use anyhow::Context as _;
use relais_engine::{
    ds::{
        Demarche, Dossier, DossierPage, Operation,
        operations::{DemarcheVariables, DossiersVariables, PageVariables, Parts},
    },
    grist::DocumentSchema,
    mapping::{Binding, Mapping, Preset, Translation},
    ports::Source,
    sync::{Converter, FileIndex, Report, TableIndex, plan},
};
use relais_tests::{
    browser,
    ds::{self, BENCH, world::value::Value as Held},
    stack::{Options, Stack, generous},
};

type Figures = BTreeMap<&'static str, f64>;

/// What the bench's mapping needs of a dossier.
const PARTS: Parts = Parts {
    include_geometry: false,
    include_instructeurs: false,
    include_columns: false,
    include_avis: false,
    include_messages: false,
    include_traitements: false,
    ..Parts::ALL
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if in_proxy::serve_if_asked().await? {
        return Ok(());
    }
    // `cargo bench … -- proxy` measures one part, and prints it alone.
    // Chosen once for the process, as the server does.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let mut figures = Figures::new();
    if is_wanted("counts") {
        counts(&mut figures).await?;
    }
    if is_wanted("engine") {
        engine(&mut figures).await?;
        in_wasm::engine(&mut figures).await?;
    }
    // Before tokens are sealed in the database, by a key that goes with its folder.
    if is_wanted("gallery") {
        in_proxy::galleries(&mut figures).await?;
    }
    if is_wanted("proxy") {
        in_proxy::proxy(&mut figures).await?;
    }
    if is_wanted("widget") {
        widget(&mut figures)?;
    }
    if is_wanted("browser") {
        in_browser::long_run(&mut figures).await?;
        in_browser::large_run(&mut figures).await?;
    }
    if only.is_some() {
        println!("{}", serde_json::to_string_pretty(&figures)?);
        return Ok(());
    }
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output()?;
    let machine = format!("{} cores, {}", std::thread::available_parallelism()?, std::env::consts::ARCH);
    let report = serde_json::json!({ "figures": figures, "machine": machine, "commit": String::from_utf8_lossy(&commit.stdout).trim() });
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench.json");
    std::fs::write(&target, serde_json::to_string_pretty(&report)?)?;
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

/// A stack whose limits are out of the way: what is measured is not how long one waits for one's turn.
async fn stack(dossiers: u32) -> anyhow::Result<Stack> {
    let ds = ds::Options { bench: dossiers, everyday: 0, complete: 0, requests_per_minute: 1_000_000, ..ds::Options::default() };
    Stack::start(Options { ds, limits: generous()?, ..Options::default() }).await
}

/// Requests and writes of a first run, of one that finds nothing new, and of one that finds one change.
async fn counts(figures: &mut Figures) -> anyhow::Result<()> {
    let stack = stack(1000).await?;
    let mapping = stack.propose(BENCH, Preset::Everything).await?;
    let mut measure = async |requests: &'static str, writes: &'static str| -> anyhow::Result<Report> {
        stack.ds.requests().reset();
        stack.document.reset_calls();
        let outcome = stack.run("owner", &mapping).await?;
        anyhow::ensure!(outcome.stop.is_none(), "a run stopped: {:?}", outcome.stop);
        figures.insert(requests, stack.ds.requests().count() as f64);
        figures.insert(writes, stack.document.calls().writes as f64);
        Ok(outcome.report)
    };
    let first = measure("first_ds_requests", "first_writes").await?;
    anyhow::ensure!(first.added == 1000, "{} dossiers arrived", first.added);
    let rows_read = stack.document.calls().rows_read;
    measure("same_ds_requests", "same_writes").await?;
    let number = *stack.ds.store().numbers(BENCH).first().context("no dossier")?;
    let (_, dossier) = stack.ds.store().dossier(number).context("no dossier")?;
    let text = dossier.content().champs.iter().find_map(|(field, value)| matches!(value, Held::Text(_)).then_some(*field)).context("no text")?;
    stack.ds.store().set_champ(number, text, Some(Held::Text("Une autre réponse".to_owned())))?;
    let one = measure("one_ds_requests", "one_writes").await?;
    figures.insert("first_rows_read", rows_read as f64);
    figures.insert("one_rows_written", (one.added + one.updated + one.rows_added + one.rows_updated) as f64);
    Ok(())
}

/// The form and the dossiers of the bench, as the engine reads them.
async fn dossiers(stack: &Stack, count: usize) -> anyhow::Result<(Demarche, Mapping, Vec<Dossier>)> {
    let source = stack.source("owner").await?;
    let number = i64::from(BENCH).try_into()?;
    let demarche = Demarche::read(&source.call(&Operation::GetDemarche(DemarcheVariables { number })).await?)?;
    let mapping = stack.propose(BENCH, Preset::Everything).await?;
    let (mut dossiers, mut after) = (Vec::new(), None);
    while dossiers.len() < count {
        let page = PageVariables { first: Some(100), after, ..PageVariables::of(number) };
        let page = DossierPage::read(&source.call(&Operation::GetDossiers(DossiersVariables { page, parts: PARTS })).await?)?;
        after = page.page_info.end_cursor;
        dossiers.extend(page.dossiers);
    }
    Ok((demarche, mapping, dossiers))
}

/// Conversion and comparison of dossiers with an index that already holds them: what each run does for each dossier it reads.
async fn engine(figures: &mut Figures) -> anyhow::Result<()> {
    let stack = stack(1000).await?;
    let (demarche, mapping, dossiers) = dossiers(&stack, 1000).await?;
    let plan = plan(&mapping, Translation::default(), &Binding::default(), &DocumentSchema::default(), &demarche)?;
    let converter = Converter::new(&plan.tables, "https://ds.example/".to_owned());
    let files = FileIndex::default();
    let main = plan.tables.first().context("no table")?;
    let mut index = TableIndex::empty(main);
    let mut slots = Vec::new();
    for (row, dossier) in (1..).zip(&dossiers) {
        slots.push(index.add_dossier(dossier.number, row, &converter.convert(dossier, &files, &mut Vec::new()).main));
    }
    let mut rates = Vec::new();
    for _ in 0..9 {
        let start = Instant::now();
        let mut changed = 0;
        for (slot, dossier) in slots.iter().zip(&dossiers) {
            let conversion = converter.convert(dossier, &files, &mut Vec::new());
            changed += index.changed(*slot, &conversion.main).len();
        }
        anyhow::ensure!(changed == 0, "{changed} cells differ from themselves");
        rates.push(dossiers.len() as f64 / start.elapsed().as_secs_f64());
    }
    figures.insert("engine_native_per_s", median(&mut rates).round());
    Ok(())
}

/// What a browser downloads before it shows a page, compressed as the proxy does.
fn widget(figures: &mut Figures) -> anyhow::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist");
    for (page, name) in [
        ("index.html", "widget_brotli_bytes"),
        ("connecter.html", "connect_page_brotli_bytes"),
        ("equipe.html", "team_page_brotli_bytes"),
        ("modeles.html", "templates_page_brotli_bytes"),
    ] {
        let text = std::fs::read_to_string(dist.join(page)).context("the widget is not built: make widget")?;
        let mut total = 0;
        for file in std::fs::read_dir(&dist)? {
            let file = file?;
            let file_name = file.file_name().to_string_lossy().into_owned();
            // Each page names what it needs.
            if file_name == page || text.contains(&file_name) {
                let mut compressed = Vec::new();
                let content = std::fs::read(file.path())?;
                brotli::BrotliCompress(&mut content.as_slice(), &mut compressed, &brotli::enc::BrotliEncoderParams::default())?;
                total += compressed.len();
            }
        }
        figures.insert(name, total as f64);
    }
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    percentile(values, 50)
}

fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * percent / 100).copied().unwrap_or_default()
}
