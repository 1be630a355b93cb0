//! The option `parseStrings`: texts read as an agent's typing would be.
use super::refusal::Refusal;
use super::state::State;
use serde_json::Value;

/// Not done yet: whoever asks for it is told so.
pub(crate) fn parse(_state: &State, _actions: Vec<Value>) -> Result<Vec<Value>, Refusal> {
    Err(Refusal::unsupported("the option parseStrings"))
}
