//! What may go wrong with a recording that is played. Always the same with the same recording: a failure that was seen
//! once can be seen again.

use super::super::wire::{Way, WireLine};
use crate::config::PlayFault;

/// How a recording that is played comes to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// As it was recorded.
    AsRecorded,
    /// In the middle of its last line.
    Torn,
    /// It says nothing more, and does not end.
    Hang,
}

/// The lines with these faults, and how they end. Faults of lines come first, then what ends them.
pub(super) fn with_faults(mut lines: Vec<WireLine>, faults: &[PlayFault]) -> (Vec<WireLine>, Close) {
    let has = |fault| faults.contains(&fault);
    if has(PlayFault::Reorder) {
        reorder(&mut lines);
    }
    if has(PlayFault::Garble) {
        garble(&mut lines);
    }
    if has(PlayFault::Cut) {
        halve(&mut lines);
        if let Some(last) = lines.last_mut().filter(|line| line.way == Way::Out) {
            let half = last.line.floor_char_boundary(last.line.len() / 2);
            last.line.truncate(half);
        }
        return (lines, Close::Torn);
    }
    if has(PlayFault::Hang) {
        halve(&mut lines);
        return (lines, Close::Hang);
    }
    (lines, Close::AsRecorded)
}

/// Ends with the line in the middle of what the program said.
fn halve(lines: &mut Vec<WireLine>) {
    let said: Vec<usize> = places(lines);
    if let Some(half) = said.get(said.len() / 2) {
        lines.truncate(half + 1);
    }
}

/// Some lines, and always the last one, have bytes in them that no text has.
fn garble(lines: &mut [WireLine]) {
    let said = places(lines);
    let last = said.last().copied();
    for (turn, place) in said.into_iter().enumerate() {
        if !chosen(turn, 4) && Some(place) != last {
            continue;
        }
        let Some(line) = lines.get_mut(place) else { continue };
        let middle = line.line.floor_char_boundary(line.line.len() / 2);
        let rest = line.line.ceil_char_boundary((middle + 4).min(line.line.len()));
        line.line.replace_range(middle..rest, "\0\0\0\0");
    }
}

/// Some lines, and always the last two, change places with the next. What Conductor said stays between them.
fn reorder(lines: &mut [WireLine]) {
    let said = places(lines);
    let pairs: Vec<(usize, usize)> = said
        .windows(2)
        .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
        .filter(|(a, b)| b - a == 1)
        .collect();
    let last = pairs.last().copied();
    let mut moved = None;
    for (turn, (a, b)) in pairs.into_iter().enumerate() {
        let again = moved == Some(a);
        if (chosen(turn, 3) && !again && Some((a + 1, b + 1)) != last) || Some((a, b)) == last {
            // Only the texts: time goes on as it did.
            if let Some([first, second]) = lines.get_mut(a..=b) {
                std::mem::swap(&mut first.line, &mut second.line);
            }
            moved = Some(b);
        }
    }
}

/// Where the program says something on its standard output.
fn places(lines: &[WireLine]) -> Vec<usize> {
    let said = lines.iter().enumerate().filter(|(_, line)| line.way == Way::Out);
    said.map(|(place, _)| place).collect()
}

/// One in so many, as if by chance.
fn chosen(turn: usize, one_in: usize) -> bool {
    let mut bits = u64::try_from(turn).unwrap_or_default().wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from(bits >> 40).unwrap_or_default().is_multiple_of(one_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(faults: &[PlayFault]) -> (String, Close) {
        let says = "> a b c d > e f g h i";
        let line = |word: &str| match word {
            ">" => WireLine { ms: 0, way: Way::In, line: String::new() },
            word => WireLine { ms: 0, way: Way::Out, line: format!("{word}{word}{word}{word}") },
        };
        let (lines, close) = with_faults(says.split(' ').map(line).collect(), faults);
        let words: Vec<String> = lines
            .iter()
            .map(|line| if line.way == Way::In { ">".to_owned() } else { line.line.replace('\0', "#") })
            .collect();
        (words.join(" "), close)
    }

    #[test]
    fn every_fault_does_what_it_is_called() {
        let (cut, close) = told(&[PlayFault::Cut]);
        assert_eq!((&*cut, close), ("> aaaa bbbb cccc dddd > ee", Close::Torn));
        let (hang, close) = told(&[PlayFault::Hang]);
        assert_eq!((&*hang, close), ("> aaaa bbbb cccc dddd > eeee", Close::Hang));
        let (garbled, close) = told(&[PlayFault::Garble]);
        assert!(garbled.ends_with("ii####") && close == Close::AsRecorded, "{garbled}");
        assert!(garbled.contains("aaaa") || garbled.contains("bbbb"), "not all of it: {garbled}");
        let (mixed, _) = told(&[PlayFault::Reorder]);
        assert!(mixed.ends_with("iiii hhhh"), "{mixed}");
        assert_eq!(mixed.find(" > "), Some(21), "what Conductor says stays where it is: {mixed}");
        assert_eq!(
            told(&[]),
            ("> aaaa bbbb cccc dddd > eeee ffff gggg hhhh iiii".to_owned(), Close::AsRecorded)
        );
        assert_eq!(told(&[PlayFault::Garble]), told(&[PlayFault::Garble]), "always the same");
    }
}
