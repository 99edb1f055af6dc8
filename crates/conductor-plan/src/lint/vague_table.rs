//! Words that two people would judge differently, as data, in the form that [`Phrases`](crate::phrases::Phrases) reads.
//!
//! The kinds are those of "Requirement language criteria" in ISO/IEC/IEEE 29148:2018, 5.2.7: superlatives, subjective
//! language, ambiguous adverbs and adjectives, open-ended terms, loopholes, incomplete references.

/// In which way a word is vague, which says what has to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vague {
    Speed,
    Ease,
    Scale,
    Quality,
    Moment,
    Amount,
    Extent,
    Loophole,
    Undecided,
}

impl Vague {
    /// Whether a number with its unit in the same sentence says what is meant.
    pub(super) fn is_settled_by_a_number(self) -> bool {
        match self {
            Self::Speed | Self::Ease | Self::Scale | Self::Quality | Self::Moment | Self::Amount => true,
            Self::Extent | Self::Loophole | Self::Undecided => false,
        }
    }

    /// What the author is asked. `word` is quoted.
    pub(super) fn question(self, word: &str) -> String {
        match self {
            Self::Speed => format!("how fast is {word} here: which time, for what, measured how?"),
            Self::Ease => {
                format!("how does one see that it is {word}: who does what, in how many steps or how long?")
            }
            Self::Scale => format!("up to which load is {word} meant: how many users, records or requests?"),
            Self::Quality => {
                format!("what has to be seen for it to be {word}: which check, with which result?")
            }
            Self::Moment => format!("when exactly is {word}: how often, or how long after what?"),
            Self::Amount => format!("how many, or which ones, are {word}?"),
            Self::Extent => format!("what else belongs to {word}? Name all of it"),
            Self::Loophole => {
                format!("who decides about {word}, and by what: when has it to be done, and when not?")
            }
            Self::Undecided => format!("what is to stand instead of {word}?"),
        }
    }
}

/// Phrases that hold a vague word and are none.
pub(super) const EXCEPTIONS: &str = "fast forward, fast forwarded, fast forwards, fast track, fast fourier, quick start, quick reply, quick replies, \
    quick filter, quick filters, quick access, quick add, quick action, quick actions, quick search, easy mode, many to many, \
    one to many, many to one, smooth scrolling, smooth scroll, modern standby, some of which, frequently asked, frequently used, frequently accessed, robust regression, \
    flexible array, many worlds, einige zahl, mehrere male";

pub(super) const VAGUE: &[(Vague, &str)] = &[
    (
        Vague::Speed,
        "fast, faster, fastest, quick, quickly, rapid, rapidly, performant, high performance, good performance, low latency, \
         lightning fast, blazing fast, speedy, schnell, schnelle, schnellen, schneller, zuegig, performante, performanten, \
         rapide, rapides, rapidement, performante, rapido, rapida, rapidos, rapidas, rapidamente, 快速, 高速, 高性能, 迅速, \
         빠른, 빠르게, 신속",
    ),
    (
        Vague::Ease,
        "user friendly, easy, easily, easy to use, easy to understand, intuitive, intuitively, simple to use, ease of use, \
         convenient, benutzerfreundlich, benutzerfreundliche, nutzerfreundlich, nutzerfreundliche, intuitiv, intuitive, \
         einfach zu bedienen, leicht bedienbar, convivial, conviviale, intuitif, facile a utiliser, facile d utilisation, \
         facil de usar, intuitivo, intuitiva, amigable, amigavel, 用户友好, 易用, 易于使用, 直观, 使いやすい, 直感的, \
         ユーザーフレンドリー, 사용자 친화적, 사용하기 쉬운, 직관적",
    ),
    (
        Vague::Scale,
        "scalable, scales well, highly available, high availability, large scale, skalierbar, skalierbare, hochverfuegbar, \
         evolutif, evolutive, scalabel, escalable, escalavel, alta disponibilidad, alta disponibilidade, 可扩展, 高可用, \
         スケーラブル, 확장 가능",
    ),
    (
        Vague::Quality,
        "robust, reliable, reliably, efficient, efficiently, flexible, seamless, seamlessly, smooth, smoothly, modern, \
         state of the art, best in class, world class, cutting edge, high quality, appropriate, adequate, sufficient, \
         reasonable, acceptable, better, best possible, optimal, attractive, beautiful, elegant, \
         zuverlaessig, zuverlaessige, flexibel, flexible, modern, moderne, ansprechend, ansprechende, angemessen, \
         angemessene, geeignet, geeignete, ausreichend, hochwertig, effizient, effiziente, robuste, fiable, moderne, \
         efficace, approprie, appropriee, adapte, robusto, robusta, eficiente, moderno, moderna, adecuado, adecuada, \
         atractivo, confiavel, flexivel, adequado, adequada, atraente, 灵活, 高效, 美观, 稳定可靠, 柔軟, 効率的, 유연, 효율적",
    ),
    (
        Vague::Moment,
        "as soon as possible, asap, soon, timely, in a timely manner, promptly, periodically, regularly, frequently, \
         from time to time, occasionally, zeitnah, regelmaessig, haeufig, baldmoeglichst, in der regel, \
         regulierement, periodiquement, bientot, des que possible, periodicamente, regularmente, frecuentemente, \
         lo antes posible, frequentemente, o mais rapido possivel, 定期, 尽快, 及时, 定期的, できるだけ早く, 정기적",
    ),
    (
        Vague::Amount,
        "some, several, various, numerous, many, a few, a number of, a lot of, lots of, multiple kinds of, large amounts of, \
         einige, mehrere, verschiedene, diverse, viele, quelques, plusieurs, divers, diverses, de nombreux, algunos, algunas, \
         varios, varias, muchos, muchas, alguns, algumas, diversos, diversas, muitos, muitas, 一些, 若干, いくつか, 일부, 여러",
    ),
    (
        Vague::Extent,
        "etc, et cetera, and so on, and so forth, and the like, and others, among others, including but not limited to, \
         usw, u s w, und so weiter, u a, unter anderem, und aehnliches, entre autres, et ainsi de suite, entre otros, \
         entre otras, y asi sucesivamente, entre outros, entre outras, e assim por diante, 等等, など, 등등",
    ),
    (
        Vague::Loophole,
        "as needed, if needed, when needed, where needed, as appropriate, if appropriate, where appropriate, if possible, \
         where possible, when possible, as far as possible, as much as possible, as required, as necessary, if necessary, \
         where necessary, as applicable, if applicable, where applicable, bei bedarf, nach bedarf, falls noetig, \
         wenn noetig, falls moeglich, wenn moeglich, soweit moeglich, gegebenenfalls, ggf, evtl, eventuell, moeglichst, \
         si necessaire, si possible, au besoin, le cas echeant, dans la mesure du possible, si es necesario, \
         si es posible, segun sea necesario, cuando sea necesario, en lo posible, se necessario, se possivel, \
         conforme necessario, quando necessario, 视情况, 必要时, 如有需要, 尽可能, 必要に応じて, 可能な限り, できるだけ, 필요에 따라, \
         필요시, 가능한 한",
    ),
    (
        Vague::Undecided,
        "tbd, tba, tbc, to be determined, to be decided, to be defined, to be discussed, to be confirmed, to be announced, \
         not yet decided, not decided yet, noch offen, noch zu klaeren, noch festzulegen, wird noch festgelegt, a definir, \
         a determiner, a preciser, por definir, por determinar, pendiente de definir, a determinar, 待定, 待确认, 未定, \
         要検討, 検討中, 미정, 추후 결정",
    ),
];
