//! Messages on a stream: a header with the length, an empty line, JSON.

use std::io::{self, BufRead, Read, Write};

/// The longest line of a header.
const HEADER_BYTES_MAX: u64 = 8 << 10;
/// The longest message: more than any text that somebody edits.
const FRAME_BYTES_MAX: u64 = 256 << 20;

/// Reads the next message; `None` at the end of the stream.
///
/// # Errors
/// When the stream fails, ends within a message, or holds something else than messages. Nothing can be read from it after
/// that.
pub fn read_frame(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        input.take(HEADER_BYTES_MAX).read_until(b'\n', &mut line)?;
        if line.is_empty() && length.is_none() {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let Some(line) = line.strip_suffix('\n') else {
            return Err(broken(format!("the header line {line:?} has no end")));
        };
        let line = line.trim_end();
        let Some(length) = length.filter(|_| line.is_empty()) else {
            if let Some(found) = length_in(line)? {
                length = Some(found);
            }
            continue;
        };
        let mut content = Vec::new();
        input.take(length).read_to_end(&mut content)?;
        if (content.len() as u64) < length {
            return Err(broken(format!("the stream ends within a message, {} bytes of {length}", content.len())));
        }
        return Ok(Some(content));
    }
}

/// The length that a header line states; `None` in a line about something else.
fn length_in(line: &str) -> io::Result<Option<u64>> {
    let Some((name, value)) = line.split_once(':') else {
        return Err(broken(format!("{line:?} is no header line, expected \"Content-Length: \" and a number")));
    };
    if !name.trim().eq_ignore_ascii_case("content-length") {
        return Ok(None);
    }
    match value.trim().parse() {
        Ok(length) if length <= FRAME_BYTES_MAX => Ok(Some(length)),
        _ => Err(broken(format!("{line:?} is no length, expected at most {FRAME_BYTES_MAX} bytes"))),
    }
}

fn broken(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Writes a message.
///
/// # Errors
/// When the stream fails.
pub fn write_frame(output: &mut impl Write, content: &[u8]) -> io::Result<()> {
    write!(output, "Content-Length: {}\r\n\r\n", content.len())?;
    output.write_all(content)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut input: &[u8]) -> Vec<Result<String, String>> {
        let mut found = Vec::new();
        loop {
            match read_frame(&mut input) {
                Ok(None) => return found,
                Ok(Some(content)) => found.push(Ok(String::from_utf8_lossy(&content).into_owned())),
                Err(error) => {
                    found.push(Err(error.to_string()));
                    return found;
                }
            }
        }
    }

    #[test]
    fn messages_are_read_one_after_the_other() {
        let mut stream = Vec::new();
        write_frame(&mut stream, "{\"体\": 1}".as_bytes()).expect("memory");
        stream.extend(b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length: 2\n\n{}");
        assert_eq!(read_all(&stream), [Ok("{\"体\": 1}".to_owned()), Ok("{}".to_owned())]);
    }

    #[test]
    fn what_is_no_message_ends_the_stream_and_allocates_nothing() {
        for (stream, part) in [
            ("{\"jsonrpc\": \"2.0\"}", "has no end"),
            ("hello\r\n\r\n", "no header line"),
            ("\r\n\r\n{}", "no header line"),
            ("Content-Length: -1\r\n\r\n", "no length"),
            ("Content-Length: 18446744073709551615\r\n\r\n", "no length"),
            ("Content-Length: 999999999999\r\n\r\n", "no length"),
            ("Content-Length: 10\r\n\r\n{}", "ends within a message, 2 bytes of 10"),
            ("Content-Length: 10\r\n", "has no end"),
        ] {
            let found = read_all(stream.as_bytes());
            let is_told = matches!(found.as_slice(), [Err(told)] if told.contains(part));
            assert!(is_told, "{stream:?}: {found:?}");
        }
        let endless = "x".repeat(100_000);
        assert_eq!(read_all(endless.as_bytes()).len(), 1, "a header line has a limit");
    }
}
