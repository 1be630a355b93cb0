//! The widget.
use leptos as _;
use gloo_net as _;
fn main() {}
