//! What a run could not do: dossier by dossier, then for whole columns and tables.

use leptos::prelude::*;
use relais_engine::{
    ds::DossierNumber,
    sync::{Outcome, Problem},
    words as names,
};

use crate::{
    app::{App, Run},
    text::run as words,
    ui::{Icon, View, el, icon, mark, row, section, table},
};

/// A longer list would not be read.
const LONGEST_LIST: usize = 100;

/// The problems of a run.
pub(super) fn problems(run: &Run, outcome: &Outcome) -> View {
    let app = App::current();
    let ds_url = app.session.with_untracked(|session| session.as_ref().map(|session| session.ds_url.trim_end_matches('/').to_owned()));
    let ds_url = ds_url.unwrap_or_default();
    let address = |dossier: DossierNumber| {
        let demarche =
            outcome.report.elsewhere.iter().find(|(number, _)| *number == dossier).map_or(run.connexion.mapping.demarche, |(_, demarche)| *demarche);
        format!("{ds_url}/procedures/{demarche}/dossiers/{dossier}")
    };
    let of_dossiers = |is_failure: bool| {
        let found = outcome.report.problems.iter().filter(move |problem| problem.dossier.is_some() && problem.is_failure() == is_failure);
        found.map(|problem| line(problem, problem.dossier.map(address))).collect::<Vec<_>>()
    };
    let failed = list("erreurs", words::problems_title(outcome.report.failed()), of_dossiers(true));
    let awaited = list("attendues", words::AWAITED_TITLE.to_owned(), of_dossiers(false));
    let of_columns: Vec<&Problem> = outcome.report.problems.iter().filter(|problem| problem.dossier.is_none()).collect();
    let columns = (!of_columns.is_empty()).then(|| {
        let lines = of_columns.into_iter().map(|problem| {
            el("li").child(mark("st warn", Icon::Warning, names::problem(problem))).child(el("p").class("meta").child(names::advice(problem)))
        });
        section("colonnes", words::COLUMN_PROBLEMS).child(el("ul").class("rows").child(View::list(lines)))
    });
    View::from([failed, awaited, columns.into()])
}

/// Problems of dossiers, under their own title; nothing when there are none.
fn list(id: &'static str, title: String, mut rows: Vec<View>) -> View {
    if rows.is_empty() {
        return View::NOTHING;
    }
    let is_cut = rows.len() > LONGEST_LIST;
    rows.truncate(LONGEST_LIST);
    let table = table(words::PROBLEMS, &words::PROBLEM_HEADS, false, rows);
    section(id, title).child(table).child(is_cut.then(|| el("p").class("meta").child(words::MORE_PROBLEMS))).into()
}

fn line(problem: &Problem, address: Option<String>) -> View {
    let link = problem.dossier.map(|number| {
        let link = el("a")
            .class("lk")
            .attr("href", address)
            .attr("target", "_blank")
            .attr("rel", "noreferrer")
            .child(words::OPEN_IN_DS)
            .child(el("span").class("vh").child(words::of_dossier(number)))
            .child(icon(Icon::Outside));
        View::from([number.to_string().into(), el("br").into(), link.into()])
    });
    row("nowrap num", link, &[], vec![names::problem(problem).into(), names::advice(problem).into()])
}
