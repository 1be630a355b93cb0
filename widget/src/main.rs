//! The widget's entry point.

use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    if let Some(waiting) = document().get_element_by_id("chargement") {
        waiting.remove();
    }
    mount_to_body(relais_widget::views::Root);
}
