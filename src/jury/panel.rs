//! Juries as loaded: seats, recusals and candidates together, in a number of statements that does not
//! depend on how many there are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as NotAWord, StrDeserializer};

use super::model::{BrokenRule, CandidateFacts, RuleReport, SeatFacts};
use super::rows::{PresidingRow, RecusalRow, SeatFunction, SeatRow, WaiverRow};
use super::rules;
use super::store::{self, CandidateRecord, Scope};
use crate::db::AnyConn;
use crate::error::AppError;
use crate::ids::{AccountId, CohortId, EnrolmentId, JuryId, SeatId};
use crate::referential::model::{AccessRoute, Composition, JuryRules};

/// Who may assess one candidate, and what is missing for it to be valid.
#[derive(Debug, Clone)]
pub struct Quorum {
    pub present: Vec<SeatRow>,
    /// Whose voice leads before this candidate: the chair, or whoever was named when the chair is aside.
    pub presides: Option<SeatId>,
    pub broken: Vec<BrokenRule>,
}

/// One jury, or all those of a cohort, with the candidates of the cohort.
#[derive(Debug)]
pub struct Panel {
    seats: BTreeMap<SeatId, SeatRow>,
    recusals: Vec<RecusalRow>,
    candidates: BTreeMap<EnrolmentId, CandidateFacts>,
    presidings: Vec<PresidingRow>,
    waivers: Vec<WaiverRow>,
}

impl Panel {
    /// Seven statements.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(
        conn: &mut AnyConn,
        scope: Scope,
        cohort: CohortId,
        only: Option<EnrolmentId>,
    ) -> Result<Self, AppError> {
        let seats = store::seats(conn, scope)?.into_iter().map(|seat| (seat.id, seat)).collect();
        let recusals = store::recusals(conn, scope)?;
        let staff =
            Staff { trainers: store::trainers(conn, cohort)?, centre: store::centre_staff(conn, cohort)? };
        let candidates = store::candidates(conn, cohort, only)?
            .into_iter()
            .map(|record| Ok((record.enrolment, facts(record, &staff, &recusals)?)))
            .collect::<Result<_, AppError>>()?;
        let presidings = store::presidings(conn, scope)?;
        let waivers = store::waivers(conn, scope)?;
        Ok(Self { seats, recusals, candidates, presidings, waivers })
    }

    pub fn seat(&self, id: SeatId) -> Option<&SeatRow> {
        self.seats.get(&id)
    }

    /// The seats of a jury that nobody has left.
    pub fn open_seats(&self, of: JuryId) -> impl Iterator<Item = &SeatRow> {
        self.seats.values().filter(move |seat| seat.jury_id == of && seat.closed_at.is_none())
    }

    /// The open seats of a jury that are not recused for this candidate.
    pub fn assessing(&self, of: JuryId, candidate: EnrolmentId) -> impl Iterator<Item = &SeatRow> {
        let recused = self.candidates.get(&candidate).map(|facts| &facts.recused);
        self.open_seats(of).filter(move |seat| !recused.is_some_and(|recused| recused.contains(&seat.id)))
    }

    pub fn seats(&self) -> impl Iterator<Item = &SeatRow> {
        self.seats.values()
    }

    pub fn recusals(&self) -> &[RecusalRow] {
        &self.recusals
    }

    pub fn candidates(&self) -> impl Iterator<Item = &CandidateFacts> {
        self.candidates.values()
    }

    /// # Errors
    /// `not_found` when the enrolment is not of the cohort.
    pub fn candidate(&self, id: EnrolmentId) -> Result<&CandidateFacts, AppError> {
        self.candidates.get(&id).ok_or_else(AppError::not_found)
    }

    /// Notes a recusal that is about to be written, to know what would follow.
    pub fn suppose_recused(&mut self, seat: SeatId, enrolment: EnrolmentId) {
        if let Some(candidate) = self.candidates.get_mut(&enrolment) {
            candidate.recused.insert(seat);
        }
    }

    /// Who leads a jury before a candidate: its chair, unless left or aside; then whoever was named, on the
    /// same terms.
    pub fn presides(&self, jury: JuryId, candidate: EnrolmentId) -> Option<SeatId> {
        let chair = self.assessing(jury, candidate).find(|seat| seat.function == SeatFunction::Chair);
        let named = || {
            let own = |row: &&PresidingRow| row.jury_id == jury && row.enrolment_id == candidate;
            let seat = self.presidings.iter().find(own)?.seat_id;
            self.assessing(jury, candidate).find(|one| one.id == seat)
        };
        chair.or_else(named).map(|seat| seat.id)
    }

    /// The naming that stands before a candidate, whether it has effect or not.
    pub fn named(&self, jury: JuryId, candidate: EnrolmentId) -> Option<&PresidingRow> {
        self.presidings.iter().find(|row| row.jury_id == jury && row.enrolment_id == candidate)
    }

    pub fn waivers(&self, of: JuryId) -> impl Iterator<Item = &WaiverRow> {
        self.waivers.iter().filter(move |row| row.jury_id == of)
    }

    fn waived(&self, of: JuryId) -> BTreeSet<String> {
        self.waivers(of).map(|row| row.rule.to_string()).collect()
    }

    /// Rules of the jury itself, said one by one, for one composition.
    pub fn composition_report(&self, asked: &Composition, jury: JuryId, year: i32) -> Vec<RuleReport> {
        rules::report::composition(asked, &self.facts_of(jury), year, &self.waived(jury))
    }

    /// Rules before one candidate, said one by one.
    ///
    /// # Errors
    /// `not_found` when the enrolment is not of the cohort.
    pub fn candidate_report(
        &self,
        asked: &JuryRules,
        jury: JuryId,
        id: EnrolmentId,
    ) -> Result<Vec<RuleReport>, AppError> {
        let candidate = self.candidate(id)?;
        let composition = rules::composition_for(asked, candidate.route);
        Ok(rules::report::before(composition, &self.facts_of(jury), candidate, self.presides(jury, id)))
    }

    fn facts_of(&self, jury: JuryId) -> Vec<SeatFacts> {
        self.open_seats(jury).map(SeatFacts::from).collect()
    }

    /// # Errors
    /// `not_found` when the enrolment is not of the cohort.
    pub fn quorum(&self, asked: &JuryRules, jury: JuryId, id: EnrolmentId) -> Result<Quorum, AppError> {
        let candidate = self.candidate(id)?;
        let composition = rules::composition_for(asked, candidate.route);
        let found = rules::quorum(composition, &self.facts_of(jury), candidate);
        let present = found.present.iter().filter_map(|seat| self.seats.get(seat)).cloned().collect();
        Ok(Quorum { present, presides: self.presides(jury, id), broken: found.broken })
    }

    /// Everything that a jury breaks, of itself and before each of these candidates, each thing told once.
    ///
    /// # Errors
    /// `not_found` when an enrolment is not of the cohort.
    pub fn broken(
        &self,
        asked: &JuryRules,
        jury: JuryId,
        before: &[EnrolmentId],
        year: i32,
    ) -> Result<Vec<BrokenRule>, AppError> {
        let seats = self.facts_of(jury);
        let mut compositions: Vec<&Composition> = Vec::new();
        let mut told = BTreeSet::new();
        let mut broken = Vec::new();
        let mut tell = |found: Vec<BrokenRule>| {
            broken
                .extend(found.into_iter().map(|rule| rule.of(jury)).filter(|rule| told.insert(rule.clone())));
        };
        for id in before {
            let composition = rules::composition_for(asked, self.candidate(*id)?.route);
            if !compositions.contains(&composition) {
                compositions.push(composition);
            }
        }
        if compositions.is_empty() {
            compositions.push(&asked.default);
        }
        let waived = self.waived(jury);
        for composition in compositions {
            let mut found = rules::composition_broken(composition, &seats, year);
            found.retain(|rule| !waived.contains(rule.rule));
            tell(found);
        }
        for id in before {
            let candidate = self.candidate(*id)?;
            let composition = rules::composition_for(asked, candidate.route);
            tell(rules::candidate_broken(composition, &seats, candidate));
            tell(rules::quorum(composition, &seats, candidate).broken);
        }
        Ok(broken)
    }
}

/// Refuses with every broken rule at once, the first one named.
///
/// # Errors
/// `rule_broken` unless the list is empty.
pub fn refuse_broken(broken: &[BrokenRule]) -> Result<(), AppError> {
    let Some(first) = broken.first() else { return Ok(()) };
    Err(AppError::broken(first.rule, (&first.fr, &first.en)).with("broken", serde_json::to_value(broken)?))
}

impl From<&SeatRow> for SeatFacts {
    fn from(row: &SeatRow) -> Self {
        Self {
            id: row.id,
            account: row.account_id,
            function: row.function,
            side: row.side,
            gender: row.gender,
            employer: row.employer.clone(),
            practising_since: row.practising_since,
            declared_at: row.declared_at,
        }
    }
}

/// Who may not assess the candidates of a cohort, by what they are to it.
struct Staff {
    trainers: BTreeSet<AccountId>,
    centre: BTreeSet<AccountId>,
}

fn facts(
    record: CandidateRecord,
    staff: &Staff,
    recusals: &[RecusalRow],
) -> Result<CandidateFacts, AppError> {
    Ok(CandidateFacts {
        route: route(&record.access_route)?,
        recused: recusals
            .iter()
            .filter(|recusal| recusal.enrolment_id == record.enrolment)
            .map(|recusal| recusal.seat_id)
            .collect(),
        enrolment: record.enrolment,
        number: record.number,
        account: record.account,
        employer: record.employer,
        enrolled_at: record.enrolled_at,
        trainers: staff.trainers.clone(),
        centre_staff: staff.centre.clone(),
    })
}

fn route(word: &str) -> Result<AccessRoute, AppError> {
    let word: StrDeserializer<'_, NotAWord> = word.into_deserializer();
    AccessRoute::deserialize(word).map_err(AppError::internal)
}
