//! Units and the words that bound a number, as data. Entries are separated by commas.
//!
//! Words are in lower case. Scripts without spaces stand directly at the number or near it.

use super::Bound::{self, AtLeast, AtMost};
use super::counted::Counter;
use super::quantity::{Dimension, Unit};
use std::borrow::Cow;

const fn unit(name: &'static str, dimension: Dimension, factor: u64) -> Unit {
    Unit { name: Cow::Borrowed(name), dimension, factor }
}

/// Each unit with the ways to write it. `factor` is its size in the smallest unit of its dimension.
pub(super) const UNITS: &[(Unit, &str)] = &[
    (unit("µs", Dimension::Time, 1), "µs, μs, us, microsecond, microseconds, mikrosekunden"),
    (
        unit("ms", Dimension::Time, 1_000),
        "ms, msec, millisecond, milliseconds, millis, millisekunde, millisekunden, milliseconde, millisecondes, \
         milisegundo, milisegundos, milissegundos, 毫秒, ミリ秒, 밀리초",
    ),
    (
        unit("s", Dimension::Time, 1_000_000),
        "s, sec, secs, second, seconds, sek, sekunde, sekunden, seconde, secondes, segundo, segundos, 秒, 秒钟, 초",
    ),
    (
        unit("min", Dimension::Time, 60_000_000),
        "min, mins, minute, minutes, minuten, minuto, minutos, 分, 分钟, 分間, 분",
    ),
    (
        unit("h", Dimension::Time, 3_600_000_000),
        "h, hr, hrs, hour, hours, stunde, stunden, heure, heures, hora, horas, 小时, 小時, 時間, 시간",
    ),
    (
        unit("days", Dimension::Time, 86_400_000_000),
        "day, days, tag, tage, tagen, jour, jours, dia, dias, día, días, 天, 日, 日間, 일",
    ),
    (
        unit("weeks", Dimension::Time, 604_800_000_000),
        "week, weeks, woche, wochen, semaine, semaines, semana, semanas, 周, 週間, 주",
    ),
    (
        unit("months", Dimension::Time, 2_629_800_000_000),
        "month, months, monat, monate, monaten, mois, mes, meses, 个月, か月, ヶ月, 개월",
    ),
    (
        unit("years", Dimension::Time, 31_557_600_000_000),
        "year, years, jahr, jahre, jahren, an, ans, année, années, año, años, ano, anos, 年, 年間, 년",
    ),
    (
        unit("%", Dimension::Share, 1),
        "%, ％, percent, per cent, prozent, pour cent, por ciento, por cento, パーセント, 퍼센트",
    ),
    (unit("B", Dimension::Size, 1), "byte, bytes, 字节, バイト, 바이트"),
    (unit("KB", Dimension::Size, 1_000), "kb, kilobyte, kilobytes"),
    (unit("KiB", Dimension::Size, 1_024), "kib"),
    (unit("MB", Dimension::Size, 1_000_000), "mb, megabyte, megabytes, mo"),
    (unit("MiB", Dimension::Size, 1_048_576), "mib"),
    (unit("GB", Dimension::Size, 1_000_000_000), "gb, gigabyte, gigabytes, go"),
    (unit("GiB", Dimension::Size, 1_073_741_824), "gib"),
    (unit("TB", Dimension::Size, 1_000_000_000_000), "tb, terabyte, terabytes"),
    (
        unit("requests/s", Dimension::RequestRate, 1),
        "requests/s, req/s, requests/sec, requests/second, requests per second, rps, qps, queries per second, \
         anfragen pro sekunde, requêtes par seconde, solicitudes por segundo",
    ),
    (
        unit("requests/min", Dimension::OtherRate, 1),
        "requests per minute, requests/min, requests/minute, rpm",
    ),
    (
        unit("messages/s", Dimension::OtherRate, 1),
        "messages per second, messages/s, events per second, events/s, tps, transactions per second",
    ),
    (unit("MB/s", Dimension::OtherRate, 1), "mb/s, mbps, mbit/s"),
    (unit("fps", Dimension::OtherRate, 1), "fps, frames per second"),
    (
        unit("users", Dimension::Users, 1),
        "user, users, benutzer, benutzern, nutzer, nutzern, anwender, utilisateur, utilisateurs, usuario, usuarios, \
         usuário, usuários, customers, people, persons, visitors, 用户, 用戶, 人, ユーザー, ユーザ, 사용자, 명",
    ),
    (
        unit("connections", Dimension::Count, 1),
        "connection, connections, verbindungen, connexions, conexiones, sessions",
    ),
    (
        unit("requests", Dimension::Count, 1),
        "request, requests, anfragen, requêtes, solicitudes, 请求, リクエスト",
    ),
    (
        unit("records", Dimension::Count, 1),
        "record, records, row, rows, entries, entry, datensätze, einträge, enregistrements, registros, 条, 件, 건",
    ),
    (unit("files", Dimension::Count, 1), "file, files, dateien, fichiers, archivos, 文件, ファイル"),
    (unit("documents", Dimension::Count, 1), "document, documents, dokumente, documentos"),
    (
        unit("items", Dimension::Count, 1),
        "item, items, products, produkte, produits, productos, artikel, articles",
    ),
    (
        unit("characters", Dimension::Count, 1),
        "character, characters, chars, zeichen, caractères, caracteres, 字符, 文字, 글자, 자",
    ),
    (unit("pages", Dimension::Count, 1), "page, pages, seiten, páginas, 页, ページ"),
    (
        unit("attempts", Dimension::Count, 1),
        "attempt, attempts, retry, retries, tries, versuche, tentatives, intentos, 次, 回, 회",
    ),
    (unit("clicks", Dimension::Count, 1), "click, clicks, klicks, clics"),
    (unit("devices", Dimension::Count, 1), "device, devices, geräte, appareils, dispositivos"),
    (unit("languages", Dimension::Count, 1), "languages, sprachen, langues, idiomas"),
    (unit("px", Dimension::Length, 1), "px, pixel, pixels"),
    (unit("USD", Dimension::Money, 1), "$, usd, dollars, dollar"),
    (unit("EUR", Dimension::Money, 1), "€, eur, euro, euros"),
];

/// Words between a number and what it counts.
pub(super) const BETWEEN: &str = "concurrent, simultaneous, parallel, active, daily, monthly, weekly, registered, simultaneously, \
    online, unique, gleichzeitige, gleichzeitigen, gleichzeitig, aktive, aktiven, parallele, simultanés, actifs, \
    simultáneos, concurrentes, activos, simultâneos, failed, consecutive";

/// Signs of a power of ten behind a number, with the number of its zeros.
pub(super) const POWERS: &[(&str, usize)] = &[
    ("million", 6),
    ("millionen", 6),
    ("millions", 6),
    ("millones", 6),
    ("milhões", 6),
    ("mio.", 6),
    ("billion", 9),
    ("billions", 9),
    ("milliarden", 9),
    ("milliards", 9),
    ("thousand", 3),
    ("tausend", 3),
    ("mille", 3),
    ("mil", 3),
    ("百万", 6),
    ("万", 4),
    ("萬", 4),
    ("亿", 8),
    ("億", 8),
    ("千", 3),
    ("만", 4),
    ("천", 3),
    ("억", 8),
];

/// What stands before a number and bounds it.
pub(super) const BEFORE: &[(Bound, &str)] = &[
    (
        AtMost,
        "at most, no more than, not more than, not longer than, no longer than, less than, fewer than, under, below, within, \
         maximum, max, maximum of, max., a maximum of, not exceed, not exceeding, not take longer than, no later than, in under, in less than, limited to, \
         limit of, shorter than, faster than, ≤, <, <=, =<, höchstens, maximal, unter, weniger als, innerhalb von, innerhalb, \
         nicht mehr als, nicht länger als, au plus, au maximum, moins de, en moins de, inférieur à, maximum de, como máximo, \
         menos de, en menos de, inferior a, no más de, no máximo, até, em menos de, 最多, 不超过, 最大, 少于, 小于, 低于, 최대, \
         最長, 最长",
    ),
    (
        AtLeast,
        "at least, no less than, not less than, no fewer than, more than, over, minimum, minimum of, a minimum of, min., above, \
         exceed, exceeds, exceeding, ≥, >, >=, mindestens, minimal, über, mehr als, wenigstens, au moins, plus de, au minimum, \
         al menos, por lo menos, más de, como mínimo, pelo menos, mais de, no mínimo, 至少, 不少于, 超过, 大于, 高于, 少なくとも, 最低, 최소",
    ),
];

/// What stands behind a number and its unit, and bounds it.
pub(super) const BEHIND: &[(Bound, &str)] = &[
    (
        AtMost,
        "or less, or fewer, or faster, at most, maximum, max, oder weniger, ou moins, o menos, ou menos, 以内, 以下, 未満, 之内, 内, 이내, 이하, 미만",
    ),
    (
        AtLeast,
        "or more, or longer, or better, at least, minimum, oder mehr, ou plus, o más, ou mais, 以上, 이상",
    ),
];

/// `up to` bounds from above what is used up, and from below what has to be possible.
pub(super) const UP_TO: &str = "up to, as many as, bis zu, jusqu'à, hasta, até";

/// Of the words that bound a number, those that may be about a place or a time: nothing but a unit tells then that they are
/// not. And those that may begin another clause when they stand behind a noun.
pub(super) const PLACES: &str = "under, below, above, over, within, in under, not later than, no later than, unter, über, \
    innerhalb, innerhalb von, inférieur à, inferior a";

/// Words that may stand behind a number and are nothing that is counted: small words, verbs, times and months.
pub(super) const NO_COUNT: &str = "after, all, and, any, are, before, but, does, each, every, exists, fails, for, from, gets, had, happens, has, have, her, his, \
    into, its, less, may, means, more, must, needs, not, off, other, out, per, plus, shall, should, since, than, that, the, \
    them, then, these, this, those, thus, times, time, until, was, were, when, where, which, while, who, will, with, without, always, \
    alle, als, am, auf, aus, bei, bis, das, dem, den, der, des, die, eines, etwas, falls, für, jeweils, mal, mit, nach, nicht, \
    oder, pro, sind, und, uhr, vom, von, vor, wenn, wird, werden, zum, zur, \
    avec, ces, chaque, dans, des, est, fois, les, mais, moins, ou, par, pas, pendant, pour, puis, que, qui, sans, ses, sont, sous, sur, vers, \
    antes, cada, como, con, desde, después, dos, durante, las, los, mais, más, menos, nas, nos, para, pelas, pelos, \
    por, que, segundos, sem, ser, sin, são, tras, vezes, veces, após, depois, uma, una, \
    january, february, march, april, june, july, august, september, october, november, december, jan, feb, mar, apr, jun, jul, \
    aug, sep, sept, oct, nov, dec, januar, februar, märz, mai, juni, juli, oktober, dezember, janvier, février, mars, avril, \
    juin, juillet, août, septembre, octobre, novembre, décembre, enero, febrero, marzo, abril, mayo, junio, julio, agosto, \
    septiembre, octubre, noviembre, diciembre, janeiro, fevereiro, março, maio, junho, julho, setembro, outubro, novembro, \
    dezembro, monday, tuesday, wednesday, thursday, friday, saturday, sunday";

/// What stands right behind a number where things are counted in scripts without spaces. Plain units come first, so that
/// months (`个月`) are none of these.
pub(super) const COUNTERS: &[Counter] = &[
    Counter {
        sign: "个",
        joins: &["不同的"],
        ends: "的和与或在中是可以时后前内每同为被将能会应需并且及等，",
    },
    Counter {
        sign: "個",
        joins: &["の", "不同的"],
        ends: "的和與或在中是可以時後前內每同為被將能會應需並且及等",
    },
    Counter { sign: "つ", joins: &["の"], ends: "" },
    Counter { sign: "개", joins: &["의 ", " "], ends: "" },
];

/// What stands between such a counter and the noun, and bounds the number.
pub(super) const BEHIND_ONLY: &[(Bound, &str)] = &[
    (AtLeast, "以上"),
    (AtMost, "以下"),
    (AtMost, "以内"),
    (AtMost, "未満"),
    (AtLeast, " 이상의"),
    (AtLeast, " 이상"),
    (AtMost, " 이하의"),
    (AtMost, " 이하"),
];
