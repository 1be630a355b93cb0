//! What DS answers: read or refused, never a panic, whatever it sends.
#![no_main]

use relais_engine::ds::{Demarche, DossierPage, dossiers_count};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let _ = Demarche::read(body);
    let _ = DossierPage::read(body);
    let _ = dossiers_count(body);
});
