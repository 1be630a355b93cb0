//! Templates: refused, or read and written again as they are; never a panic, never long.
#![no_main]

use relais_engine::template::Template;

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    match Template::read(file) {
        Ok(template) => {
            let written = template.write();
            let again = Template::read(written.as_bytes()).expect("what we write is a template");
            assert_eq!(again.write(), written);
        }
        Err(error) => assert!(!error.message().is_empty()),
    }
});
