//! The variables of operations: read or refused, and what is read says its démarche and is written as it will be asked.
#![no_main]

use relais_engine::ds::operations::OperationName;

libfuzzer_sys::fuzz_target!(|input: (u8, &[u8])| {
    let (number, body) = input;
    let Some(name) = OperationName::ALL.get(usize::from(number) % OperationName::ALL.len()) else { return };
    if let Ok(operation) = name.parse(body) {
        assert!(operation.demarche().get() > 0);
        let written = operation.variables().to_string();
        let again = name.parse(written.as_bytes()).expect("what we ask is what we read");
        assert_eq!(again.variables(), operation.variables());
    }
});
