//! The entry point of the templates' page, `modeles.html`.

fn main() {
    relais_widget::views::mount_templates();
}
