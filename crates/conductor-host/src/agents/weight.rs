//! How many values a line of JSON holds, told without making them: as values they take a hundred times the memory of
//! the line, and more while a protocol hands them on.

/// A line with fewer bytes is not worth a look.
const LIGHT: usize = 256 * 1024;

/// The most values in one line. What agents really send in lines this long is text.
const MOST_VALUES: usize = 100_000;

/// Whether a line has more values than any may have.
pub(super) fn is_too_heavy(line: &[u8]) -> bool {
    if line.len() < LIGHT {
        return false;
    }
    let (mut values, mut in_text, mut escaped) = (0, false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    values > MOST_VALUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_count_and_text_does_not() {
        let line = |inside: &str| format!("{{\"a\":[{inside}0]}}");
        assert!(is_too_heavy(line(&"0,".repeat(200_000)).as_bytes()));
        assert!(is_too_heavy(line(&"\"\\\"\",".repeat(200_000)).as_bytes()));
        assert!(!is_too_heavy(line(&"0,".repeat(50_000)).as_bytes()));
        assert!(!is_too_heavy(line(&format!("\"{}\",", "a,[\\\",".repeat(200_000))).as_bytes()));
    }
}
