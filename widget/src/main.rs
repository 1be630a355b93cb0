//! The entry point of the main page, `index.html`.

fn main() {
    relais_widget::views::mount();
}
