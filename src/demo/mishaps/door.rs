//! At the door: late, absent, sent home, noted wrong.

use anyhow::ensure;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::{Mishap, hour};
use crate::demo::founding::Staff;
use crate::demo::stage::Stage;

/// Somebody at the door, at the hour of their slot.
pub struct Comer<'a> {
    pub label: String,
    pub slot: &'a str,
    pub starts_at: DateTime<Utc>,
}

impl Comer<'_> {
    /// Writes it down.
    ///
    /// # Errors
    /// What the service refuses.
    pub async fn note(&self, stage: &Stage, staff: &Staff, said: Value) -> anyhow::Result<Value> {
        stage.put(&staff.manager, &format!("slots/{}/attendance", self.slot), 0, said).await
    }
}

/// # Errors
/// What the service refuses.
pub async fn late(stage: &Stage, staff: &Staff, comer: &Comer<'_>) -> anyhow::Result<Mishap> {
    let arrived = comer.starts_at + Duration::minutes(7);
    stage.it_is(comer.starts_at + Duration::minutes(8));
    let reason = "Train en retard ; le jury l’a attendue.";
    let said = json!({
        "attendance": "present", "identity_checked": true, "arrived_at": arrived, "reason": reason,
    });
    comer.note(stage, staff, said).await?;
    let told = format!(
        "Retard : {} arrive à {} pour un passage prévu à {} ; elle est reçue.",
        comer.label,
        hour(arrived),
        hour(comer.starts_at)
    );
    Ok(Mishap::new("candidate_late", reason, told))
}

/// # Errors
/// What the service refuses.
pub async fn absent(stage: &Stage, staff: &Staff, comer: &Comer<'_>) -> anyhow::Result<Mishap> {
    let reason = "Ne s’est pas présentée et n’a pas prévenu.";
    stage.it_is(comer.starts_at + Duration::minutes(15));
    let said = json!({ "attendance": "absent", "identity_checked": false, "reason": reason });
    comer.note(stage, staff, said).await?;
    let told =
        format!("Absence : {} ne vient pas ; un quart d’heure après, elle est portée absente.", comer.label);
    Ok(Mishap::new("candidate_absent", reason, told))
}

/// # Errors
/// What the service refuses.
pub async fn excused(stage: &Stage, staff: &Staff, comer: &Comer<'_>) -> anyhow::Result<Mishap> {
    let reason = "Malaise à l’arrivée, raccompagné ; certificat remis le lendemain.";
    let said = json!({
        "attendance": "excused", "identity_checked": true, "arrived_at": comer.starts_at, "reason": reason,
    });
    comer.note(stage, staff, said).await?;
    let told = format!(
        "Excusé à la porte : {} est venu et n’a pas pu composer ; ce n’est pas une absence.",
        comer.label
    );
    Ok(Mishap::new("excused_at_the_door", reason, told))
}

/// Noted absent; waited elsewhere.
///
/// # Errors
/// What the service refuses.
pub async fn corrected(stage: &Stage, staff: &Staff, comer: &Comer<'_>) -> anyhow::Result<Mishap> {
    comer.note(stage, staff, json!({ "attendance": "absent", "identity_checked": false })).await?;
    stage.it_is(comer.starts_at + Duration::minutes(6));
    let reason = "Il attendait devant une autre salle, la convocation à la main.";
    let said = json!({
        "attendance": "present", "identity_checked": true, "arrived_at": comer.starts_at, "correction": reason,
    });
    let mended = comer.note(stage, staff, said).await?;
    ensure!(mended["attendance"] == "present", "{mended}");
    let told = format!(
        "Émargement corrigé : {} était porté absent, il attendait à côté ; les deux mentions restent.",
        comer.label
    );
    Ok(Mishap::new("attendance_corrected", reason, told))
}
