//! How strong a demand is, by its words.

use super::Modality;
use crate::lookup::Lookup;
use crate::words::{fold, list, runs};
use std::sync::LazyLock;

/// Words that make a demand weaker or stronger, without marks on letters; the first row that has one decides.
const WORDS: &[(Modality, &str)] = &[
    (Modality::Must, "must, shall, muss, muessen, doit, doivent, debe, deben, deve, devem"),
    (
        Modality::Should,
        "should, ideally, preferably, recommended, sollte, sollten, devrait, devraient, deberia, deberian, deveria, deveriam",
    ),
    (
        Modality::May,
        "may, could, optional, optionally, kann, koennte, peut, pourrait, podria, podrian, puede, pode, poderia, facultatif, \
         opcional",
    ),
];

/// The same for scripts that are written without spaces.
const PACKED: &[(Modality, &str)] = &[
    (Modality::Must, "必须, 必須, しなければならない, 해야 한다, 반드시"),
    (Modality::Should, "应该, 应当, 建议, 推奨, べき, 권장"),
    (Modality::May, "可选, 可以选择, 任意, オプション, 선택"),
];

static MEANINGS: LazyLock<Lookup<&str, usize>> = LazyLock::new(|| {
    let rows = WORDS.iter().enumerate();
    rows.flat_map(|(row, (_, words))| list(words).map(move |word| (word, row))).collect()
});

/// How strong a demand is; without a word that says so it is a must.
pub(super) fn modality(text: &str) -> Modality {
    let rows = runs(text).filter_map(|word| MEANINGS.get(&*fold(word)).copied());
    let said = rows.min().and_then(|row| WORDS.get(row));
    let packed = || {
        let packed = text.contains(crate::words::is_packed);
        PACKED.iter().filter(|_| packed).find(|(_, row)| list(row).any(|known| text.contains(known)))
    };
    said.or_else(packed).map_or(Modality::Must, |&(modality, _)| modality)
}
