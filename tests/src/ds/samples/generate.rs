//! Dossiers by seed: dossier i of a démarche is a function of the seed and i (its date also of how many there are, since
//! they are spread over the same months), so that a hundred thousand need not be held.

use time::Duration;

use super::{answers, bodies, words};
use crate::ds::clock::{self, Instant, global_id};
use crate::ds::draw::Draw;
use crate::ds::schema::people::{Demandeur, PersonneMoraleIncomplete, PersonnePhysique, Profile};
use crate::ds::vocabulary::{Civilite, ConnectionUsager, CorrectionReason, DossierState};
use crate::ds::world::demarche::{Applicants, Demarche};
use crate::ds::world::dossier::{Avis, Content, Cover, Facts, Message};
use crate::ds::world::value::Values;

/// What a sequence of draws is for: each has its own, so that more draws for one change nothing of the others.
#[derive(Copy, Clone)]
enum Purpose {
    Facts = 1,
    Cover = 2,
    Content = 3,
}

fn draw(demarche: &Demarche, seed: u64, index: u32, purpose: Purpose) -> Draw {
    Draw::of(&[seed, u64::from(demarche.number.unsigned_abs()), u64::from(index), purpose as u64])
}

/// The months over which dossiers are filed: well before today, so that whatever a test changes comes after.
const FIRST_DAY: (i32, u8, u8) = (2024, 9, 2);
const SPAN: Duration = Duration::days(300);

fn later(draw: &mut Draw, at: Instant, most_days: i64) -> Instant {
    at + Duration::seconds(draw.between(60, most_days * 86_400)) + Duration::microseconds(draw.between(0, 999_999))
}

/// What filters and orders look at, of dossier `index` among `count`.
pub fn facts(demarche: &Demarche, seed: u64, count: u32, index: u32) -> Facts {
    let mut draw = draw(demarche, seed, index, Purpose::Facts);
    let step = SPAN / count.max(1);
    let step_micros = i64::try_from(step.whole_microseconds()).unwrap_or(1).max(1);
    let (year, month, day) = FIRST_DAY;
    let filed = clock::day(year, month, day) + step * index + Duration::microseconds(draw.between(0, step_micros - 1));
    let state = match draw.below(100) {
        0..30 => DossierState::EnConstruction,
        30..52 => DossierState::EnInstruction,
        52..88 => DossierState::Accepte,
        88..95 => DossierState::Refuse,
        _ => DossierState::SansSuite,
    };
    let champs_changed = if draw.chance(30) { later(&mut draw, filed, 8) } else { filed };
    let examined = (state != DossierState::EnConstruction).then(|| later(&mut draw, champs_changed, 20));
    let decided = examined.filter(|_| state.is_decided()).map(|at| later(&mut draw, at, 60));
    let annotations_changed = examined.map_or(filed, |at| later(&mut draw, at, 5));
    let last = [Some(champs_changed), examined, decided, Some(annotations_changed)].into_iter().flatten().max();
    let groupe = draw.pick(&demarche.groupes).number;
    Facts {
        number: demarche.first_dossier.saturating_add(i32::try_from(index).unwrap_or(i32::MAX)),
        state,
        filed,
        updated: last.unwrap_or(filed) + Duration::seconds(draw.between(0, 3_600)),
        examined,
        decided,
        champs_changed,
        annotations_changed,
        groupe,
        archived: state.is_decided() && draw.chance(15),
    }
}

/// A title, a first name and a name.
pub fn person(draw: &mut Draw) -> (Civilite, &'static str, &'static str) {
    let (civilite, first) = if draw.chance(50) { (Civilite::Madame, *draw.pick(words::WOMEN)) } else { (Civilite::Monsieur, *draw.pick(words::MEN)) };
    (civilite, first, *draw.pick(words::LAST_NAMES))
}

/// The mail address of a person. The domain is one that RFC 2606 keeps for examples.
pub fn mail(first: &str, last: &str) -> String {
    let plain = |name: &str| -> String {
        name.to_lowercase()
            .chars()
            .filter_map(|letter| match letter {
                'a'..='z' => Some(letter),
                'é' | 'è' | 'ë' | 'ê' => Some('e'),
                'î' | 'ï' => Some('i'),
                'ç' => Some('c'),
                'œ' => Some('o'),
                _ => None,
            })
            .collect()
    };
    format!("{}.{}@example.org", plain(first), plain(last))
}

/// One of the instructeurs of the sample.
pub fn instructeur(at: u64) -> Profile {
    let mut draw = Draw::of(&[at]);
    let (_, first, last) = person(&mut draw);
    let email = mail(first, last).replace("example.org", "prefecture.example");
    Profile { email, id: global_id("Instructeur", 700 + at).into() }
}

/// Who dossier `index` is about.
pub fn cover(demarche: &Demarche, seed: u64, index: u32, facts: &Facts) -> Cover {
    let mut draw = draw(demarche, seed, index, Purpose::Cover);
    let (civilite, first, last) = person(&mut draw);
    let individual = match demarche.applicants {
        Applicants::People => true,
        Applicants::Bodies => false,
        Applicants::Both => draw.chance(50),
    };
    let demandeur = if individual {
        Demandeur::PersonnePhysique(PersonnePhysique {
            civilite: Some(civilite),
            date_de_naissance: None,
            email: draw.chance(20).then(|| mail(first, last)),
            id: global_id("Individual", facts.number).into(),
            nom: last.to_owned(),
            prenom: first.to_owned(),
        })
    } else {
        let siret = bodies::siret(&mut draw);
        if draw.chance(6) {
            let id = global_id("Etablissement", &siret).into();
            Demandeur::PersonneMoraleIncomplete(PersonneMoraleIncomplete { id, siret })
        } else {
            Demandeur::PersonneMorale(bodies::establishment(&mut draw, &siret))
        }
    };
    let third_party = draw.chance(8).then(|| person(&mut draw));
    let labels = demarche.labels.iter().filter(|_| draw.chance(18)).map(|label| label.id).collect();
    let followers = demarche
        .groupe(facts.groupe)
        .map(|groupe| groupe.instructeurs.iter().filter(|_| facts.examined.is_some() && draw.chance(50)).cloned().collect())
        .unwrap_or_default();
    let motivation = match facts.state {
        DossierState::Accepte => draw.chance(70).then(|| (*draw.pick(words::GRANTS)).to_owned()),
        DossierState::Refuse | DossierState::SansSuite => Some((*draw.pick(words::REFUSALS)).to_owned()),
        DossierState::EnConstruction | DossierState::EnInstruction => None,
    };
    let deleted = draw.chance(2);
    Cover {
        demandeur,
        usager: Profile { email: mail(first, last), id: if deleted { "<deleted>".into() } else { global_id("User", facts.number).into() } },
        connection: match draw.below(3) {
            _ if deleted => ConnectionUsager::Deleted,
            0 => ConnectionUsager::FranceConnect,
            _ => ConnectionUsager::Password,
        },
        mandataire: third_party.map(|(_, first, last)| (first.to_owned(), last.to_owned())),
        prefilled: draw.chance(5),
        labels,
        followers,
        motivation,
    }
}

/// What dossier `index` holds.
pub fn content(demarche: &Demarche, seed: u64, index: u32) -> Content {
    let key = [seed, u64::from(demarche.number.unsigned_abs()), u64::from(index)];
    let mut draw = draw(demarche, seed, index, Purpose::Content);
    // Fields of every version: a decided dossier keeps what only an old one asked.
    let mut champs = Values::new();
    let mut annotations = Values::new();
    for revision in demarche.revisions.iter().rev() {
        answers::fill(&revision.champs, &key, &mut champs);
        answers::fill(&revision.annotations, &key, &mut annotations);
    }
    let base = u64::from(demarche.first_dossier.unsigned_abs()) + u64::from(index);
    let start = clock::day(2024, 9, 10) + Duration::hours(i64::from(index % 4_000));

    let mut messages = Vec::new();
    for turn in 0..draw.below(4) {
        let asks = turn % 2 == 0;
        let sent = start + Duration::days(i64::try_from(turn).unwrap_or(0));
        let texts = if asks { words::REQUESTS } else { words::REPLIES };
        let correction = (asks && draw.chance(40)).then(|| (CorrectionReason::Incomplete, draw.chance(50).then(|| sent + Duration::days(1))));
        let attachments = if asks { Vec::new() } else { answers::files(&mut draw, 1) };
        let email = if asks { instructeur(1 + turn).email } else { "porteur@example.org".to_owned() };
        let body = (*draw.pick(texts)).to_owned();
        messages.push(Message { id: base * 10 + turn, email, body, created: sent, correction, attachments });
    }
    let avis = (0..draw.below(3))
        .map(|turn| {
            let asked = start + Duration::days(5);
            let answer = draw.chance(60).then(|| ("Avis favorable.".to_owned(), asked + Duration::days(4)));
            let yes_no = draw.chance(30).then(|| ("Le projet est-il conforme au plan local ?".to_owned(), answer.as_ref().map(|_| true)));
            Avis {
                id: base * 10 + turn,
                question: "Le projet vous paraît-il recevable ?".to_owned(),
                asked,
                claimant: instructeur(1),
                expert: instructeur(5 + turn),
                yes_no,
                attachments: if answer.is_some() { answers::files(&mut draw, 1) } else { Vec::new() },
                answer,
            }
        })
        .collect();
    Content { champs, annotations, messages, avis }
}
