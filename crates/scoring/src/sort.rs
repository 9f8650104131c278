//! Selection and radix sort of figures, by keys whose integer order is the figures' order.

/// A key whose integer order is the order of finite figures; −0 and 0 have the same.
#[inline]
pub(crate) fn key(figure: f64) -> u64 {
    let bits = (figure + 0.0).to_bits();
    let flip = (bits.cast_signed() >> 63).cast_unsigned() | (1 << 63);
    bits ^ flip
}

/// The figure of a key.
#[inline]
pub(crate) fn figure(key: u64) -> f64 {
    let flip = ((key.cast_signed() >> 63).cast_unsigned() ^ u64::MAX) | (1 << 63);
    f64::from_bits(key ^ flip)
}

const DIGIT_BITS: u32 = 11;
const BUCKETS: usize = 1 << DIGIT_BITS;
const DIGITS: u32 = u64::BITS.div_ceil(DIGIT_BITS);

/// Sorts `items` by `key_of`, least first, keeping the order of equals: least-significant-digit radix sort. Digits that all
/// keys share cost one read.
pub(crate) fn radix_sort<T: Copy + Default>(items: &mut Vec<T>, key_of: impl Fn(&T) -> u64) {
    let mut other = vec![T::default(); items.len()];
    for digit in 0..DIGITS {
        let bucket_of = |item: &T| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "masked to the bits of one digit"
            )]
            let bucket = (key_of(item) >> (digit * DIGIT_BITS)) as usize & (BUCKETS - 1);
            bucket
        };
        if scatter(items, &mut other, bucket_of) {
            std::mem::swap(items, &mut other);
        }
    }
}

/// Moves `from` to `to`, in order of bucket; does nothing and says `false` when all share one bucket.
fn scatter<T: Copy>(from: &[T], to: &mut [T], bucket_of: impl Fn(&T) -> usize) -> bool {
    let mut starts = [0_usize; BUCKETS];
    for item in from {
        if let Some(count) = starts.get_mut(bucket_of(item)) {
            *count += 1;
        }
    }
    if starts.contains(&from.len()) {
        return false;
    }
    let mut start = 0;
    for count in &mut starts {
        start += std::mem::replace(count, start);
    }
    for item in from {
        if let Some(next) = starts.get_mut(bucket_of(item)) {
            if let Some(place) = to.get_mut(*next) {
                *place = *item;
            }
            *next += 1;
        }
    }
    true
}

/// The keys at these ascending zero-based places of the ascending order, by selection; places past the end are left out.
pub(crate) fn select(keys: &mut [u64], places: &[usize]) -> Vec<u64> {
    let mut chosen = Vec::with_capacity(places.len());
    let mut rest = keys;
    let mut taken = 0;
    for &place in places {
        let Some(at) = place.checked_sub(taken) else {
            chosen.extend(chosen.last().copied());
            continue;
        };
        if at >= rest.len() {
            break;
        }
        let (_, found, after) = rest.select_nth_unstable(at);
        chosen.push(*found);
        taken = place + 1;
        rest = after;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_keep_the_order(a in prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL, b in prop::num::f64::NORMAL) {
            prop_assert_eq!(key(a).cmp(&key(b)), a.partial_cmp(&b).unwrap());
            prop_assert_eq!(figure(key(a)), a);
        }

        #[test]
        fn radix_sort_is_a_stable_sort(keys in prop::collection::vec(prop_oneof![prop::num::f64::NORMAL, (-3i8..3).prop_map(f64::from)], 0..500)) {
            let mut items: Vec<(u64, u32)> = keys.iter().map(|k| key(*k)).zip(0..).collect();
            let mut expected = items.clone();
            radix_sort(&mut items, |item| item.0);
            expected.sort_by_key(|item| item.0);
            prop_assert_eq!(items, expected);
        }

        #[test]
        fn selection_agrees_with_sorting(mut keys in prop::collection::vec(0u64..50, 1..200), mut places in prop::collection::vec(0usize..220, 0..6)) {
            places.sort_unstable();
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            let expected: Vec<u64> = places.iter().filter_map(|p| sorted.get(*p).copied()).collect();
            prop_assert_eq!(select(&mut keys, &places), expected);
        }
    }
}
