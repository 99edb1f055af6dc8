//! What a line starts with that makes it an item or a numbered heading, in the scripts that people number in.

/// What a line starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    Bullet,
    /// `3.`, `(3)`, `３．`, `三、`, `③`, `c)`, `다.`, `ج-`.
    Number(u64),
    /// `2.3` and deeper, `第二章`, `제2절`: the level that it says.
    Section(usize),
}

/// The mark of a line without indentation, and the text behind it.
pub(super) fn mark_of(body: &str) -> (Mark, &str) {
    const BULLETS: &[char] = &[
        '-', '*', '•', '–', '—', '·', '+', '‣', '◦', '○', '●', '▪', '▫', '■', '□', '◆', '◇', '▶', '►', '➢',
        '➤', '✓', '✔', '・', '※', '∙', '⁃', '－',
    ];
    if let Some(rest) = body.strip_prefix(BULLETS)
        && rest.starts_with(char::is_whitespace)
    {
        return (Mark::Bullet, rest.trim_start());
    }
    // Scripts without spaces between words have none behind a bullet either.
    if let Some(rest) = body.strip_prefix(['・', '●', '■', '◆', '※'])
        && rest.starts_with(|c| u32::from(c) > 0x2E7F)
    {
        return (Mark::Bullet, rest);
    }
    decimal(body)
        .or_else(|| chapter(body))
        .or_else(|| circled(body))
        .or_else(|| bracketed(body))
        .or_else(|| lettered(body))
        .unwrap_or((Mark::None, body))
}

/// `3.`, `3)`, `2.3`, and the same with the digits and stops of other scripts.
fn decimal(body: &str) -> Option<(Mark, &str)> {
    let end = body.find(|c: char| !(digit(c).is_some() || is_stop(c))).unwrap_or(body.len());
    let (number, rest) = body.split_at(end);
    let parts: Vec<&str> = number.trim_end_matches(is_stop).split(is_stop).collect();
    let values: Vec<u64> = parts.iter().filter_map(|part| value(part)).collect();
    if values.len() != parts.len() {
        return None;
    }
    let wide = number.contains(|c: char| !c.is_ascii());
    let apart =
        |rest: &str| rest.starts_with(char::is_whitespace) || wide && rest.starts_with(char::is_alphabetic);
    if parts.len() > 1 && apart(rest) {
        return Some((Mark::Section(parts.len()), rest.trim_start()));
    }
    let first = *values.first()?;
    if let Some(rest) = rest.strip_prefix('、') {
        return Some((Mark::Number(first), rest.trim_start()));
    }
    let closed = rest.strip_prefix([')', '）']);
    let rest = closed.or_else(|| number.ends_with(is_stop).then_some(rest)).or_else(|| {
        // Arabic numbers its items with a dash.
        number.contains(|c: char| !c.is_ascii()).then(|| rest.strip_prefix(['-', '–'])).flatten()
    })?;
    let apart =
        apart(rest) || rest.starts_with(char::is_whitespace) || body.contains('）') && !rest.is_empty();
    apart.then(|| (Mark::Number(first), rest.trim_start()))
}

/// `第二章`, `第3节`, `제1장`: what they divide says how deep.
fn chapter(body: &str) -> Option<(Mark, &str)> {
    let rest = body.strip_prefix(['第', '제'])?.trim_start();
    let end = rest.find(|c: char| digit(c).is_none() && chinese(c).is_none())?;
    let (number, rest) = rest.split_at(end);
    (!number.is_empty()).then_some(())?;
    let rest = rest.trim_start();
    let level = match rest.chars().next()? {
        '章' | '장' | '部' | '부' | '编' | '編' | '편' => 1,
        '节' | '節' | '절' => 2,
        '条' | '條' | '조' | '项' | '項' | '항' => 3,
        _ => return None,
    };
    let rest = rest.trim_start_matches(|c| {
        !char::is_whitespace(c)
            && matches!(
                c,
                '章' | '장'
                    | '部'
                    | '부'
                    | '编'
                    | '編'
                    | '편'
                    | '节'
                    | '節'
                    | '절'
                    | '条'
                    | '條'
                    | '조'
                    | '项'
                    | '項'
                    | '항'
            )
    });
    Some((Mark::Section(level), rest.trim_start_matches(['.', ':', '：', '、', ' ', '\u{3000}'])))
}

/// `①`.
fn circled(body: &str) -> Option<(Mark, &str)> {
    let first = body.chars().next()?;
    let number = match u32::from(first) {
        code @ 0x2460..=0x2473 => code - 0x245F,
        code @ 0x2474..=0x2487 => code - 0x2473,
        code @ 0x2488..=0x249B => code - 0x2487,
        code @ 0x2776..=0x277F => code - 0x2775,
        _ => return None,
    };
    let rest = body.get(first.len_utf8()..)?.trim_start();
    (!rest.is_empty()).then_some((Mark::Number(u64::from(number)), rest))
}

/// `(1)`, `（一）`, `(a)`, `[2]` is a citation and not one of them.
fn bracketed(body: &str) -> Option<(Mark, &str)> {
    let inner = body.strip_prefix(['(', '（'])?;
    let (number, rest) = inner.split_once([')', '）'])?;
    let number = number.trim();
    let wide = body.starts_with('（') || number.chars().any(|c| chinese(c).is_some());
    let number = value(number).or_else(|| chinese_value(number)).or_else(|| letter(number))?;
    let apart = rest.starts_with(char::is_whitespace) || wide && !rest.is_empty();
    apart.then(|| (Mark::Number(number), rest.trim_start()))
}

/// `一、`, `a)`, `a.`, `가.`, `أ-`, `א.`.
fn lettered(body: &str) -> Option<(Mark, &str)> {
    let end = body.find(|c: char| !c.is_alphanumeric())?;
    let (number, rest) = body.split_at(end);
    if let Some(number) = chinese_value(number) {
        let rest = rest.strip_prefix(['、', '．', '.', '，'])?;
        return (!rest.is_empty()).then_some((Mark::Number(number), rest.trim_start()));
    }
    let latin = number.is_ascii();
    let number = letter(number)?;
    let rest = if latin { rest.strip_prefix([')', '.']) } else { rest.strip_prefix([')', '.', '-', '–']) }?;
    rest.starts_with(char::is_whitespace).then(|| (Mark::Number(number), rest.trim_start()))
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | '．')
}

/// The value of a digit: ASCII, full-width, Arabic-Indic, Persian, Devanagari.
fn digit(c: char) -> Option<u32> {
    let code = u32::from(c);
    [0x30, 0xFF10, 0x660, 0x6F0, 0x966]
        .iter()
        .find_map(|&zero| code.checked_sub(zero).filter(|&value| value < 10))
}

/// A number of at most four digits.
fn value(text: &str) -> Option<u64> {
    let digits: Vec<u32> = text.chars().filter_map(digit).collect();
    let whole = digits.len() == text.chars().count() && (1..=4).contains(&digits.len());
    whole.then(|| digits.iter().fold(0, |value, &digit| value * 10 + u64::from(digit)))
}

fn chinese(c: char) -> Option<u64> {
    let position = "一二三四五六七八九十".chars().position(|digit| digit == c)?;
    u64::try_from(position + 1).ok()
}

/// Up to 九十九.
fn chinese_value(text: &str) -> Option<u64> {
    let digits: Vec<u64> = text.chars().map(chinese).collect::<Option<_>>()?;
    match *digits.as_slice() {
        [one] => Some(one),
        [10, ones @ 1..=9] => Some(10 + ones),
        [tens @ 2..=9, 10] => Some(tens * 10),
        [tens @ 2..=9, 10, ones @ 1..=9] => Some(tens * 10 + ones),
        _ => None,
    }
}

/// The place of a single letter in the order that its script counts in, and of small Roman numbers.
fn letter(text: &str) -> Option<u64> {
    const ORDERS: [&str; 4] = [
        "abcdefghijklmnopqrstuvwxyz",
        "가나다라마바사아자차카타파하",
        "أبجدهوزحطيكلمنسعفصقرشت",
        "אבגדהוזחטיכלמנסעפצקרשת",
    ];
    const ROMAN: [&str; 12] = ["", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
    if text.len() > 1
        && let Some(number) = ROMAN.iter().position(|roman| *roman == text)
    {
        return u64::try_from(number + 1).ok();
    }
    let mut letters = text.chars();
    let (only, None) = (letters.next()?, letters.next()) else { return None };
    let only = if only == 'ا' { 'أ' } else { only };
    let number = ORDERS.iter().find_map(|order| order.chars().position(|letter| letter == only))?;
    u64::try_from(number + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_many_scripts_are_read() {
        for (line, mark, rest) in [
            ("- one", Mark::Bullet, "one"),
            ("•\tone", Mark::Bullet, "one"),
            ("・保存する", Mark::Bullet, "保存する"),
            ("-5 degrees", Mark::None, "-5 degrees"),
            ("3. three", Mark::Number(3), "three"),
            ("3) three", Mark::Number(3), "three"),
            ("(3) three", Mark::Number(3), "three"),
            ("2.3 deep", Mark::Section(2), "deep"),
            ("2.3. deep", Mark::Section(2), "deep"),
            ("3.5", Mark::None, "3.5"),
            ("３．全角", Mark::Number(3), "全角"),
            ("1、保存", Mark::Number(1), "保存"),
            ("一、概述", Mark::Number(1), "概述"),
            ("十二、附录", Mark::Number(12), "附录"),
            ("（二）功能", Mark::Number(2), "功能"),
            ("（1）功能", Mark::Number(1), "功能"),
            ("1）功能", Mark::Number(1), "功能"),
            ("①保存", Mark::Number(1), "保存"),
            ("第二章 功能", Mark::Section(1), "功能"),
            ("第3节 导出", Mark::Section(2), "导出"),
            ("제1장 개요", Mark::Section(1), "개요"),
            ("제 2 절 범위", Mark::Section(2), "범위"),
            ("가. 검색", Mark::Number(1), "검색"),
            ("أ- البحث", Mark::Number(1), "البحث"),
            ("٢. التصدير", Mark::Number(2), "التصدير"),
            ("ב. ייצוא", Mark::Number(2), "ייצוא"),
            ("a) first", Mark::Number(1), "first"),
            ("(iv) fourth", Mark::Number(4), "fourth"),
            ("A. Smith wrote", Mark::None, "A. Smith wrote"),
            ("e.g. this", Mark::None, "e.g. this"),
            ("2026 was fine", Mark::None, "2026 was fine"),
            ("第一次使用", Mark::None, "第一次使用"),
            ("一个程序", Mark::None, "一个程序"),
            ("1.5 seconds at most", Mark::Section(2), "seconds at most"),
            ("", Mark::None, ""),
        ] {
            assert_eq!(mark_of(line), (mark, rest), "{line}");
        }
    }
}
