//! The sample Grist against recordings of a real one: every scenario is played, every answer compared.
//! What Relais does not use is refused loudly: those refusals, and the few differences, are listed here one by one.
use super::grist_recording::scenarios;
use super::grist_replay::Stage;
use super::grist_report::{Report, Reviewed, Steps};
use serde_json::{Value, json};

async fn play(file: &'static str, reviewed: &'static [Reviewed], unused: &'static [&'static str], least: usize) {
    let mut report = Report::new(file, reviewed, unused);
    for scenario in scenarios(file) {
        let mut stage = Stage::of(&scenario).await;
        stage.play(&scenario, &mut report).await;
    }
    report.finish(least);
}

#[tokio::test]
async fn a_new_document_is_as_recorded() {
    play("initial.json", &[], &[], 26).await;
}

#[tokio::test]
async fn actions_on_structure_answer_as_recorded() {
    const REVIEWED: &[Reviewed] = &[
        Reviewed {
            scenario: "AddTable odd column definitions, one table each",
            steps: Steps::Final(&["O17", "_grist_Tables", "_grist_Tables_column"]),
            why: "the table whose formula is refused is not there",
        },
        Reviewed {
            scenario: "RenameTable with references and formulas",
            steps: Steps::Without(&["n"]),
            why: "a formula over all rows of a table is refused",
        },
        Reviewed { scenario: "RemoveTable with references to it", steps: Steps::Without(&["f"]), why: "a formula that looks a row up is refused" },
        Reviewed {
            scenario: "AddRecord on _grist_Tables_column",
            steps: Steps::Final(&["_grist_Tables_column"]),
            why: "the column that cannot be used afterwards is not added",
        },
        Reviewed {
            scenario: "CreateViewSection on a new and on an existing page, page renamed, section and page removed",
            steps: Steps::From(2),
            why: "pages with several sections are not made by Relais",
        },
        Reviewed { scenario: "CreateViewSection as a summary table", steps: Steps::From(2), why: "summary tables are not made by Relais" },
    ];
    const UNUSED: &[&str] = &["the formula", "the action CreateViewSection", "an addition to _grist_Tables_column"];
    play("actions-structure.json", REVIEWED, UNUSED, 350).await;
}

#[tokio::test]
async fn actions_on_records_answer_as_recorded() {
    const REVIEWED: &[Reviewed] = &[
        Reviewed {
            scenario: "BulkAddRecord with the same explicit id twice",
            steps: Steps::Only(&["2"]),
            why: "Grist refuses and yet keeps a row in memory: its defect",
        },
        Reviewed { scenario: "BulkAddRecord with the same explicit id twice", steps: Steps::Final(&["D"]), why: "the same" },
        Reviewed { scenario: "Formula columns: values, errors, dependencies", steps: Steps::From(1), why: "Python's formulas are not computed" },
        Reviewed {
            scenario: "Trigger formulas: default value and recalculation",
            steps: Steps::From(6),
            why: "a formula that recalculates on changes of others is refused",
        },
    ];
    const UNUSED: &[&str] = &["the formula", "a change of a column's recalc"];
    play("actions-records.json", REVIEWED, UNUSED, 230).await;
}

#[tokio::test]
async fn access_rules_refuse_as_recorded() {
    const REVIEWED: &[Reviewed] = &[Reviewed {
        scenario: "rows with nom \"a\" may not be read",
        steps: Steps::From(0),
        why: "rules on rows are not kept; Relais meets their refusals by other rules",
    }];
    const UNUSED: &[&str] = &["GET /sql", "the action CreateViewSection", "POST /tables", "PATCH /tables"];
    play("access-rules.json", REVIEWED, UNUSED, 175).await;
}

#[tokio::test]
async fn rest_with_a_token_answers_as_recorded() {
    const UNUSED: &[&str] = &[
        "records with cellFormat",
        "POST /tables/Dossiers/records/list",
        "POST /tables",
        "PATCH /tables",
        "PUT /tables/Neuve/columns",
        "DELETE /tables/Neuve/columns",
        "GET /sql",
        "POST /sql",
    ];
    play("rest-token.json", &[], UNUSED, 100).await;
}

#[tokio::test]
async fn rest_with_a_key_answers_as_recorded() {
    const UNUSED: &[&str] = &[
        "records with cellFormat",
        "POST /tables/Dossiers/records/list",
        "DELETE /tables/Dossiers/records",
        "POST /tables",
        "PATCH /tables",
        "PUT /tables/Neuve/columns",
        "DELETE /tables/Neuve/columns",
        "GET /sql",
        "POST /sql",
    ];
    play("rest-apikey.json", &[], UNUSED, 100).await;
}

#[tokio::test]
async fn roles_are_told_apart_as_recorded() {
    const UNUSED: &[&str] = &[
        "GET /sql",
        "GET /states",
        "GET /snapshots",
        "GET /attachments/transferStatus",
        "GET /forms/1",
        "GET /api/profile/user",
        "GET /access",
        "GET /usersForViewAs",
        "POST /timing",
        "POST /webhooks",
        "PATCH /access",
        "PATCH /",
        "GET /",
    ];
    play("rest-roles.json", &[], UNUSED, 190).await;
}

#[tokio::test]
async fn content_types_are_taken_as_recorded() {
    play("rest-content-type.json", &[], &[], 30).await;
}

#[tokio::test]
async fn origins_are_answered_as_recorded() {
    const REVIEWED: &[Reviewed] = &[
        Reviewed { scenario: "requests from a foreign origin", steps: Steps::Only(&["7"]), why: "a session by cookie is not kept: nobody is asking" },
        Reviewed {
            scenario: "requests from the same host with another port and from Grist itself",
            steps: Steps::Only(&["2", "6"]),
            why: "the same",
        },
    ];
    play("rest-cors.json", REVIEWED, &[], 30).await;
}

#[tokio::test]
async fn attachments_are_kept_as_recorded() {
    const REVIEWED: &[Reviewed] = &[
        Reviewed {
            scenario: "upload with a token: one file, three files, empty file, utf-8 name",
            steps: Steps::Only(&["34"]),
            why: "unused attachments are not removed",
        },
        Reviewed {
            scenario: "upload with a token: one file, three files, empty file, utf-8 name",
            steps: Steps::Final(&["_grist_Attachments"]),
            why: "files are known by their SHA-256, not by their SHA-1",
        },
        Reviewed { scenario: "upload with an API key", steps: Steps::Final(&["_grist_Attachments"]), why: "the same" },
    ];
    const UNUSED: &[&str] = &["attachments sorted or filtered", "POST /attachments/updateUsed", "POST /attachments/removeUnused"];
    play("rest-attachments.json", REVIEWED, UNUSED, 50).await;
}

#[tokio::test]
async fn identifiers_are_made_as_recorded() {
    let mut report = Report::new("identifiers.json", &[], &[]);
    for scenario in scenarios("identifiers.json") {
        let mut stage = Stage::of(&scenario).await;
        stage.play(&scenario, &mut report).await;
        let name = scenario["name"].as_str().unwrap();
        let cases = scenario["cases"].as_array();
        if cases.is_some() {
            let actions = json!([["AddTable", "Pure", [{"id": "a0", "type": "Text"}]]]);
            stage.document.apply("owner", actions, json!({})).await.unwrap();
        }
        for (index, case) in cases.into_iter().flatten().enumerate() {
            let given = stage.arguments(&case["given"]).await.unwrap();
            let (make, made) = if case.get("colId").is_some() {
                let info = json!({"type": "Text", "isFormula": false});
                (json!(["AddVisibleColumn", "Pure", given, info]), "colId")
            } else {
                (json!(["AddRawTable", given]), "table_id")
            };
            let answer = stage.document.apply("owner", json!([make]), json!({})).await.unwrap();
            let id = answer["retValues"][0][made].clone();
            let recorded = case.get("colId").unwrap_or(&case["tableId"]);
            report.compare(name, &format!("case {index}"), recorded, &id);
            let undo = match made {
                "colId" => json!([["RemoveColumn", "Pure", id]]),
                _ => json!([["RemoveTable", id]]),
            };
            let removed = stage.document.apply("owner", undo, json!({})).await;
            // A display column that shows nothing has been removed already.
            assert!(removed.is_ok() || id == "gristHelper_Display", "{id}: {removed:?}");
        }
    }
    report.finish(250);
}

#[tokio::test]
async fn values_are_kept_as_recorded() {
    const REVIEWED: &[Reviewed] = &[Reviewed {
        scenario: "Date: texts written with parseStrings",
        steps: Steps::Only(&["case 5"]),
        why: "months are not read by their English names",
    }];
    const UNUSED: &[&str] = &["a reference written as a lookup"];
    let mut report = Report::new("values.json", REVIEWED, UNUSED);
    for scenario in scenarios("values.json") {
        let mut stage = Stage::of(&scenario).await;
        stage.play(&scenario, &mut report).await;
        let name = scenario["name"].as_str().unwrap();
        let options = scenario.get("options").cloned().unwrap_or_default();
        let mut written = Vec::new();
        for case in scenario["cases"].as_array().into_iter().flatten() {
            let fields = if case["write"]["$js"] == "nothing" { Some(json!({})) } else { stage.arguments(&json!({"v": case["write"]})).await };
            let Some(fields) = fields else {
                written.push(Ok(Value::Null));
                continue;
            };
            let actions = json!([["AddRecord", "V", null, fields]]);
            written.push(stage.document.apply("owner", actions, options.clone()).await);
        }
        if written.is_empty() {
            continue;
        }
        let read = stage.document.fetch_table("owner", "V").await.unwrap();
        for (index, (case, answer)) in scenario["cases"].as_array().unwrap().iter().zip(written).enumerate() {
            let place = format!("case {index}");
            if case.get("error").is_some() {
                report.compare_call(name, &place, case, answer);
                continue;
            }
            let cell = answer.map(|answer| {
                let row = &answer["retValues"][0];
                let place = read["id"].as_array().unwrap().iter().position(|id| id == row);
                place.map_or(json!("no such row"), |row| read["v"][row].clone())
            });
            report.compare_call(name, &place, &json!({"result": case["read"]}), cell);
        }
    }
    report.finish(500);
}
