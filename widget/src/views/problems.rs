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

/// A longer list would not be read; the journal has it.
const LONGEST_LIST: usize = 100;

/// The problems of a run.
#[component]
pub(super) fn Problems(run: Run, outcome: Outcome) -> impl IntoView {
    let app = App::current();
    let ds_url = app.session.with_untracked(|session| session.as_ref().map(|session| session.ds_url.trim_end_matches('/').to_owned()));
    let base = format!("{}/procedures/{}/dossiers/", ds_url.unwrap_or_default(), run.connexion.mapping.demarche);
    let (of_dossiers, of_columns): (Vec<Problem>, Vec<Problem>) =
        outcome.report.problems.iter().cloned().partition(|problem| problem.dossier.is_some());
    let more = of_dossiers.len() > LONGEST_LIST;
    let rows = of_dossiers.iter().take(LONGEST_LIST).map(|problem| row(problem, &base)).collect_view();
    let failed = outcome.report.failed();
    let dossiers = (!of_dossiers.is_empty()).then(|| {
        let [dossier, what, remedy] = words::PROBLEM_HEADS;
        view! {
            <section aria-labelledby="erreurs">
                <h2 id="erreurs">{words::problems_title(failed)}</h2>
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
                {more.then(|| view! { <p class="meta">{words::MORE_PROBLEMS}</p> })}
            </section>
        }
    });
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
        {dossiers}
        {columns}
    }
}

fn row(problem: &Problem, base: &str) -> impl IntoView + use<> {
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
