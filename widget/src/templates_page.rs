//! The entry point of the templates' page, `modeles.html`.

use leptos::prelude::document;

fn main() {
    console_error_panic_hook::set_once();
    if let Some(waiting) = document().get_element_by_id("chargement") {
        waiting.remove();
    }
    relais_widget::views::mount_templates();
}
