//! Plays recorded scenarios against the sample Grist and says where it answered otherwise.
use super::grist_recording::sent;
use super::grist_report::{Outcome, Report};
use relais_tests::grist::{AccessLevel, AccessRule, Options, Refusal, Role, SampleDocument, SampleGrist};
use serde_json::{Map, Value, json};

/// A document as a scenario starts with it.
pub(crate) struct Stage {
    pub(crate) grist: SampleGrist,
    pub(crate) document: SampleDocument,
    pub(crate) other: SampleDocument,
    pub(crate) user: String,
    pub(crate) name: String,
    pub(crate) results: Vec<Value>,
    skipped: i64,
    /// A token is made once for each user of a scenario, as it was when it was recorded.
    pub(crate) tokens: Map<String, Value>,
}

impl Stage {
    pub(crate) async fn of(scenario: &Value) -> Self {
        let grist = SampleGrist::start(Options::default()).await.unwrap();
        let document = grist.first_document().unwrap();
        let other = grist.add_document("Autre").unwrap();
        let mut stage = Self {
            user: scenario["as"].as_str().unwrap_or("owner").to_owned(),
            name: scenario["name"].as_str().unwrap().to_owned(),
            grist,
            document,
            other,
            results: Vec::new(),
            skipped: 0,
            tokens: Map::new(),
        };
        let recorded_widget = "http://127.0.0.1:9123/raw.html?go=1";
        stage.document.set_widget(recorded_widget, AccessLevel::Full);
        let setup = &scenario["setup"];
        if setup["actions"].is_array() {
            stage.write_aside(&setup["actions"]).await;
        }
        if let Some(rules) = setup["rules"].as_array().filter(|rules| !rules.is_empty()) {
            let rules: Vec<AccessRule> = rules.iter().flat_map(rules_of).collect();
            stage.document.set_rules(&rules).unwrap();
        }
        if setup["then"].as_str().is_some_and(|then| then.starts_with("visibleCol of Data.ref")) {
            let reference = stage.column("Data", "ref").await;
            let shown = stage.column("Cible", "nom").await;
            let actions = json!([
                ["UpdateRecord", "_grist_Tables_column", reference, {"visibleCol": shown}],
                ["SetDisplayFormula", "Data", null, reference, "$ref.nom"],
            ]);
            stage.write_aside(&actions).await;
        }
        stage
    }

    /// What the owner does elsewhere: it is in the undo stack of no widget.
    pub(crate) async fn write_aside(&mut self, actions: &Value) {
        let headers = json!({"Content-Type": "application/json"});
        let request = json!({"auth": "key:owner", "method": "POST", "path": "/apply?noparse=1", "headers": headers, "body": actions.to_string()});
        let answer = self.rest(&request).await;
        assert_eq!(answer["status"], 200, "{}: {actions}: {answer}", self.name);
    }

    async fn column(&self, table: &str, column: &str) -> i64 {
        let tables = self.document.fetch_table("owner", "_grist_Tables").await.unwrap();
        let columns = self.document.fetch_table("owner", "_grist_Tables_column").await.unwrap();
        let table = row_where(&tables, |row| tables["tableId"][row] == table).unwrap();
        row_where(&columns, |row| columns["colId"][row] == column && columns["parentId"][row] == json!(table))
            .unwrap_or_else(|| panic!("{}: no column {column}", self.name))
    }

    /// Arguments as this document needs them: symbols are its own numbers.
    pub(crate) async fn arguments(&self, recorded: &Value) -> Option<Value> {
        let tables = self.document.fetch_table("owner", "_grist_Tables").await.unwrap();
        let columns = self.document.fetch_table("owner", "_grist_Tables_column").await.unwrap();
        let table_ref = |name: &Value| row_where(&tables, |row| &tables["tableId"][row] == name);
        let resolve = |symbol: &Map<String, Value>| {
            if let Some(path) = symbol.get("$colRef") {
                let table = json!(table_ref(&path[0])?);
                let column = row_where(&columns, |row| columns["colId"][row] == path[1] && columns["parentId"][row] == table);
                return column.map(Value::from);
            }
            if let Some(table) = symbol.get("$tableRef") {
                return table_ref(table).map(Value::from);
            }
            let step = usize::try_from(symbol.get("$step")?.as_u64()?).ok()?;
            let path = symbol.get("path")?.as_str()?.replace('.', "/");
            self.results.get(step)?.pointer(&format!("/{path}")).cloned()
        };
        sent(recorded, &resolve).ok()
    }

    /// Plays the steps of a scenario.
    pub(crate) async fn play(&mut self, scenario: &Value, report: &mut Report) {
        let scenario = &without(scenario, report.without(&self.name));
        let end = report.end(&self.name);
        let steps = scenario["steps"].as_array().unwrap();
        for (index, step) in steps.iter().enumerate().take(end) {
            let result = self.step(&index.to_string(), step, report).await;
            self.results.push(result);
        }
        if end > steps.len()
            && let Some(tables) = scenario["final"].as_object()
        {
            let name = self.name.clone();
            for (table, recorded) in tables {
                self.compare_final(&name, table, recorded, report).await;
            }
        }
    }

    async fn step(&mut self, index: &str, step: &Value, report: &mut Report) -> Value {
        let name = self.name.clone();
        let Some(call) = step["call"].as_str() else {
            self.observe(step["observe"].as_str().unwrap());
            return Value::Null;
        };
        if call == "REST" {
            let answer = self.rest(&step["args"]).await;
            let unsupported = answer["status"] == 501;
            if unsupported {
                self.skip(&step["result"]["body"], &step["args"]);
                let error = answer["body"]["error"].as_str().unwrap().to_owned();
                report.note(&name, index, Outcome::Refused(error));
            } else {
                let mut compared = without_js_words(&answer);
                self.renumber(&mut compared["body"]);
                report.compare(&name, index, &without_js_words(&step["result"]), &compared);
            }
            return answer;
        }
        let Some(arguments) = self.arguments(&step["args"]).await else {
            report.note(&name, index, Outcome::Different("cannot be sent as JSON".to_owned()));
            return Value::Null;
        };
        let argument = |place: usize| arguments.get(place).cloned().unwrap_or_default();
        let answer = match call {
            "GristDocAPI.applyUserActions" => self.document.apply(&self.user, argument(0), argument(1)).await,
            "GristDocAPI.fetchTable" => {
                let table = argument(0).as_str().unwrap().to_owned();
                self.document.fetch_table(&self.user, &table).await
            }
            "GristDocAPI.listTables" => self.document.list_tables(&self.user).await.map(|tables| json!(tables)),
            "CommandAPI.run" => {
                let done = match argument(0).as_str() {
                    Some("undo") => self.document.undo(&self.user),
                    _ => self.document.redo(&self.user),
                };
                done.map(|_| Value::Null)
            }
            other => panic!("{name} [{index}]: {other} is not played"),
        };
        let result = answer.clone().unwrap_or_default();
        let (recorded, mut answer) = restricted(step, answer);
        match &mut answer {
            Ok(answer) => self.renumber(answer),
            Err(_) => self.skip(&step["result"], &Value::Null),
        }
        report.compare_call(&name, index, &recorded, answer);
        result
    }

    /// An action that the sample refused, and Grist did, has a number there: later ones are compared with it.
    fn skip(&mut self, recorded: &Value, request: &Value) {
        let writes = request["method"].as_str().is_some_and(|method| method != "GET") && recorded.get("error").is_none();
        if writes || recorded["actionNum"].as_i64().is_some_and(|number| number > 0) {
            self.skipped += 1;
        }
    }

    fn renumber(&self, answer: &mut Value) {
        if let Some(number) = answer["actionNum"].as_i64().filter(|number| *number > 0) {
            answer["actionNum"] = json!(number + self.skipped);
        }
    }

    fn observe(&self, what: &str) {
        if what.contains("makes the editor a viewer") {
            self.document.set_role("editor", Some(Role::Viewer));
        } else if what.contains("removes the user") {
            self.document.set_role("editor", None);
        }
    }

    async fn compare_final(&self, name: &str, table: &str, recorded: &Value, report: &mut Report) {
        let answer = self.document.fetch_table("owner", table).await;
        let answer = match answer {
            Ok(answer) if table.starts_with("_grist_") => like(recorded, &answer),
            other => other.unwrap_or_default(),
        };
        // A table at the end counts as one more step, named after it.
        report.compare(name, table, recorded, &answer);
    }
}

/// The wording of errors made by JavaScript is not compared: only that the status is the same.
fn without_js_words(answer: &Value) -> Value {
    let mut answer = answer.clone();
    let error = answer["body"]["error"].as_str().unwrap_or_default();
    if error.contains("JSON") {
        answer["body"]["error"] = json!("<about JSON>");
    }
    answer
}

/// One recorded step may look at some rows and fields of a metadata table only.
fn restricted(step: &Value, answer: Result<Value, Refusal>) -> (Value, Result<Value, Refusal>) {
    let note = step["note"].as_str().unwrap_or_default();
    if !note.starts_with("restricted to") {
        return (step.clone(), answer);
    }
    let answer = answer.map(|answer| like(&step["result"], &answer));
    (step.clone(), answer)
}

/// The rows and the columns of a table that a recording holds.
fn like(recorded: &Value, answer: &Value) -> Value {
    let wanted = recorded["id"].as_array().unwrap();
    let rows: Vec<usize> = answer["id"].as_array().unwrap().iter().enumerate().filter(|(_, id)| wanted.contains(id)).map(|(row, _)| row).collect();
    let columns = recorded.as_object().unwrap().keys().map(|name| {
        let cells: Vec<Value> = rows.iter().map(|row| answer[name][*row].clone()).collect();
        (name.clone(), Value::Array(cells))
    });
    Value::Object(columns.collect())
}

fn row_where(table: &Value, found: impl Fn(usize) -> bool) -> Option<i64> {
    let ids = table["id"].as_array().unwrap();
    (0..ids.len()).find(|row| found(*row)).and_then(|row| ids[row].as_i64())
}

fn rules_of(recorded: &Value) -> Vec<AccessRule> {
    let text = |field: &str| recorded[field].as_str().unwrap().to_owned();
    let parts = recorded["rules"].as_array().unwrap().iter();
    parts.map(|rule| AccessRule::new(&text("table"), &text("columns"), rule["permissions"].as_str().unwrap())).collect()
}

/// The scenario as if it had been recorded without some columns, the last of their tables.
fn without(recorded: &Value, columns: &[&str]) -> Value {
    let listed = |value: &Value| value.as_str().is_some_and(|text| columns.contains(&text));
    match recorded {
        Value::Array(items) => items.iter().filter(|item| !listed(item) && !listed(&item["id"])).map(|item| without(item, columns)).collect(),
        Value::Object(fields) => {
            let rows: Vec<bool> = fields.get("colId").and_then(Value::as_array).into_iter().flatten().map(|name| !listed(name)).collect();
            let kept = fields.iter().filter(|(name, _)| !columns.contains(&name.as_str()));
            kept.map(|(name, value)| {
                let value = match value.as_array().filter(|cells| !rows.is_empty() && cells.len() == rows.len()) {
                    Some(cells) => cells.iter().zip(&rows).filter(|(_, kept)| **kept).map(|(cell, _)| cell.clone()).collect(),
                    None => without(value, columns),
                };
                (name.clone(), value)
            })
            .collect()
        }
        other => other.clone(),
    }
}
