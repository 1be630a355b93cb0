//! The entry point of the page on which démarches are connected, `connecter.html`.

fn main() {
    relais_widget::views::mount_connect();
}
