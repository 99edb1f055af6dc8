//! What kind of work an item is, told by the words of its title.

use std::sync::LazyLock;

use crate::Category;
use crate::words::{is_packed, list, plain_words};

/// Beginnings of words, and for scripts without spaces parts of titles. The first row that fits wins.
const TABLE: &[(Category, &str)] = &[
    (
        Category::Documentation,
        "documentation, docs, dokumentation, documentacao, documentacion, handbuch, readme, 문서, 文档, ドキュメント",
    ),
    (
        Category::Setup,
        "setup, set up, scaffold, skeleton, bootstrap, initialis, initializ, infrastruct, infraestrut, \
         infraestruct, infrastruk, foundation, grundlage, fundacao, grundgeruest, geruest, boilerplate, \
         toolchain, repository, 환경, 프로젝트, 기초, 搭建, 初始化, 环境, 基盤, セットアップ",
    ),
    (
        Category::Test,
        "test, qa, benchmark, validation, verification suite, pruebas, 테스트, 测试, テスト, measurement",
    ),
    (
        Category::Operations,
        "deploy, monitor, logging, release, rollout, backup, observab, despliegue, implant, betrieb, \
         bereitstell, 배포, 모니터링, 部署, 监控, デプロイ, 監視",
    ),
    (Category::Api, "api, endpoint, rest, graphql, webhook, schnittstelle, backend"),
    (
        Category::Ui,
        "ui, gui, frontend, dashboard, screen, page, form, view, widget, theme, oberflaeche, ansicht, \
         interfaz, tela, pantalla, painel, ecran, 화면, 인터페이스, 웹, 界面, 页面, 画面",
    ),
    (
        Category::Data,
        "database, schema, storage, migration, persist, datenbank, datenmodell, banco, armazenamento, \
         almacenamiento, base, 데이터, 저장, 数据库, 存储, データベース",
    ),
];

/// The beginning of a word, or of a title, that names a category.
struct Beginning {
    text: &'static str,
    /// In a script without spaces it may stand anywhere.
    packed: bool,
    phrase: bool,
    /// Short beginnings are whole words: `ui` is not the start of `uint`.
    whole: bool,
}

/// The table with its lists taken apart, once.
static BEGINNINGS: LazyLock<Vec<(Category, Vec<Beginning>)>> = LazyLock::new(|| {
    let beginning = |text: &'static str| Beginning {
        text,
        packed: text.chars().any(is_packed),
        phrase: text.contains(' '),
        whole: text.len() <= 4,
    };
    TABLE
        .iter()
        .map(|(category, beginnings)| (*category, list(beginnings).map(beginning).collect()))
        .collect()
});

pub(super) fn category_of(title: &str) -> Category {
    let words = plain_words(title);
    let joined = words.join(" ");
    let plain = title.is_ascii();
    let fits = |beginning: &Beginning| {
        let text = beginning.text;
        if beginning.packed {
            return !plain && title.contains(text);
        }
        if beginning.phrase {
            return joined.starts_with(text);
        }
        let is = |word: &String| word == text || word.strip_suffix('s') == Some(text);
        words.iter().any(|word| if beginning.whole { is(word) } else { word.starts_with(text) })
    };
    let found = BEGINNINGS.iter().find(|(_, beginnings)| beginnings.iter().any(fits));
    found.map_or(Category::Feature, |(category, _)| *category)
}
