//! Random numbers: SplitMix64 streams with names, and simple exact draws from them.

/// A stream of random numbers. Two streams with different names are as good as independent.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream of this seed that is named by `parts`.
    #[must_use]
    pub fn named(seed: u64, parts: &[&str]) -> Self {
        // FNV-1a over the parts, each closed by a byte that UTF-8 never holds.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
        for byte in parts.iter().flat_map(|part| part.bytes().chain([0xff])) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut random = Self { state: hash };
        random.state = random.next();
        random
    }

    /// 64 random bits (Steele, Lea, Flood 2014, “Fast splittable pseudorandom number generators”).
    #[expect(
        clippy::should_implement_trait,
        reason = "an endless stream is no iterator to be collected"
    )]
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform from 0 up to, but never, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// One of `count` choices, counted from 0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "lies in 0..count"
    )]
    pub fn choice(&mut self, count: u32) -> u32 {
        (self.uniform() * f64::from(count)) as u32
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// How many of `trials` succeed, each with this probability.
    pub fn binomial(&mut self, trials: u32, probability: f64) -> u32 {
        (0..trials)
            .map(|_| u32::from(self.happens(probability)))
            .sum()
    }

    /// A count with this mean, nearly Poisson: ten times as many trials, a tenth of the chance each.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "means are small and positive"
    )]
    pub fn count(&mut self, mean: f64) -> u32 {
        if mean <= 0.0 {
            return 0;
        }
        let trials = (mean * 10.0).ceil() as u32;
        self.binomial(trials, mean / f64::from(trials))
    }

    /// Nearly normal, mean 0, standard deviation 1: twelve uniforms less six (Irwin–Hall), so never beyond ±6.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_named_and_repeat() {
        let draw = |parts: &[&str]| Random::named(7, parts).next();
        assert_eq!(draw(&["a", "b"]), draw(&["a", "b"]));
        assert_ne!(draw(&["a", "b"]), draw(&["ab"]));
        assert_ne!(draw(&["a", "b"]), Random::named(8, &["a", "b"]).next());
    }

    #[test]
    fn splitmix64_as_published() {
        // First outputs of the reference implementation (Vigna, splitmix64.c) for seed 1234567.
        let mut random = Random { state: 1_234_567 };
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn draws_have_the_moments_they_say() {
        let mut random = Random::named(1, &["moments"]);
        let mean =
            |draw: &mut dyn FnMut() -> f64| (0..20_000).map(|_| draw()).sum::<f64>() / 20_000.0;
        assert!((mean(&mut || random.uniform()) - 0.5).abs() < 0.01);
        assert!(mean(&mut || random.normal()).abs() < 0.03);
        assert!(
            (mean(&mut || {
                let z = random.normal();
                z * z
            }) - 1.0)
                .abs()
                < 0.05
        );
        assert!((mean(&mut || f64::from(random.binomial(10, 0.3))) - 3.0).abs() < 0.05);
        assert!((mean(&mut || f64::from(random.count(2.5))) - 2.5).abs() < 0.05);
    }
}
