//! Comments that are copies of one another.
#![expect(
    clippy::indexing_slicing,
    reason = "positions come from enumerating the same slices"
)]

use std::collections::{BTreeMap, BTreeSet};

use super::chance::hypergeometric_at_least;
use super::{Answer, Calibration, Evidence, Finding, NotApplicable, Place};
use crate::Invalid;
use crate::special::binomial_at_least;

/// A unit's comments, and others' to learn from which phrases are common.
#[derive(Clone, Copy, Debug)]
pub struct Comments<'a> {
    /// The unit's comments.
    pub comments: &'a [&'a str],
    /// Other units' comments, or earlier ones; may be empty. Text that is suspected itself doesn't belong here.
    pub others: &'a [&'a str],
    /// The least share of common three-character sequences (Jaccard) of near-identical texts: over 0, at most 1; 0.7 is sensible.
    pub alike: f64,
}

/// Looks for texts that come back more often than chance and habit explain.
///
/// Null: people write by themselves. A text then comes from the same head as another either because the phrase is common, so others
/// use it as often (Fisher's exact test against `others`, where they have it at all); or by chance, which each character that is the
/// same makes at least half as likely: written language carries about one bit a letter (Shannon 1951, *Prediction and entropy of
/// printed English*, 0.6–1.3), Chinese characters several. With under 100 `others` to tell common phrases by, half a bit is taken.
/// Phrases under 8 characters, `很好` or `非常满意`, are never evidence: everybody may write the same one because a clerk
/// suggests it. For a text with b sequences in common, k copies among n:
/// p = n · max(P(Bin(n − 1, 2⁻ᵇ) ≥ k − 1), Fisher): an upper bound over all texts. Statistic: −ln p of the most striking cluster.
/// Evidence: clusters with p at most 0.05, or the most striking one.
///
/// # Errors
/// [`Invalid::Range`] for `alike` out of range.
pub fn copied_comments(input: &Comments<'_>) -> Result<Answer, Invalid> {
    check_alike(input.alike)?;
    let texts = Texts::new(input.comments, input.others);
    let n = texts.own;
    if n < 3 {
        return Ok(NotApplicable::too_few("comments with text", 3, n as usize));
    }
    let mut clusters: Vec<(f64, Evidence)> = texts
        .clusters(input.alike)
        .into_iter()
        .map(|cluster| texts.judge(cluster))
        .collect();
    clusters.sort_by(|a, b| {
        let by_size = b.1.observed.total_cmp(&a.1.observed);
        a.0.total_cmp(&b.0).then(by_size)
    });
    let p = clusters.first().map_or(1.0, |(p, _)| *p);
    let evidence = clusters
        .into_iter()
        .enumerate()
        .filter(|(rank, (p, _))| *rank == 0 || *p <= 0.05)
        .map(|(_, (_, evidence))| evidence)
        .collect();
    Ok(Answer::Tested(Finding {
        p,
        calibration: Calibration::Exact,
        statistic: -libm::log(p.max(f64::MIN_POSITIVE)),
        evidence,
    }))
}

/// Groups of near-identical comments, two or more each, by position; the largest first. Every member is alike to the group's first
/// text; no comment is in two groups. Candidates by MinHash with 16 bands of 4 (Broder 1997, *On the resemblance and containment of
/// documents*; Leskovec, Rajaraman, Ullman, *Mining of massive datasets*, 3.4), each confirmed exactly: two texts with a common
/// share of 0.7 are missed in about 1 of 80 cases, of 0.8 in 1 of 5,000.
///
/// # Errors
/// [`Invalid::Range`] for `alike` out of range.
pub fn near_duplicates(comments: &[&str], alike: f64) -> Result<Vec<Vec<usize>>, Invalid> {
    check_alike(alike)?;
    let texts = Texts::new(comments, &[]);
    let mut groups: Vec<Vec<usize>> = texts
        .clusters(alike)
        .into_iter()
        .map(|cluster| cluster.positions)
        .collect();
    groups.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    Ok(groups)
}

fn check_alike(alike: f64) -> Result<(), Invalid> {
    Invalid::check_range("alike", &[alike], "over 0, at most 1", |a| {
        a > 0.0 && a <= 1.0
    })
}

/// A text as it is compared: letters and digits only, in lower case, full-width forms as their narrow ones.
#[must_use]
pub fn normalised(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let kept = text.chars().map(narrow).filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// One distinct text.
struct Text {
    /// Its distinct sequences of three characters (the whole text where it is shorter), packed, in order.
    grams: Vec<u64>,
    /// The unit's comments that read so.
    own: Vec<usize>,
    /// How many of the others' do.
    others: u64,
}

struct Texts {
    distinct: Vec<Text>,
    own: u64,
    others: u64,
}

struct Cluster {
    /// The unit's comments in it, in order.
    positions: Vec<usize>,
    /// How many of the others' comments are alike.
    others: u64,
    /// The fewest sequences that any member has in common with the anchor.
    bits: usize,
}

impl Texts {
    fn new(own: &[&str], others: &[&str]) -> Self {
        let mut read: BTreeMap<String, (Vec<usize>, u64)> = BTreeMap::new();
        for (at, text) in own.iter().enumerate() {
            read.entry(normalised(text)).or_default().0.push(at);
        }
        for text in others {
            read.entry(normalised(text)).or_default().1 += 1;
        }
        read.remove("");
        let distinct: Vec<Text> = read
            .into_iter()
            .map(|(text, (own, others))| Text {
                grams: grams(&text),
                own,
                others,
            })
            .collect();
        Self {
            own: distinct.iter().map(|text| text.own.len() as u64).sum(),
            others: distinct.iter().map(|text| text.others).sum(),
            distinct,
        }
    }

    /// Clusters with two or more of the unit's comments: the text with most alike first, then among those left.
    fn clusters(&self, alike: f64) -> Vec<Cluster> {
        let mut near: Vec<Vec<(usize, usize)>> = self
            .distinct
            .iter()
            .enumerate()
            .map(|(at, text)| vec![(at, text.grams.len())])
            .collect();
        for (a, b) in self.candidates() {
            let (first, second) = (&self.distinct[a].grams, &self.distinct[b].grams);
            let common = common(first, second);
            let union = first.len() + second.len() - common;
            if common as f64 >= alike * union as f64 {
                near[a].push((b, common));
                near[b].push((a, common));
            }
        }
        let copies = |at: usize| -> usize {
            near[at]
                .iter()
                .map(|(other, _)| self.distinct[*other].own.len())
                .sum()
        };
        let mut anchors: Vec<usize> = (0..self.distinct.len())
            .filter(|at| copies(*at) > 1)
            .collect();
        anchors.sort_by_key(|at| (usize::MAX - copies(*at), *at));
        let mut used = vec![false; self.distinct.len()];
        let mut clusters = Vec::new();
        for anchor in anchors {
            let free: Vec<(usize, usize)> = near[anchor]
                .iter()
                .copied()
                .filter(|(other, _)| !used[*other])
                .collect();
            if used[anchor] {
                continue;
            }
            let cluster = self.cluster(&free, &near[anchor]);
            if cluster.positions.len() > 1 {
                free.iter().for_each(|(other, _)| used[*other] = true);
                clusters.push(cluster);
            }
        }
        clusters
    }

    fn cluster(&self, free: &[(usize, usize)], near: &[(usize, usize)]) -> Cluster {
        let own = |(at, _): &&(usize, usize)| !self.distinct[*at].own.is_empty();
        let mut positions: Vec<usize> = free
            .iter()
            .flat_map(|(at, _)| self.distinct[*at].own.iter().copied())
            .collect();
        positions.sort_unstable();
        Cluster {
            positions,
            others: near.iter().map(|(at, _)| self.distinct[*at].others).sum(),
            bits: free
                .iter()
                .filter(own)
                .map(|(_, common)| *common)
                .min()
                .unwrap_or(0),
        }
    }

    /// Pairs of distinct texts that share a band of their MinHash signatures.
    fn candidates(&self) -> BTreeSet<(usize, usize)> {
        let signatures: Vec<Vec<u64>> = self
            .distinct
            .iter()
            .map(|text| signature(&text.grams))
            .collect();
        let mut pairs = BTreeSet::new();
        for band in 0..BANDS {
            let mut keys: Vec<(&[u64], usize)> = signatures
                .iter()
                .enumerate()
                .map(|(at, signature)| (&signature[band * ROWS..(band + 1) * ROWS], at))
                .collect();
            keys.sort_unstable();
            for bucket in keys.chunk_by(|a, b| a.0 == b.0) {
                for (rank, (_, a)) in bucket.iter().enumerate() {
                    pairs.extend(bucket[rank + 1..].iter().map(|(_, b)| (*a, *b)));
                }
            }
        }
        pairs
    }

    fn judge(&self, cluster: Cluster) -> (f64, Evidence) {
        let copies = cluster.positions.len() as u64;
        let bits = if self.others < FEW { 0.5 } else { 1.0 };
        let chance = libm::exp2(-bits * cluster.bits as f64);
        let by_chance = if cluster.bits < SHORT {
            1.0
        } else {
            binomial_at_least(self.own - 1, chance, copies - 1)
        };
        let by_habit = if cluster.others > 0 {
            let (all, users) = (self.own + self.others, copies + cluster.others);
            hypergeometric_at_least(all, users, self.own, copies)
        } else {
            0.0
        };
        let usual = (cluster.others as f64 / self.others.max(1) as f64).max(chance);
        let evidence = Evidence {
            place: Place::Comments,
            positions: cluster.positions,
            observed: copies as f64,
            expected: 1.0 + (self.own - 1) as f64 * usual,
        };
        (
            (self.own as f64 * by_chance.max(by_habit)).min(1.0),
            evidence,
        )
    }
}

/// Texts with fewer sequences in common are phrases, never evidence: 8 characters have 6.
const SHORT: usize = 6;
/// With fewer other comments than this it can't be told which phrases are common.
const FEW: u64 = 100;

const BANDS: usize = 16;
const ROWS: usize = 4;

/// A character takes 21 bits, so three fit a word.
fn grams(text: &str) -> Vec<u64> {
    let codes: Vec<u64> = text.chars().map(|c| u64::from(u32::from(c))).collect();
    let pack = |codes: &[u64]| codes.iter().fold(0, |word, code| (word << 21) | code);
    let mut grams: Vec<u64> = if codes.len() < 3 {
        vec![pack(&codes)]
    } else {
        codes.windows(3).map(pack).collect()
    };
    grams.sort_unstable();
    grams.dedup();
    grams
}

fn common(a: &[u64], b: &[u64]) -> usize {
    a.iter()
        .filter(|gram| b.binary_search(gram).is_ok())
        .count()
}

fn signature(grams: &[u64]) -> Vec<u64> {
    let least = |hash: usize| {
        let salt = (hash as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        grams
            .iter()
            .map(|gram| mixed(gram ^ salt))
            .min()
            .unwrap_or(0)
    };
    (0..BANDS * ROWS).map(least).collect()
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a fixed hash, the same on any machine.
fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
