//! Server-sent events, read line by line.

use std::io::{self, BufRead};

/// More than this is no answer to anything that is asked here.
const LONGEST: usize = 32 << 20;

/// The data of the next event; `None` at the end of the stream. Names, ids and comments say nothing that the data does
/// not.
pub(super) fn next(reader: &mut impl BufRead, read: &mut usize) -> io::Result<Option<String>> {
    let mut data: Option<String> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        *read += length;
        if *read > LONGEST {
            return Err(io::Error::other("it is longer than any answer"));
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\n', '\r']);
        if text.is_empty() {
            match data {
                Some(data) => return Ok(Some(data)),
                None if length == 0 => return Ok(None),
                None => continue,
            }
        }
        if let Some(value) = text.strip_prefix("data:") {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => data = Some(value.to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_apart() {
        let text = ": hello\n\nevent: a\ndata: one\n\ndata:two\r\ndata: more\r\n\r\nid: 3\n\ndata: last";
        let mut reader = text.as_bytes();
        let mut read = 0;
        let mut all = Vec::new();
        while let Some(data) = next(&mut reader, &mut read).unwrap() {
            all.push(data);
        }
        assert_eq!(all, ["one", "two\nmore", "last"]);
    }
}
