//! Sessions and Grist's access tokens: whatever is sent, nobody gets in who was not let in.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    assert!(!relais_proxy::fuzzing::is_session(text), "a session that we did not sign");
    relais_proxy::fuzzing::read_access_token(text);
    relais_proxy::fuzzing::read_invitation_code(text);
});
