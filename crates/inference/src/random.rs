//! Seeded randomness: the same numbers from the same seed and stream, on any machine.
//!
//! The generator is xoshiro256++ (Blackman, Vigna 2021, *Scrambled linear pseudorandom number generators*, ACM TOMS 47), its state
//! filled by SplitMix64 from seed and stream. Work that is spread over threads takes a stream for each piece (a unit, a draw, a
//! block), never for each thread, so that the result doesn't depend on how it was spread.

use std::f64::consts::PI;
use std::sync::OnceLock;

use crate::special::ln_gamma;

/// A generator of pseudo-random numbers. Not for secrets.
#[derive(Clone, Debug)]
pub struct Random {
    state: [u64; 4],
    layers: &'static Layers,
}

impl Random {
    /// A generator: `seed` is the user's, `stream` the piece of work.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut word = seed;
        let first = split_mix(&mut word);
        let mut word = first ^ stream.wrapping_mul(0xd134_2543_de82_ef95).rotate_left(32) ^ stream;
        let state = [(); 4].map(|()| split_mix(&mut word));
        Self {
            state,
            layers: layers(),
        }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let t = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= t;
        *d = d.rotate_left(45);
        result
    }

    /// A uniform number in (0, 1), neither end included: a multiple of 2⁻⁵³ plus 2⁻⁵⁴.
    pub fn uniform(&mut self) -> f64 {
        unit(self.bits()) + 0.5 / TWO_53
    }

    /// A uniform whole number under `n`; 0 for `n` = 0. Unbiased (Lemire 2019, *Fast random integer generation in an interval*).
    pub fn below(&mut self, n: u64) -> u64 {
        loop {
            let wide = u128::from(self.bits()) * u128::from(n);
            let low = wide as u64;
            if low >= n || low >= n.wrapping_neg() % n.max(1) {
                return (wide >> 64) as u64;
            }
        }
    }

    /// Brings a slice into a random order, each as likely as any other (Fisher, Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let at = self.below(end as u64 + 1) as usize;
            items.swap(at, end);
        }
    }

    /// A standard normal number: mean 0, variance 1. By the ziggurat with 256 layers (Marsaglia, Tsang 2000, *The ziggurat method
    /// for generating random variables*), 53 bits of the uniform used (Doornik 2005).
    pub fn normal(&mut self) -> f64 {
        loop {
            let bits = self.bits();
            let layer = usize::from(bits as u8);
            let (edge, inner) = self.layers.edges(layer);
            let x = unit(bits) * edge;
            let size = if x < inner {
                Some(x)
            } else {
                self.wedge_or_tail(layer, x)
            };
            if let Some(size) = size {
                return if bits & 0x100 == 0 { size } else { -size };
            }
        }
    }

    #[cold]
    fn wedge_or_tail(&mut self, layer: usize, x: f64) -> Option<f64> {
        if layer > 0 {
            let (low, high) = self.layers.heights(layer);
            let y = low + (high - low) * self.uniform();
            return (y < libm::exp(-0.5 * x * x)).then_some(x);
        }
        loop {
            let x = -libm::log(self.uniform()) / TAIL;
            if -2.0 * libm::log(self.uniform()) > x * x {
                return Some(TAIL + x);
            }
        }
    }

    /// A number from the exponential distribution with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// A number from the gamma distribution with `shape` over 0 and scale 1; 0 where the shape isn't over 0. Marsaglia and Tsang
    /// (2000), *A simple method for generating gamma variables*.
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            if shape.is_nan() || shape <= 0.0 {
                return 0.0;
            }
            let boost = libm::exp(libm::log(self.uniform()) / shape);
            return boost * self.gamma(shape + 1.0);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = self.uniform();
            let square = x * x;
            if u < 1.0 - 0.0331 * square * square
                || libm::log(u) < 0.5 * square + d * (1.0 - v + libm::log(v))
            {
                return d * v;
            }
        }
    }

    /// A number from the beta distribution; both parameters over 0. Where one is 0 all mass lies at its end (at ½ where both are).
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        if x + y > 0.0 {
            x / (x + y)
        } else if a > b {
            1.0
        } else if b > a {
            0.0
        } else {
            0.5
        }
    }

    /// How many of `n` trials succeed, each with probability `p` (held in 0…1). By inversion where the mean is small, else by
    /// transformed rejection (Hörmann 1993, *The generation of binomial random variates*, BTRS).
    pub fn binomial(&mut self, n: u64, p: f64) -> u64 {
        if n == 0 || p.is_nan() || p <= 0.0 {
            return 0;
        }
        if p > 0.5 {
            return n - self.binomial(n, 1.0 - p);
        }
        let count = n as f64;
        if count * p < 10.0 {
            self.binomial_by_waiting(n, p)
        } else {
            self.binomial_by_rejection(count, p)
        }
    }

    /// Sums geometric waiting times until they pass `n` (Devroye 1986, X.4.3, first waiting time method).
    fn binomial_by_waiting(&mut self, n: u64, p: f64) -> u64 {
        let scale = libm::log1p(-p);
        let (mut successes, mut trials) = (0, 0.0);
        loop {
            trials += libm::floor(libm::log(self.uniform()) / scale) + 1.0;
            if trials > n as f64 {
                return successes;
            }
            successes += 1;
        }
    }

    fn binomial_by_rejection(&mut self, n: f64, p: f64) -> u64 {
        let q = 1.0 - p;
        let spread = (n * p * q).sqrt();
        let b = 1.15 + 2.53 * spread;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        let alpha = (2.83 + 5.1 / b) * spread;
        let mode = libm::floor((n + 1.0) * p);
        let at_mode = ln_gamma(mode + 1.0) + ln_gamma(n - mode + 1.0);
        loop {
            let u = self.uniform() - 0.5;
            let v = self.uniform();
            let us = 0.5 - u.abs();
            let k = libm::floor((2.0 * a / us + b) * u + n * p + 0.5);
            if us >= 0.07 && v <= 0.92 - 4.2 / b {
                return k as u64;
            }
            if k < 0.0 || k > n {
                continue;
            }
            let v = libm::log(v * alpha / (a / (us * us) + b));
            let ratio = at_mode - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
            if v <= ratio + (k - mode) * libm::log(p / q) {
                return k as u64;
            }
        }
    }

    /// A number of events with this `mean`; 0 where it isn't over 0. By multiplication where it is small, else by transformed
    /// rejection (Hörmann 1993, *The transformed rejection method for generating Poisson random variables*, PTRS).
    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean.is_nan() || mean <= 0.0 {
            return 0;
        }
        if mean < 10.0 {
            let least = libm::exp(-mean);
            let (mut events, mut product) = (0, self.uniform());
            while product > least {
                product *= self.uniform();
                events += 1;
            }
            return events;
        }
        let b = 0.931 + 2.53 * mean.sqrt();
        let a = -0.059 + 0.024_83 * b;
        let scale = libm::log(1.1239 + 1.1328 / (b - 3.4));
        loop {
            let u = self.uniform() - 0.5;
            let v = self.uniform();
            let us = 0.5 - u.abs();
            let k = libm::floor((2.0 * a / us + b) * u + mean + 0.43);
            if us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2.0) {
                return k as u64;
            }
            if k < 0.0 || (us < 0.013 && v > us) {
                continue;
            }
            let left = libm::log(v) + scale - libm::log(a / (us * us) + b);
            if left <= k * libm::log(mean) - mean - ln_gamma(k + 1.0) {
                return k as u64;
            }
        }
    }
}

const TWO_53: f64 = 9_007_199_254_740_992.0;

/// The upper 53 bits as a number in [0, 1).
const fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / TWO_53
}

const fn split_mix(word: &mut u64) -> u64 {
    *word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*word ^ (*word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Where the ziggurat's tail begins.
const TAIL: f64 = 3.654_152_885_361_009;

/// The ziggurat under exp(−x²⁄2): layer i reaches to `edge[i]`, and all of it lies under the curve up to `edge[i + 1]`.
#[derive(Debug)]
struct Layers {
    edge: [f64; 257],
    height: [f64; 257],
}

impl Layers {
    #[expect(clippy::indexing_slicing, reason = "a layer is one of 256")]
    const fn edges(&self, layer: usize) -> (f64, f64) {
        (self.edge[layer], self.edge[layer + 1])
    }

    #[expect(clippy::indexing_slicing, reason = "a layer is one of 256")]
    const fn heights(&self, layer: usize) -> (f64, f64) {
        (self.height[layer], self.height[layer + 1])
    }
}

fn layers() -> &'static Layers {
    static LAYERS: OnceLock<Layers> = OnceLock::new();
    LAYERS.get_or_init(|| {
        let curve = |x: f64| libm::exp(-0.5 * x * x);
        // All layers are of this area: the lowest one's box and the tail beyond it.
        let tail = (0.5 * PI).sqrt() * libm::erfc(TAIL / std::f64::consts::SQRT_2);
        let area = TAIL * curve(TAIL) + tail;
        let mut edge = [0.0; 257];
        let mut x = TAIL;
        for (layer, edge) in edge.iter_mut().enumerate().take(256) {
            *edge = match layer {
                0 => area / curve(TAIL),
                1 => TAIL,
                _ => {
                    x = (-2.0 * libm::log(area / x + curve(x))).sqrt();
                    x
                }
            };
        }
        Layers {
            edge,
            height: edge.map(curve),
        }
    })
}
