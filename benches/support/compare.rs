//! Two sides of one comparison, run in turn so that other work on the machine weighs on both alike.

use serde_json::{Value, json};

/// What one side did in one or several turns.
#[derive(Debug, Clone, Copy, Default)]
pub struct Turn {
    pub saves: f64,
    pub seconds: f64,
    /// Processor time of its process, in seconds.
    pub cpu: f64,
}

impl Turn {
    pub fn rate(&self) -> f64 {
        self.saves / self.seconds
    }

    /// In microseconds.
    pub fn cpu_per_save(&self) -> f64 {
        self.cpu / self.saves * 1e6
    }
}

impl std::ops::AddAssign for Turn {
    fn add_assign(&mut self, other: Self) {
        self.saves += other.saves;
        self.seconds += other.seconds;
        self.cpu += other.cpu;
    }
}

/// Ours and the ceiling, round by round.
#[derive(Debug, Default)]
pub struct Compared {
    pub ours: Turn,
    pub ceiling: Turn,
    ratios: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Ours,
    Ceiling,
}

impl Compared {
    /// Runs the rounds, each A-B-B-A: a drift within a round weighs on both sides alike.
    ///
    /// # Errors
    /// That of the first turn that fails.
    pub fn rounds(count: u32, mut turn: impl FnMut(Side) -> anyhow::Result<Turn>) -> anyhow::Result<Self> {
        let mut all = Self::default();
        for _ in 0..count {
            let (mut ours, mut ceiling) = (Turn::default(), Turn::default());
            for side in [Side::Ours, Side::Ceiling, Side::Ceiling, Side::Ours] {
                match side {
                    Side::Ours => ours += turn(side)?,
                    Side::Ceiling => ceiling += turn(side)?,
                }
            }
            all.ratios.push(ours.rate() / ceiling.rate());
            all.ours += ours;
            all.ceiling += ceiling;
        }
        all.ratios.sort_by(f64::total_cmp);
        Ok(all)
    }

    pub fn median(&self) -> f64 {
        self.ratios.get(self.ratios.len() / 2).copied().unwrap_or_default()
    }

    pub fn ratio(&self) -> Value {
        json!({
            "median": round(self.median(), 3),
            "min": round(self.ratios.first().copied().unwrap_or_default(), 3),
            "max": round(self.ratios.last().copied().unwrap_or_default(), 3),
            "rounds": self.ratios.len(),
        })
    }
}

/// To so many decimals, as a line shows it.
pub fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}
