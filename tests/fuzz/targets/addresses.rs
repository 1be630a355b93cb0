//! Addresses: of démarches as agents paste them, of documents and origins, of files. One that is taken leads where it says.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(number) = relais_widget::demarche::parse(text) {
        assert!(number.get() > 0);
    }
    relais_proxy::fuzzing::read_addresses(text);
});
