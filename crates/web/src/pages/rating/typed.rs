//! Codes as people read and type them: 26 characters of Crockford's base 32, without I, L, O and U.

use campaign::rating::Code;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 26;

/// A code, and how it is written.
pub struct Drawn {
    /// The code.
    pub code: Code,
    /// As it stands in a link.
    pub written: String,
}

/// Draws a code.
///
/// # Errors
/// When the system has no randomness.
pub fn draw() -> Result<Drawn, crate::problem::Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| crate::problem::Problem::broken())?;
    Ok(Drawn {
        code: Code::new(bytes),
        written: write(bytes),
    })
}

fn write(bytes: [u8; 16]) -> String {
    let number = u128::from_be_bytes(bytes);
    (0..CHARACTERS)
        .rev()
        .filter_map(|at| {
            let digit = usize::try_from((number >> (5 * at)) & 31).ok()?;
            ALPHABET.get(digit).copied().map(char::from)
        })
        .collect()
}

/// Reads a code as it was typed: case, spaces and hyphens don't matter, and letters that look like digits are taken for them.
pub fn read(typed: &str) -> Option<Code> {
    let mut number: u128 = 0;
    let mut count = 0;
    for c in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        let digit = ALPHABET.iter().position(|known| char::from(*known) == c)?;
        let fits = number.leading_zeros() >= 5;
        number = fits.then_some(number << 5)? | u128::try_from(digit).ok()?;
        count += 1;
    }
    (count == CHARACTERS).then(|| Code::new(number.to_be_bytes()))
}

/// A written code in groups of four.
pub fn grouped(written: &str) -> String {
    let characters: Vec<char> = written.chars().collect();
    let groups: Vec<String> = characters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_however_it_is_typed() {
        for bytes in [[0; 16], [255; 16], [0x5a; 16]] {
            let written = write(bytes);
            assert_eq!(written.len(), CHARACTERS);
            let typed = grouped(&written).to_lowercase();
            assert!(read(&typed) == Some(Code::new(bytes)), "{typed}");
        }
        assert!(read("").is_none());
        assert!(
            read("ZZZZZZZZZZZZZZZZZZZZZZZZZZ").is_none(),
            "more than 128 bits"
        );
        assert!(read("0000").is_none());
    }
}
