//! What Relais believes of the platforms, against the real thing: three schemas of DS, a real démarche and dossier, and
//! recordings of a real Grist, those of its talk with a widget played in a browser. Run by `make conformance SHARED=…`; it
//! fails when the folder is missing.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod ds_schema;
mod form;
mod grist;
mod grist_http;
mod grist_page;
mod grist_recording;
mod grist_replay;
mod grist_report;
mod operations;

use std::path::PathBuf;

/// The folder of shared facts and data.
fn shared() -> PathBuf {
    let folder = std::env::var_os("RELAIS_SHARED").expect("RELAIS_SHARED names the folder of shared data: run `make conformance SHARED=…`");
    let folder = PathBuf::from(folder);
    assert!(folder.join("data").is_dir(), "{} has no folder `data`", folder.display());
    folder
}

/// A file of the shared data.
fn data(name: &str) -> String {
    let path = shared().join("data").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
