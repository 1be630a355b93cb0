//! The engine as the browser runs it, timed: `make bench` builds it for wasm32 and runs it in Node.js. What it converts is in
//! `globalThis.input`, as texts: `form`, `mapping` and `pages`. Dossiers a second go to `globalThis.output`.

#![expect(clippy::expect_used, reason = "a figure that cannot be measured is an error")]

use js_sys::{Array, Date, Reflect};
use relais_engine::{
    ds::{Demarche, Dossier, DossierPage},
    grist::DocumentSchema,
    json,
    mapping::{Binding, Mapping, Translation},
    sync::{Converter, FileIndex, TableIndex, plan},
};
use wasm_bindgen::{JsCast as _, JsValue};

/// A clock of whole milliseconds tells a rate to one part in a thousand.
const LONG_ENOUGH: f64 = 1000.0;

fn main() {
    let rate = measure().expect("the input is that of the bench");
    Reflect::set(&js_sys::global(), &"output".into(), &rate.into()).expect("a global can be set");
}

/// Conversion and comparison of dossiers with an index that already holds them: what each run does for each dossier it reads.
fn measure() -> Option<f64> {
    let input = get(&js_sys::global(), "input")?;
    let demarche = Demarche::read(get(&input, "form")?.as_string()?.as_bytes()).ok()?;
    let mapping: Mapping = json::read(get(&input, "mapping")?.as_string()?.as_bytes()).ok()?;
    let pages: Array = get(&input, "pages")?.dyn_into().ok()?;
    let page = |page: JsValue| DossierPage::read(page.as_string()?.as_bytes()).ok();
    let dossiers: Vec<Dossier> = pages.iter().filter_map(page).flat_map(|page| page.dossiers).collect();
    let plan = plan(&mapping, Translation::default(), &Binding::default(), &DocumentSchema::default(), &demarche).ok()?;
    let converter = Converter::new(&plan.tables, "https://ds.example/".to_owned());
    let (files, mut index) = (FileIndex::default(), TableIndex::empty(plan.tables.first()?));
    let mut slots = Vec::new();
    for (row, dossier) in (1..).zip(&dossiers) {
        slots.push(index.add_dossier(dossier.number, row, &converter.convert(dossier, &files, &mut Vec::new()).main));
    }
    let mut changed = 0;
    let mut pass = || {
        for (slot, dossier) in slots.iter().zip(&dossiers) {
            let conversion = converter.convert(dossier, &files, &mut Vec::new());
            changed += index.changed(*slot, &conversion.main).len();
        }
    };
    // Until the machine has compiled it for good.
    pass();
    let (start, mut passes) = (Date::now(), 0.0);
    while Date::now() - start < LONG_ENOUGH {
        pass();
        passes += 1.0;
    }
    let seconds = (Date::now() - start) / 1000.0;
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let count = dossiers.len() as f64;
    (changed == 0 && !dossiers.is_empty()).then_some(passes * count / seconds)
}

fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok()
}
