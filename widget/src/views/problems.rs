//! What a run could not do: dossier by dossier, then for whole columns and tables.

use leptos::prelude::*;
use relais_engine::{
    sync::{Outcome, Problem},
    words as names,
};

use crate::{
    app::{App, Run},
    text::run as words,
    ui::{Icon, icon, view},
};

/// A longer list would not be read.
const LONGEST_LIST: usize = 100;

/// The problems of a run.
#[component]
pub(super) fn Problems(run: Run, outcome: Outcome) -> impl IntoView {
    let app = App::current();
    let ds_url = app.session.with_untracked(|session| session.as_ref().map(|session| session.ds_url.trim_end_matches('/').to_owned()));
    let base = format!("{}/procedures/{}/dossiers/", ds_url.unwrap_or_default(), run.connexion.mapping.demarche);
    let of_dossiers = |is_failure: bool| {
        let found = outcome.report.problems.iter().filter(move |problem| problem.dossier.is_some() && problem.is_failure() == is_failure);
        found.map(|problem| row(problem, &base)).collect::<Vec<_>>()
    };
    let failed = table("erreurs", words::problems_title(outcome.report.failed()), of_dossiers(true));
    let awaited = table("attendues", words::AWAITED_TITLE.to_owned(), of_dossiers(false));
    let of_columns: Vec<&Problem> = outcome.report.problems.iter().filter(|problem| problem.dossier.is_none()).collect();
    let columns = (!of_columns.is_empty()).then(|| {
        let lines = of_columns.iter().map(|problem| {
            view! {
                <li>
                    <span class="st warn">{icon(Icon::Warning)} <span>{names::problem(problem)}</span></span>
                    <p class="meta">{names::advice(problem)}</p>
                </li>
            }
        });
        view! {
            <section aria-labelledby="colonnes">
                <h2 id="colonnes">{words::COLUMN_PROBLEMS}</h2>
                <ul class="rows">{lines.collect_view()}</ul>
            </section>
        }
    });
    view! {
        {failed}
        {awaited}
        {columns}
    }
}

/// Problems of dossiers, under their own title; nothing when there are none.
fn table(id: &'static str, title: String, mut rows: Vec<AnyView>) -> Option<AnyView> {
    let is_cut = rows.len() > LONGEST_LIST;
    rows.truncate(LONGEST_LIST);
    let [dossier, what, remedy] = words::PROBLEM_HEADS;
    (!rows.is_empty()).then(|| {
        view! {
            <section aria-labelledby=id>
                <h2 id=id>{title}</h2>
                <table role="table" class="table stack">
                    <caption class="vh">{words::PROBLEMS}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">
                                {dossier}
                            </th>
                            <th role="columnheader" scope="col">
                                {what}
                            </th>
                            <th role="columnheader" scope="col">
                                {remedy}
                            </th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
                {is_cut.then(|| view! { <p class="meta">{words::MORE_PROBLEMS}</p> })}
            </section>
        }
    })
}

fn row(problem: &Problem, base: &str) -> AnyView {
    let link = problem.dossier.map(|number| {
        let address = format!("{base}{number}");
        view! {
            {number.to_string()}
            <br />
            <a class="lk" href=address target="_blank" rel="noreferrer">
                {words::OPEN_IN_DS}
                <span class="vh">{words::of_dossier(number)}</span>
                {icon(Icon::Outside)}
            </a>
        }
    });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="nowrap num">
                {link}
            </th>
            <td role="cell">{names::problem(problem)}</td>
            <td role="cell">{names::advice(problem)}</td>
        </tr>
    }
}
