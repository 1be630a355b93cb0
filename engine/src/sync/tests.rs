//! Whole runs of the engine, over a document and a DS that are small enough to read here. The whole stack is tried in the
//! crate `tests`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "a test may panic"
)]

mod any_history;
mod files;
mod lanes;
mod leases;
mod life;
mod rules;
mod siblings;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    task::{Context, Poll, Waker},
};

use serde_json::{Value, json};

use super::*;
use crate::{
    Timestamp,
    ds::{Demarche, DemarcheNumber, FileContent, Holder, Operation, SourceError, SourceErrorCode},
    grist::{Applied, ApplyOptions, CellValue, ColumnId, ColumnType, Denied, DocumentError, TableId, UserAction},
    mapping::{Facet, Field, Keeping, Preset, Proposal, Scope},
    ports::{Clock, Document, Held, Leases, NewAttachment, Rows, Source},
};

/// Runs a future that only waits for other futures of this file.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

/// Lets others go on first.
async fn pass() {
    let mut has_passed = false;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut has_passed, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// A dossier of the small DS.
#[derive(Clone, Debug)]
struct Deposit {
    updated: u32,
    text: String,
    rows: Vec<(u32, String)>,
    is_hidden: bool,
    state: &'static str,
    labels: Vec<&'static str>,
}

/// A file of a dossier of the small DS.
#[derive(Clone, Debug)]
struct SmallFile {
    name: &'static str,
    content: &'static str,
    scan: &'static str,
}

type Happening = Box<dyn FnOnce(&SmallDs)>;

/// A DS with one text, one choice and one répétition, that can fail.
#[derive(Default)]
struct SmallDs {
    dossiers: RefCell<BTreeMap<u32, Deposit>>,
    revision: Cell<u32>,
    requests: Cell<usize>,
    /// Fails every page with this dossier on it.
    poisoned: RefCell<BTreeSet<u32>>,
    /// Fails for good after so many requests.
    fails_after: Cell<Option<(usize, SourceErrorCode)>>,
    label: RefCell<Option<String>>,
    retyped: Cell<bool>,
    /// Changes while it is read: at this request, this dossier, to this text.
    changes_at: RefCell<Option<(usize, u32, &'static str)>>,
    /// The same, anything: before the answer to this request.
    happens: RefCell<Vec<(usize, Happening)>>,
    /// How long its answers take, one request after the other and again from the first.
    delays: RefCell<Vec<u32>>,
    /// Requests under way, and the most that were at once.
    at_once: Cell<(usize, usize)>,
    /// The variables of every request.
    variables: RefCell<Vec<Value>>,
    /// Serves smaller pages only, when they are asked for from the end.
    slow_from_the_end: Cell<bool>,
    /// What it no longer serves, and since when.
    deleted: RefCell<BTreeMap<u32, Timestamp>>,
    /// Whether it cannot say what it no longer serves.
    fails_deletions: Cell<bool>,
    /// Names of the operations, in their order.
    asked: RefCell<Vec<String>>,
    /// Who else runs.
    holder: Cell<Option<i64>>,
    leases: Cell<(usize, usize)>,
    /// The largest page that it serves in time, when it is slow.
    largest: Cell<Option<u64>>,
    /// What the order of deposits is drawn from, when it is not that of the numbers.
    shuffled: Cell<Option<u32>>,
    /// Whether the lease ended since it was last shown.
    lapsed: Cell<bool>,
    /// Another title than usual.
    title: Cell<Option<&'static str>>,
    /// Another colour of its label.
    colour: Cell<Option<&'static str>>,
    /// The files of a second field, where there are some.
    plans: RefCell<BTreeMap<u32, Vec<SmallFile>>>,
    /// Of which form: 0 for that of the mapping, else its clone of this number, whose fields have other ids.
    clone: Cell<u32>,
    /// The files of dossiers; where there are none, the form does not ask for any.
    files: RefCell<BTreeMap<u32, Vec<SmallFile>>>,
    /// The addresses of files that work are those of this hour.
    hour: Cell<u32>,
    /// Whether an hour goes by behind the first page that has files.
    ages: Cell<bool>,
    /// Names of the files fetched, in their order.
    fetched: RefCell<Vec<String>>,
    /// Files that cannot be fetched, and why.
    unfetchable: RefCell<BTreeMap<&'static str, SourceErrorCode>>,
}

fn instant(minute: u32) -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap().plus_seconds(i64::from(minute) * 60)
}

impl SmallDs {
    /// Its place in the order of deposit.
    fn place(&self, number: u32) -> u32 {
        // By an odd number, in a power of two: no two dossiers have the same.
        self.shuffled.get().map_or(number, |drawn| number.wrapping_mul(drawn | 1) % 4096)
    }

    /// Some share their minute, as long as their numbers follow their places.
    fn deposited(&self, number: u32) -> Timestamp {
        let place = self.place(number);
        instant(if self.shuffled.get().is_some() { place } else { place / 3 })
    }

    fn deposit(&self, number: u32, updated: u32, text: &str, rows: &[(u32, &str)]) {
        let rows = rows.iter().map(|(id, text)| (*id, (*text).to_owned())).collect();
        let deposit = Deposit { updated, text: text.to_owned(), rows, is_hidden: false, state: "en_instruction", labels: Vec::new() };
        self.dossiers.borrow_mut().insert(number, deposit);
    }

    fn change(&self, number: u32, updated: u32, change: impl FnOnce(&mut Deposit)) {
        let mut dossiers = self.dossiers.borrow_mut();
        let deposit = dossiers.get_mut(&number).unwrap();
        deposit.updated = updated;
        change(deposit);
    }

    /// Serves a dossier no longer.
    fn delete(&self, number: u32, at: Timestamp) -> Deposit {
        self.deleted.borrow_mut().insert(number, at);
        self.dossiers.borrow_mut().remove(&number).unwrap()
    }

    fn deleted(&self, variables: &Value) -> Value {
        let since = Timestamp::parse(variables["since"].as_str().unwrap()).unwrap();
        let deleted = self.deleted.borrow();
        let nodes: Vec<Value> = deleted
            .iter()
            .filter(|(_, at)| **at >= since)
            .map(|(number, at)| json!({ "number": number, "dateSupression": at, "reason": "user_request" }))
            .collect();
        let info = json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
        json!({ "pending": { "pageInfo": info, "nodes": [] }, "deleted": { "pageInfo": info, "nodes": nodes } })
    }

    /// The id of a field.
    fn id(&self, id: &str) -> String {
        if self.clone.get() == 0 { id.to_owned() } else { format!("clone {id}") }
    }

    fn demarche(&self) -> Value {
        let label = self.label.borrow().clone().unwrap_or_else(|| "Nom".to_owned());
        let mut demarche = self.form(&label);
        if !self.files.borrow().is_empty() {
            let descriptors = demarche["activeRevision"]["champDescriptors"].as_array_mut().unwrap();
            descriptors.push(json!({ "__typename": "PieceJustificativeChampDescriptor", "id": self.id("pj"), "label": "Devis" }));
            if !self.plans.borrow().is_empty() {
                descriptors.push(json!({ "__typename": "PieceJustificativeChampDescriptor", "id": self.id("plan"), "label": "Plan" }));
            }
        }
        demarche
    }

    fn form(&self, label: &str) -> Value {
        let text_type = if self.retyped.get() { "IntegerNumberChampDescriptor" } else { "TextChampDescriptor" };
        json!({
            "number": 1 + self.clone.get(), "title": self.title.get().unwrap_or(if self.clone.get() == 0 { "Aides" } else { "Aides – Ain" }), "state": "publiee",
            "activeRevision": { "id": format!("R{}", self.revision.get()), "datePublication": null, "annotationDescriptors": [], "champDescriptors": [
                { "__typename": text_type, "id": self.id("texte"), "label": label },
                { "__typename": "TextChampDescriptor", "id": self.id("homonyme"), "label": "Nom" },
                { "__typename": "DropDownListChampDescriptor", "id": self.id("choix"), "label": "Choix", "choices": ["a"], "otherOption": false },
                { "__typename": "RepetitionChampDescriptor", "id": self.id("bloc"), "label": "1. Membres", "champDescriptors": [
                    { "__typename": "TextChampDescriptor", "id": self.id("membre"), "label": "Nom" },
                    { "__typename": "TextChampDescriptor", "id": self.id("membre2"), "label": "Nom" },
                ] },
            ] },
            "labels": [{ "id": "L1", "name": "Complet", "color": self.colour.get().unwrap_or("green_emeraude") }], "groupeInstructeurs": [],
        })
    }

    fn dossier(&self, number: u32, deposit: &Deposit) -> Value {
        let text = |id: &str, text: &str| json!({ "__typename": "TextChamp", "champDescriptorId": self.id(id), "stringValue": text });
        let mut champs = vec![
            text("homonyme", "toujours"),
            json!({ "__typename": "DropDownListChamp", "champDescriptorId": self.id("choix"), "stringValue": "b", "choice": "b" }),
            json!({ "__typename": "RepetitionChamp", "champDescriptorId": self.id("bloc"), "stringValue": "", "rows": deposit.rows.iter().map(|(id, name)| {
                json!({ "id": format!("rang {id}"), "champs": [text("membre", name), text("membre2", "second")] })
            }).collect::<Vec<_>>() }),
        ];
        for (id, files) in [("pj", &self.files), ("plan", &self.plans)] {
            let files = files.borrow();
            let Some(files) = files.get(&number) else { continue };
            let file = |file: &SmallFile| {
                json!({ "filename": file.name, "checksum": format!("md5 of {}", file.content), "byteSizeBigInt": file.content.len().to_string(),
                    "virusScanResult": file.scan, "url": format!("https://fichiers.example/{}/{number}/{}?signature", self.hour.get(), file.name) })
            };
            let files: Vec<Value> = files.iter().map(file).collect();
            champs.push(json!({ "__typename": "PieceJustificativeChamp", "champDescriptorId": self.id(id), "stringValue": null, "files": files }));
        }
        if !deposit.is_hidden {
            champs.push(text("texte", &deposit.text));
        }
        json!({
            "number": number, "state": deposit.state, "archived": false, "dateDepot": self.deposited(number), "dateDerniereModification": instant(deposit.updated),
            "usager": { "email": "a@exemple.fr" }, "demandeur": { "__typename": "PersonnePhysique", "civilite": "M", "nom": "N", "prenom": "P" },
            "labels": deposit.labels.iter().map(|name| json!({ "id": "L1", "name": name })).collect::<Vec<_>>(), "champs": champs, "annotations": [],
        })
    }

    fn page(&self, variables: &Value, is_whole: bool) -> Result<Value, SourceError> {
        let since = variables["updatedSince"].as_str().map(|since| Timestamp::parse(since).unwrap());
        let created_since = variables["createdSince"].as_str().map(|since| Timestamp::parse(since).unwrap());
        let dossiers = self.dossiers.borrow();
        let mut ordered: Vec<(u64, u32, &Deposit)> = dossiers
            .iter()
            .filter(|(_, deposit)| since.is_none_or(|since| instant(deposit.updated) >= since))
            .filter(|(number, _)| created_since.is_none_or(|since| self.deposited(**number) >= since))
            .filter(|(_, deposit)| variables["state"].as_str().is_none_or(|state| deposit.state == state))
            .map(|(number, deposit)| {
                let order = match since {
                    Some(_) => u64::from(deposit.updated) << 32 | u64::from(*number),
                    None => u64::from(self.place(*number)),
                };
                (order, *number, deposit)
            })
            .collect();
        ordered.sort_by_key(|(order, ..)| *order);
        // The order is in the cursor, so that a cursor of the other order is caught.
        let prefix = if since.is_some() { "C" } else { "D" };
        let place = |name: &str| variables[name].as_str().map(|cursor| cursor.strip_prefix(prefix).unwrap().parse::<u64>().unwrap());
        let (after, before) = (place("after"), place("before"));
        let is_between = |order: u64| after.is_none_or(|after| order > after) && before.is_none_or(|before| order < before);
        let rest: Vec<_> = ordered.into_iter().filter(|(order, ..)| is_between(*order)).collect();
        let last = variables["last"].as_u64().map(|last| last as usize);
        let size = last.or_else(|| variables["first"].as_u64().map(|first| first as usize)).unwrap();
        if self.largest.get().is_some_and(|largest| size as u64 > largest) || last.is_some_and(|last| last > 25) && self.slow_from_the_end.get() {
            return Err(SourceErrorCode::Timeout.into());
        }
        let page = if last.is_some() { &rest[rest.len().saturating_sub(size)..] } else { &rest[..size.min(rest.len())] };
        if is_whole && page.iter().any(|(_, number, _)| self.poisoned.borrow().contains(number)) {
            return Err(SourceErrorCode::Timeout.into());
        }
        let cursor = |dossier: Option<&(u64, u32, &Deposit)>| dossier.map(|(order, ..)| format!("{prefix}{order}"));
        Ok(json!({
            "pageInfo": { "hasNextPage": before.is_some() || last.is_none() && rest.len() > size, "hasPreviousPage": after.is_some() || last.is_some() && rest.len() > size, "startCursor": cursor(page.first()), "endCursor": cursor(page.last()) },
            "nodes": page.iter().map(|(_, number, deposit)| self.dossier(*number, deposit)).collect::<Vec<_>>(),
        }))
    }
}

/// A request that is answered, or given up.
struct Flight<'a>(&'a Cell<(usize, usize)>);

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let (at_once, most) = self.0.get();
        self.0.set((at_once - 1, most));
    }
}

impl Source for SmallDs {
    type File = String;

    async fn file(&self, _: DemarcheNumber, content: &FileContent) -> Result<String, SourceError> {
        pass().await;
        let address = content.url.strip_prefix("https://fichiers.example/").and_then(|rest| rest.strip_suffix("?signature")).unwrap();
        let [hour, number, name] = address.splitn(3, '/').collect::<Vec<_>>().try_into().unwrap();
        self.fetched.borrow_mut().push(name.to_owned());
        if self.ages.take() {
            self.hour.set(self.hour.get() + 1);
        }
        if let Some(code) = self.unfetchable.borrow().get(name) {
            return Err((*code).into());
        }
        if hour.parse() != Ok(self.hour.get()) {
            return Err(SourceErrorCode::FileExpired.into());
        }
        let (files, plans, number) = (self.files.borrow(), self.plans.borrow(), number.parse().unwrap());
        let file = files.get(&number).into_iter().chain(plans.get(&number)).flatten().find(|file| file.name == name).unwrap();
        Ok(file.content.to_owned())
    }

    async fn call(&self, operation: &Operation) -> Result<Vec<u8>, SourceError> {
        self.requests.set(self.requests.get() + 1);
        self.asked.borrow_mut().push(operation.name().as_str().to_owned());
        if let Some((requests, code)) = self.fails_after.get()
            && self.requests.get() > requests
        {
            return Err(code.into());
        }
        let change = self.changes_at.borrow_mut().take_if(|(request, ..)| *request == self.requests.get());
        if let Some((_, number, text)) = change {
            let mut dossiers = self.dossiers.borrow_mut();
            let latest = dossiers.values().map(|deposit| deposit.updated).max().unwrap();
            let deposit = dossiers.get_mut(&number).unwrap();
            (deposit.updated, deposit.text) = (latest + 1, text.to_owned());
        }
        let variables = operation.variables();
        assert!(operation.name().parse(variables.to_string().as_bytes()).is_ok(), "the proxy refuses {variables}");
        self.variables.borrow_mut().push(variables.clone());
        let request = self.requests.get();
        let delays = self.delays.borrow().clone();
        let (at_once, most) = self.at_once.get();
        self.at_once.set((at_once + 1, most.max(at_once + 1)));
        let flight = Flight(&self.at_once);
        for _ in 0..delays.get(request % delays.len().max(1)).copied().unwrap_or_default() {
            pass().await;
        }
        drop(flight);
        let happening = self.happens.borrow_mut().extract_if(.., |(at, _)| *at == request).map(|(_, happening)| happening).next();
        if let Some(happening) = happening {
            happening(self);
        }
        let data = match operation {
            Operation::GetDemarche(_) => json!({ "demarche": self.demarche() }),
            Operation::CountDossiers(_) => json!({ "demarcheDescriptor": { "number": 1, "dossiersCount": self.dossiers.borrow().len() } }),
            Operation::GetDossiers(_) => json!({ "demarche": { "dossiers": self.page(&variables, true)? } }),
            Operation::GetDossierNumbers(_) => json!({ "demarche": { "dossiers": self.page(&variables, false)? } }),
            Operation::GetDossier(variables) => {
                let number = u32::try_from(variables.dossier.get()).unwrap();
                if self.poisoned.borrow().contains(&number) {
                    return Err(SourceErrorCode::Timeout.into());
                }
                match self.dossiers.borrow().get(&number) {
                    Some(deposit) => json!({ "dossier": self.dossier(number, deposit) }),
                    None => return Err(SourceErrorCode::NotFound.into()),
                }
            }
            Operation::GetDeletedDossiers(_) if self.fails_deletions.get() => return Err(SourceErrorCode::Timeout.into()),
            Operation::GetDeletedDossiers(_) => json!({ "demarche": self.deleted(&variables) }),
            Operation::GetDemarcheState(_) => return Err(SourceErrorCode::BadRequest.into()),
        };
        Ok(json!({ "data": data }).to_string().into_bytes())
    }
}

impl Leases for SmallDs {
    async fn hold(&self, _: &str) -> Result<Held, SourceError> {
        let (held, given_back) = self.leases.get();
        self.leases.set((held + 1, given_back));
        match self.holder.get() {
            None if self.lapsed.take() => Ok(Held::New),
            None => Ok(Held::Kept),
            Some(user) => Err(SourceError { holder: Some(Box::new(Holder { user, since: instant(0) })), ..SourceErrorCode::LeaseHeld.into() }),
        }
    }

    async fn give_back(&self, _: &str) {
        let (held, given_back) = self.leases.get();
        self.leases.set((held, given_back + 1));
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct SmallTable {
    columns: BTreeMap<String, Value>,
    rows: BTreeMap<i64, BTreeMap<String, CellValue>>,
}

/// A document that knows the actions of Relais, applied all or none.
#[derive(Default)]
struct SmallDocument {
    tables: RefCell<BTreeMap<String, SmallTable>>,
    references: RefCell<Vec<String>>,
    writes: Cell<usize>,
    actions: RefCell<Vec<Value>>,
    /// Refuses writes after so many.
    fails_after: Cell<Option<usize>>,
    denies_structure: Cell<bool>,
    /// Name and content of what was uploaded, whether a cell has it or not.
    attachments: RefCell<Vec<(String, String)>>,
    uploads: Cell<usize>,
    /// Refuses uploads of more files than this.
    largest_upload: Cell<Option<usize>>,
}

struct SmallRows(Vec<i64>, BTreeMap<String, Vec<CellValue>>);

impl Rows for SmallRows {
    fn row_ids(&self) -> Vec<i64> {
        self.0.clone()
    }

    fn column(&self, column: &ColumnId) -> Option<Vec<CellValue>> {
        self.1.get(column.as_str()).cloned()
    }
}

impl SmallDocument {
    fn reference(&self, name: String) -> i64 {
        let mut references = self.references.borrow_mut();
        let place = references.iter().position(|known| *known == name).unwrap_or_else(|| {
            references.push(name);
            references.len() - 1
        });
        place as i64 + 1
    }

    fn metadata(&self, table: &str) -> SmallRows {
        let tables = self.tables.borrow();
        let mut columns: BTreeMap<String, Vec<CellValue>> = BTreeMap::new();
        let mut ids = Vec::new();
        let mut push = |name: &str, value: CellValue| columns.entry(name.to_owned()).or_default().push(value);
        for (id, content) in tables.iter() {
            let table_reference = self.reference(id.clone());
            if table == "_grist_Tables" {
                ids.push(table_reference);
                push("tableId", CellValue::text(id));
                continue;
            }
            for (column, fields) in &content.columns {
                ids.push(self.reference(format!("{id}.{column}")));
                let is_hidden = fields["hidden"] == true;
                push("parentId", CellValue::Number(if is_hidden { 0.0 } else { table_reference as f64 }));
                push("colId", CellValue::text(if is_hidden { "" } else { column }));
                push("label", fields["label"].clone().into());
                push("type", fields["type"].clone().into());
                push("isFormula", fields["isFormula"].clone().into());
                push("widgetOptions", fields["widgetOptions"].clone().into());
            }
        }
        SmallRows(ids, columns)
    }

    fn apply_one(tables: &mut BTreeMap<String, SmallTable>, promised: &mut BTreeMap<i64, i64>, action: &Value) -> Result<Value, DocumentError> {
        let (name, table) = (action[0].as_str().unwrap(), action[1].as_str().unwrap_or_default());
        if matches!(name, "AddTable" | "AddRawTable") {
            let table = crate::grist::free_identifier(table, "", true, |_| false);
            let columns = action[2].as_array().into_iter().flatten().map(|column| (column["id"].as_str().unwrap().to_owned(), column.clone()));
            let columns: BTreeMap<String, Value> = columns.collect();
            assert!(tables.insert(table.clone(), SmallTable { columns, rows: BTreeMap::new() }).is_none(), "{table} was there");
            return Ok(json!({ "views": [{ "id": 7 }] }));
        }
        if table.starts_with("_grist") || name == "SetDisplayFormula" {
            return Ok(Value::Null);
        }
        let Some(content) = tables.get_mut(table) else { return Err(DocumentError::NotThere(table.to_owned())) };
        match name {
            "RemoveColumn" => {}
            "AddVisibleColumn" => {
                content.columns.insert(action[2].as_str().unwrap().to_owned(), action[3].clone());
            }
            "ModifyColumn" => {
                let fields = content.columns.get_mut(action[2].as_str().unwrap()).unwrap();
                for (field, value) in action[3].as_object().unwrap() {
                    fields[field] = value.clone();
                }
            }
            "BulkRemoveRecord" => {
                for row in action[2].as_array().unwrap() {
                    content.rows.remove(&row.as_i64().unwrap());
                }
            }
            "BulkAddRecord" | "BulkUpdateRecord" => {
                let mut ids = Vec::new();
                for (index, wanted) in action[2].as_array().unwrap().iter().enumerate() {
                    let id = if name == "BulkAddRecord" { content.rows.keys().max().map_or(1, |last| last + 1) } else { wanted.as_i64().unwrap() };
                    if name == "BulkUpdateRecord" && !content.rows.contains_key(&id) {
                        return Err(DocumentError::Other("[Sandbox] AssertionError".to_owned()));
                    }
                    let row = content.rows.entry(id).or_default();
                    for (column, values) in action[3].as_object().unwrap() {
                        let Some(fields) = content.columns.get(column) else { return Err(DocumentError::NotThere(column.clone())) };
                        assert!(fields["isFormula"] != json!(true), "a formula was written");
                        let mut value = CellValue::from(values[index].clone());
                        if let Some(real) = value.as_integer().and_then(|number| promised.get(&number))
                            && fields["type"].as_str().unwrap().starts_with("Ref:")
                        {
                            value = CellValue::Number(*real as f64);
                        }
                        row.insert(column.clone(), value);
                    }
                    if let Some(wanted) = wanted.as_i64().filter(|wanted| *wanted < 0) {
                        promised.insert(wanted, id);
                    }
                    ids.push(id);
                }
                return Ok(json!(ids));
            }
            other => return Err(DocumentError::Other(format!("{other} is not one of Relais's actions"))),
        }
        Ok(Value::Null)
    }

    fn table(&self, name: &str) -> SmallTable {
        self.tables.borrow()[name].clone()
    }

    /// The values of a table, whatever the ids of its rows: references by what they refer to.
    fn values(&self, name: &str, columns: &[&str]) -> BTreeSet<Vec<String>> {
        let tables = self.tables.borrow();
        let rows = tables.get(name).map(|table| table.rows.clone()).unwrap_or_default();
        let shown = |row: &BTreeMap<String, CellValue>, column: &str| match (column, row.get(column)) {
            ("Dossier", Some(parent)) => {
                let parent = tables["Aides"].rows.get(&parent.as_integer().unwrap());
                serde_json::to_string(&parent.and_then(|parent| parent.get("Numero"))).unwrap()
            }
            (_, cell) => serde_json::to_string(&cell).unwrap(),
        };
        rows.values().map(|row| columns.iter().map(|column| shown(row, column)).collect()).collect()
    }
}

impl Document for SmallDocument {
    type Rows = SmallRows;
    type File = String;

    async fn attach(&self, files: &[NewAttachment<'_, String>]) -> Result<Vec<i64>, DocumentError> {
        pass().await;
        self.uploads.set(self.uploads.get() + 1);
        if self.largest_upload.get().is_some_and(|largest| files.len() > largest) {
            return Err(DocumentError::Other("request entity too large".to_owned()));
        }
        let mut attachments = self.attachments.borrow_mut();
        let attach = |file: &NewAttachment<'_, String>| {
            attachments.push((file.name.to_owned(), file.content.clone()));
            attachments.len() as i64
        };
        Ok(files.iter().map(attach).collect())
    }

    async fn fetch_table(&self, table: &TableId) -> Result<SmallRows, DocumentError> {
        if table.as_str().starts_with("_grist_") {
            return Ok(self.metadata(table.as_str()));
        }
        let tables = self.tables.borrow();
        let content = tables.get(table.as_str()).ok_or_else(|| DocumentError::NotThere(table.to_string()))?;
        let column =
            |column: &String| (column.clone(), content.rows.values().map(|row| row.get(column).cloned().unwrap_or(CellValue::Null)).collect());
        Ok(SmallRows(content.rows.keys().copied().collect(), content.columns.keys().map(column).collect()))
    }

    async fn apply(&self, actions: &[UserAction], _: &ApplyOptions) -> Result<Applied, DocumentError> {
        let actions = serde_json::to_value(actions).unwrap();
        if self.fails_after.get().is_some_and(|writes| self.writes.get() >= writes) {
            return Err(DocumentError::NoAnswer);
        }
        if self.denies_structure.get() && actions.as_array().unwrap().iter().any(|action| action[0] == "ModifyColumn" || action[0] == "AddTable") {
            return Err(DocumentError::Denied(Denied::Structure));
        }
        let mut tables = self.tables.borrow().clone();
        let mut promised = BTreeMap::new();
        let results: Result<Vec<Value>, DocumentError> =
            actions.as_array().unwrap().iter().map(|action| Self::apply_one(&mut tables, &mut promised, action)).collect();
        let ret_values = results?;
        *self.tables.borrow_mut() = tables;
        self.writes.set(self.writes.get() + 1);
        self.actions.borrow_mut().extend(actions.as_array().unwrap().iter().cloned());
        Ok(Applied { action_num: self.writes.get() as i64, ret_values })
    }
}

/// Stopped, so many minutes after everything.
struct StoppedClock(u32);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        instant(1_000_000 + self.0)
    }

    async fn sleep(&self, _: u32) {
        pass().await;
    }
}

#[derive(Default)]
struct Onlooker {
    cancels_at: Cell<Option<usize>>,
    seen: RefCell<Vec<Progress>>,
}

impl Observer for Onlooker {
    fn progress(&self, progress: &Progress) {
        self.seen.borrow_mut().push(progress.clone());
    }

    fn is_cancelled(&self) -> bool {
        let read = self.seen.borrow().last().map_or(0, |progress| progress.read);
        self.cancels_at.get().is_some_and(|limit| read >= limit)
    }
}

#[derive(Default)]
struct World {
    ds: SmallDs,
    document: SmallDocument,
    onlooker: Onlooker,
    /// The numbers alone: no change of a dossier is one of the document.
    imports_nothing: bool,
    /// Minutes since the first run.
    later: Cell<u32>,
    /// What the connexion follows.
    follows: RefCell<Option<(Scope, Keeping)>>,
}

impl World {
    /// With this many dossiers, of two rows each.
    fn with(dossiers: u32) -> Self {
        let world = Self::default();
        for number in 1..=dossiers {
            world.ds.deposit(number, number, &format!("texte {number}"), &[(1, "Ada"), (2, "Grace")]);
        }
        world
    }

    fn connexion(&self) -> Connexion {
        if let Some(connexion) = now(load(&self.document)).unwrap().connexions.into_iter().next() {
            return connexion;
        }
        let demarche = Demarche::read(json!({ "data": { "demarche": self.ds.demarche() } }).to_string().as_bytes()).unwrap();
        let mut proposal = Proposal::new(&demarche, &[]);
        proposal.apply(if self.imports_nothing { Preset::Nothing } else { Preset::Everything });
        let mut mapping = proposal.into_mapping();
        // The files themselves, rather than their names.
        for column in mapping.tables.iter_mut().flat_map(|table| &mut table.columns) {
            for source in &mut column.sources {
                if let Field::Champ(_, facet @ Facet::FileNames) = source {
                    (*facet, column.column_type) = (Facet::Files, ColumnType::Attachments);
                }
            }
        }
        Connexion::new(mapping, &[])
    }

    fn run_with(&self, connexion: &mut Connexion) -> Outcome {
        self.run_from(&self.ds, connexion)
    }

    fn run_from(&self, source: &(impl Source<File = String> + Leases), connexion: &mut Connexion) -> Outcome {
        let ports = Ports { source, document: &self.document, clock: &StoppedClock(self.later.get()) };
        let context = RunContext { ds_url: "https://ds.example".to_owned(), author: "Utilisateur n° 42".to_owned() };
        now(run(&ports, &context, connexion, &self.onlooker))
    }

    /// A run of what the document says, as after opening it anew.
    fn run(&self) -> Outcome {
        self.ds.requests.set(0);
        self.ds.asked.borrow_mut().clear();
        self.ds.variables.borrow_mut().clear();
        let mut connexion = self.connexion();
        if let Some((scope, keeping)) = self.follows.borrow().clone() {
            connexion.follow(scope, keeping);
        }
        let outcome = self.run_with(&mut connexion);
        if outcome.stop.is_none() {
            assert_eq!(self.connexion(), connexion, "what is in memory is what is in the document");
        }
        outcome
    }

    fn main(&self) -> BTreeSet<Vec<String>> {
        self.document.values("Aides", &["Numero", "Nom", "Nom_2", "Choix"])
    }

    fn children(&self) -> BTreeSet<Vec<String>> {
        self.document.values("T1_Membres", &["Dossier", "Identifiant_de_la_ligne", "Nom"])
    }

    /// What the two tables should hold, from DS alone.
    fn assert_faithful(&self) {
        let dossiers = self.ds.dossiers.borrow();
        let json = |value: &str| if value.is_empty() { "null".to_owned() } else { serde_json::to_string(value).unwrap() };
        let main: BTreeSet<Vec<String>> = dossiers
            .iter()
            .map(|(number, deposit)| vec![number.to_string(), json(if deposit.is_hidden { "" } else { &deposit.text }), json("toujours"), json("b")])
            .collect();
        let children: BTreeSet<Vec<String>> = dossiers
            .iter()
            .flat_map(|(number, deposit)| {
                deposit.rows.iter().map(move |(id, name)| vec![number.to_string(), json(&format!("rang {id}")), json(name)])
            })
            .collect();
        assert_eq!(self.main(), main);
        assert_eq!(self.children(), children);
        let rows = self.document.table("T1_Membres").rows.len();
        assert_eq!(rows, dossiers.values().map(|deposit| deposit.rows.len()).sum::<usize>(), "no row is there twice");
    }
    /// One more run puts the document right, and after it there is nothing left to write.
    fn assert_settles(&self) {
        let outcome = self.run();
        assert!(outcome.is_success(), "{outcome:?}");
        self.assert_faithful();
        let writes = self.document.writes.get();
        self.run();
        assert_eq!(self.document.writes.get(), writes);
    }
}
