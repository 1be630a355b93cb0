//! The engine as the browser runs it, in Node.js: the same machine code, without a page around it.

use std::{path::Path, process::Command};

use anyhow::Context as _;
use relais_engine::{
    ds::{
        DossierPage, Operation,
        operations::{DemarcheVariables, DossiersVariables, PageVariables},
    },
    mapping::Preset,
    ports::Source as _,
};
use relais_tests::ds::BENCH;

use super::{Figures, PARTS, median, stack};

/// Runs `widget/examples/engine_speed.rs`, which the `make` target has built.
const RUN: &str = "globalThis.input = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'));
    require(process.argv[2]);
    console.log(globalThis.output);";

pub(super) async fn engine(figures: &mut Figures) -> anyhow::Result<()> {
    let stack = stack(1000).await?;
    let source = stack.source("owner").await?;
    let number = i64::from(BENCH).try_into()?;
    let form = String::from_utf8(source.call(&Operation::GetDemarche(DemarcheVariables { number })).await?)?;
    let mapping = serde_json::to_string(&stack.propose(BENCH, Preset::Everything).await?)?;
    let (mut pages, mut after) = (Vec::new(), None);
    for _ in 0..10 {
        let page = PageVariables { first: Some(100), after, ..PageVariables::of(number) };
        let body = source.call(&Operation::GetDossiers(DossiersVariables { page, parts: PARTS })).await?;
        after = DossierPage::read(&body)?.page_info.end_cursor;
        pages.push(String::from_utf8(body)?);
    }
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/engine-speed").canonicalize().context("it is not built: make bench")?;
    let input = target.join("input.json");
    std::fs::write(&input, serde_json::json!({ "form": form, "mapping": mapping, "pages": pages }).to_string())?;
    let mut rates = Vec::new();
    for _ in 0..3 {
        let run = Command::new("node").arg("-e").arg(RUN).arg(&input).arg(target.join("engine_speed.js")).output()?;
        let told = String::from_utf8_lossy(&run.stdout);
        rates.push(told.trim().parse::<f64>().with_context(|| format!("{told}{}", String::from_utf8_lossy(&run.stderr)))?);
    }
    figures.insert("engine_wasm_per_s", median(&mut rates).round());
    Ok(())
}
