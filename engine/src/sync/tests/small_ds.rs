//! A DS that is small enough to read here, and fails as it is told.

use super::*;

/// A dossier of the small DS.
#[derive(Clone, Debug)]
pub(super) struct Deposit {
    pub(super) updated: u32,
    pub(super) text: String,
    pub(super) rows: Vec<(u32, String)>,
    pub(super) is_hidden: bool,
    pub(super) state: &'static str,
    pub(super) labels: Vec<&'static str>,
}

/// A file of a dossier of the small DS.
#[derive(Clone, Debug)]
pub(super) struct SmallFile {
    pub(super) name: &'static str,
    pub(super) content: &'static str,
    pub(super) scan: &'static str,
}

type Happening = Box<dyn FnOnce(&SmallDs)>;

/// A DS with one text, one choice and one répétition, that can fail.
#[derive(Default)]
pub(super) struct SmallDs {
    pub(super) dossiers: RefCell<BTreeMap<u32, Deposit>>,
    pub(super) revision: Cell<u32>,
    pub(super) requests: Cell<usize>,
    /// Fails every page with this dossier on it.
    pub(super) poisoned: RefCell<BTreeSet<u32>>,
    /// Fails for good after so many requests.
    pub(super) fails_after: Cell<Option<(usize, SourceErrorCode)>>,
    pub(super) label: RefCell<Option<String>>,
    pub(super) retyped: Cell<bool>,
    /// Changes while it is read: at this request, this dossier, to this text.
    pub(super) changes_at: RefCell<Option<(usize, u32, &'static str)>>,
    /// The same, anything: before the answer to this request.
    pub(super) happens: RefCell<Vec<(usize, Happening)>>,
    /// How long its answers take, one request after the other and again from the first.
    pub(super) delays: RefCell<Vec<u32>>,
    /// Requests under way, and the most that were at once.
    pub(super) at_once: Cell<(usize, usize)>,
    /// The variables of every request.
    pub(super) variables: RefCell<Vec<Value>>,
    /// Serves smaller pages only, when they are asked for from the end.
    pub(super) slow_from_the_end: Cell<bool>,
    /// What it no longer serves, and since when.
    pub(super) deleted: RefCell<BTreeMap<u32, Timestamp>>,
    /// Whether it cannot say what it no longer serves.
    pub(super) fails_deletions: Cell<bool>,
    /// Names of the operations, in their order.
    pub(super) asked: RefCell<Vec<String>>,
    /// Who else runs.
    pub(super) holder: Cell<Option<i64>>,
    pub(super) leases: Cell<(usize, usize)>,
    /// The largest page that it serves in time, when it is slow.
    pub(super) largest: Cell<Option<u64>>,
    /// What the order of deposits is drawn from, when it is not that of the numbers.
    pub(super) shuffled: Cell<Option<u32>>,
    /// Whether the lease ended since it was last shown.
    pub(super) lapsed: Cell<bool>,
    /// Another title than usual.
    pub(super) title: Cell<Option<&'static str>>,
    /// Another colour of its label.
    pub(super) colour: Cell<Option<&'static str>>,
    /// The files of a second field, where there are some.
    pub(super) plans: RefCell<BTreeMap<u32, Vec<SmallFile>>>,
    /// Of which form: 0 for that of the mapping, else its clone of this number, whose fields have other ids.
    pub(super) clone: Cell<u32>,
    /// The files of dossiers; where there are none, the form does not ask for any.
    pub(super) files: RefCell<BTreeMap<u32, Vec<SmallFile>>>,
    /// The addresses of files that work are those of this hour.
    pub(super) hour: Cell<u32>,
    /// Whether an hour goes by behind the first page that has files.
    pub(super) ages: Cell<bool>,
    /// Names of the files fetched, in their order.
    pub(super) fetched: RefCell<Vec<String>>,
    /// Files that cannot be fetched, and why.
    pub(super) unfetchable: RefCell<BTreeMap<&'static str, SourceErrorCode>>,
}

pub(super) fn instant(minute: u32) -> Timestamp {
    Timestamp::parse("2026-01-01T00:00:00Z").unwrap().plus_seconds(i64::from(minute) * 60)
}

impl SmallDs {
    /// Its place in the order of deposit.
    fn place(&self, number: u32) -> u32 {
        // By an odd number, in a power of two: no two dossiers have the same.
        self.shuffled.get().map_or(number, |drawn| number.wrapping_mul(drawn | 1) % 4096)
    }

    /// Some share their minute, as long as their numbers follow their places.
    pub(super) fn deposited(&self, number: u32) -> Timestamp {
        let place = self.place(number);
        instant(if self.shuffled.get().is_some() { place } else { place / 3 })
    }

    pub(super) fn deposit(&self, number: u32, updated: u32, text: &str, rows: &[(u32, &str)]) {
        let rows = rows.iter().map(|(id, text)| (*id, (*text).to_owned())).collect();
        let deposit = Deposit { updated, text: text.to_owned(), rows, is_hidden: false, state: "en_instruction", labels: Vec::new() };
        self.dossiers.borrow_mut().insert(number, deposit);
    }

    pub(super) fn change(&self, number: u32, updated: u32, change: impl FnOnce(&mut Deposit)) {
        let mut dossiers = self.dossiers.borrow_mut();
        let deposit = dossiers.get_mut(&number).unwrap();
        deposit.updated = updated;
        change(deposit);
    }

    /// Serves a dossier no longer.
    pub(super) fn delete(&self, number: u32, at: Timestamp) -> Deposit {
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

    pub(super) fn demarche(&self) -> Value {
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

    pub(super) fn dossier(&self, number: u32, deposit: &Deposit) -> Value {
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
