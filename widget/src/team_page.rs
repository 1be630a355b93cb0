//! The entry point of the team's page, `equipe.html`.

fn main() {
    relais_widget::views::mount_team();
}
