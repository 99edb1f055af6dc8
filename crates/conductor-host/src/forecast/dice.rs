//! Chance that can be repeated, and that says the same of a task in every world.
//!
//! A draw is a hash of what it is about (which run, which task, which time, what for), not the next number of a
//! stream: with one more agent the same tasks take as long and fail as often as before, and two forecasts can be
//! compared without the noise of chance. It is the finaliser of SplitMix64; a library of generators would give a
//! stream, which is what is not wanted here.

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Length,
    Angle,
    Fail,
    Ask,
    RateLimit,
    Moment,
    Conflict,
    Accident,
}

/// The chance of one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn of(seed: u64, run: u32) -> Self {
        Self(mix(mix(seed) ^ u64::from(run)))
    }

    /// A number above 0 and at most 1: for the `time`th time of the `task`th task.
    pub(super) fn share(self, what: What, task: usize, time: u32) -> f64 {
        let about = [what as u64, task as u64, u64::from(time)];
        let bits = about.into_iter().fold(self.0, |hash, word| mix(hash ^ mix(word)));
        // 32 bits are plenty, and fit into a float without loss.
        let high = u32::try_from(bits >> 32).unwrap_or(u32::MAX);
        (f64::from(high) + 1.0) / (f64::from(u32::MAX) + 1.0)
    }

    /// Whether something comes about that does so at this rate.
    pub(super) fn happens(self, rate: f64, what: What, task: usize, time: u32) -> bool {
        self.share(what, task, time) <= rate
    }

    /// A factor of a log-normal distribution around 1, by the method of Box and Muller.
    pub(super) fn factor(self, spread: f64, task: usize, time: u32) -> f64 {
        let radius = (-2.0 * self.share(What::Length, task, time).ln()).sqrt();
        let angle = std::f64::consts::TAU * self.share(What::Angle, task, time);
        (spread * radius * angle.cos()).exp()
    }
}

fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_lengths_come_out_as_asked() {
        let many = 20_000;
        let dice = Dice::of(7, 3);
        for rate in [0.0, 0.02, 0.5, 1.0] {
            let hits = (0..many).filter(|n| dice.happens(rate, What::Fail, 1, *n)).count();
            let share = hits as f64 / f64::from(many);
            assert!((share - rate).abs() < 0.01, "{rate}: {share}");
        }
        let factors: Vec<f64> = (0..many).map(|n| dice.factor(0.5, 2, n)).collect();
        let logs = || factors.iter().map(|f| f.ln());
        let mean = logs().sum::<f64>() / f64::from(many);
        let deviation = (logs().map(|l| (l - mean).powi(2)).sum::<f64>() / f64::from(many)).sqrt();
        assert!(mean.abs() < 0.02 && (deviation - 0.5).abs() < 0.02, "{mean} {deviation}");
        assert!((dice.factor(0.0, 2, 1) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_draw_depends_on_what_it_is_about_and_on_nothing_else() {
        let share = |seed, run, task, time| Dice::of(seed, run).share(What::Ask, task, time).to_bits();
        assert_eq!(share(1, 2, 3, 4), share(1, 2, 3, 4));
        for other in [share(2, 2, 3, 4), share(1, 3, 3, 4), share(1, 2, 4, 4), share(1, 2, 3, 5)] {
            assert_ne!(share(1, 2, 3, 4), other);
        }
    }
}
