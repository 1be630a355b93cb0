//! What people do in DS meanwhile.

use relais_tests::ds::{
    draw::Draw,
    vocabulary::{DeletionReason, DossierState},
    world::{
        form::{Fields, Kind},
        store::Store,
        value::{Row, Value, Values},
    },
};

const STATES: [DossierState; 5] =
    [DossierState::EnConstruction, DossierState::EnInstruction, DossierState::Accepte, DossierState::Refuse, DossierState::SansSuite];
const REASONS: [DeletionReason; 4] =
    [DeletionReason::Expired, DeletionReason::InstructeurRequest, DeletionReason::UserRequest, DeletionReason::UserRemoved];

/// One change of a démarche, or of one of its dossiers.
pub(super) fn change(store: &Store, number: i32, draw: &mut Draw) {
    let numbers = store.numbers(number);
    if numbers.is_empty() || draw.chance(15) {
        let added = if draw.chance(80) { store.add(number, draw.number()) } else { store.add_empty(number) };
        added.unwrap();
        return;
    }
    let (dossier, other) = (*draw.pick(&numbers), *draw.pick(&numbers));
    let demarche = store.demarche(number).unwrap();
    match draw.below(100) {
        0..30 => fill(store, dossier, other, draw),
        30..46 => rows(store, dossier, other, draw),
        46..56 => store.set_state(dossier, *draw.pick(&STATES)).unwrap(),
        56..64 => {
            let labels: Vec<u32> = demarche.labels.iter().map(|label| label.id).filter(|_| draw.chance(40)).collect();
            store.set_labels(dossier, &labels).unwrap();
        }
        64..67 => store.set_groupe(dossier, draw.pick(&demarche.groupes).number).unwrap(),
        67..71 => store.set_archived(dossier, draw.chance(50)).unwrap(),
        71..75 => store.add_message(dossier, "agent@prefecture.example", "Il manque une pièce.").unwrap(),
        75..78 => store.add_avis(dossier, "Le projet vous paraît-il recevable ?").unwrap(),
        78..84 => store.trash(dossier, *draw.pick(&REASONS)).unwrap(),
        84..88 => store.delete(dossier, *draw.pick(&REASONS)).unwrap(),
        88..95 => {
            let gone = store.all_gone(number);
            if !gone.is_empty() {
                let gone = draw.pick(&gone);
                match gone.deleted {
                    true => {}
                    false if draw.chance(70) => store.restore(gone.number).unwrap(),
                    false => store.delete(gone.number, gone.reason).unwrap(),
                }
            }
        }
        95 => drop(store.add_field(number, Kind::Text, "Un champ de plus").unwrap()),
        96 => {
            let fields = &demarche.active_revision().champs;
            store.rename_field(number, draw.pick(fields).id, "Un autre nom").unwrap();
        }
        97 => store.rename_label(number, draw.pick(&demarche.labels).id, &format!("Étiquette {}", draw.below(1000))).unwrap(),
        _ => drop(store.add_label(number, &format!("Nouvelle {}", draw.below(1000)), relais_tests::ds::vocabulary::LabelColor::GreenEmeraude)),
    }
}

/// Fills a field as it is in another dossier; empties it when it is empty there.
fn fill(store: &Store, dossier: i32, other: i32, draw: &mut Draw) {
    let (demarche, _) = store.dossier(dossier).unwrap();
    let content = store.dossier(other).unwrap().1.content();
    let revision = demarche.active_revision();
    // Rows have an id of their own in each dossier.
    let value = |values: &Values, field: u32, draw: &mut Draw| {
        values.get(&field).cloned().filter(|value| !matches!(value, Value::Rows(_)) && draw.chance(75))
    };
    if draw.chance(75) || revision.annotations.is_empty() {
        let field = draw.pick(&revision.champs).id;
        store.set_champ(dossier, field, value(&content.champs, field, draw)).unwrap();
    } else {
        let field = draw.pick(&revision.annotations).id;
        store.set_annotation(dossier, field, value(&content.annotations, field, draw)).unwrap();
    }
}

/// Changes the rows of a répétition.
fn rows(store: &Store, dossier: i32, other: i32, draw: &mut Draw) {
    let (demarche, _) = store.dossier(dossier).unwrap();
    let is_repetition = |fields: &Fields| fields.iter().filter(|field| field.kind == Kind::Repetition).map(|field| field.id).collect::<Vec<_>>();
    let fields = is_repetition(&demarche.active_revision().champs);
    if fields.is_empty() {
        return;
    }
    let field = *draw.pick(&fields);
    let donors = match store.dossier(other).unwrap().1.content().champs.get(&field) {
        Some(Value::Rows(rows)) => rows.clone(),
        _ => Vec::new(),
    };
    // Areas of maps have an id of their own in each row.
    let donors: Vec<Values> =
        donors.into_iter().map(|row| row.values.into_iter().filter(|(_, value)| !matches!(value, Value::Zones(_))).collect()).collect();
    store
        .set_rows(dossier, field, |rows| match draw.below(6) {
            0 => rows.reverse(),
            1 => drop(rows.pop()),
            2 if !rows.is_empty() => drop(rows.remove(0)),
            3 => rows.clear(),
            4 if !rows.is_empty() && !donors.is_empty() => {
                let at = usize::try_from(draw.below(rows.len() as u64)).unwrap();
                rows[at].values.clone_from(draw.pick(&donors));
            }
            _ => {
                let values = if donors.is_empty() { Values::new() } else { draw.pick(&donors).clone() };
                rows.push(Row { id: format!("01J{:023}", draw.number()), values });
            }
        })
        .unwrap();
}
