//! How codes are written: sixteen letters in groups of four. The first four are the number of the batch, the others are
//! random.

/// The letters, in order: none that looks like another.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const BITS: usize = 5;
/// Letters of the batch's number.
const BATCH_LETTERS: usize = 4;
const LETTERS: usize = 16;
const GROUP: usize = 4;

/// The highest number that a batch can have.
pub(super) const LAST_BATCH: u32 = (1 << (BITS * BATCH_LETTERS)) - 1;

/// A code, which is also the key of its row. Codes of one batch are together, in the order of the batches.
pub(super) type Code = [u8; LETTERS];

/// The code of a batch that these random bits make; the upper four are not used.
pub(super) fn code(batch: u32, random: u64) -> Code {
    let mut code = [0; LETTERS];
    let (head, tail) = code.split_at_mut(BATCH_LETTERS);
    write(u64::from(batch), head);
    write(random, tail);
    code
}

fn write(number: u64, letters: &mut [u8]) {
    for (place, letter) in letters.iter_mut().rev().enumerate() {
        *letter = ALPHABET[(number >> (BITS * place)) as usize % ALPHABET.len()];
    }
}

/// The batch of a code.
pub(super) fn batch_of(code: &Code) -> u32 {
    let value = |letter: &u8| ALPHABET.iter().position(|known| known == letter).unwrap_or_default();
    code[..BATCH_LETTERS].iter().fold(0, |number, letter| (number << BITS) | value(letter) as u32)
}

/// As people read it.
pub(super) fn written(code: &[u8]) -> String {
    let groups: Vec<_> = code.chunks(GROUP).map(String::from_utf8_lossy).collect();
    groups.join("-")
}

/// Reads what a player wrote, in any case, with or without hyphens and spaces. `None` when no code is written so.
pub(super) fn read(text: &str) -> Option<Code> {
    let letters = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
    let letters: Option<Vec<u8>> = letters
        .map(|letter| u8::try_from(letter.to_ascii_uppercase()).ok().filter(|letter| ALPHABET.contains(letter)))
        .collect();
    letters?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_written_however_it_is_typed() {
        let code = code(7, 0x0123_4567_89ab_cdef);
        let text = written(&code);
        assert_eq!((text.len(), batch_of(&code)), (19, 7), "{text}");
        assert_eq!(read(&text), Some(code));
        assert_eq!(read(&format!(" {} ", text.to_lowercase().replace('-', " "))), Some(code));
        for wrong in
            ["", "2222", "2222-2222-2222-222", "2222-2222-2222-22222", "2222-2222-2222-222O", "²222-2222-2222-2222"]
        {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_batch_is_in_the_first_letters_up_to_the_last_one() {
        for batch in [0, 1, 31, 32, 12_345, LAST_BATCH] {
            assert_eq!(batch_of(&code(batch, u64::MAX)), batch);
        }
        assert_ne!(code(1, 1), code(1, 2));
    }
}
