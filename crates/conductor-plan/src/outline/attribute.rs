//! Labels that say something about the thing above them, and name nothing of their own: `Description:`, `Depends on:`.

use crate::words::{is_packed, list, plain_words};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a label says about the thing above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute {
    /// What it is and does.
    Description,
    /// What it is good for. Read by people; the words tell nothing of what it stands on.
    Benefit,
    /// How one sees that it is done.
    Acceptance,
    /// What must be done before.
    DependsOn,
    /// How long it takes.
    Estimate,
    /// How much it matters.
    Priority,
    /// The files that it concerns.
    Files,
    /// The work that it consists of.
    Tasks,
    /// Its name, as the head of a column.
    Name,
    /// A short name to refer to it by, as the head of a column.
    Alias,
    /// Something that is not about the work.
    Aside,
}

/// The labels, separated by commas.
const TABLE: &[(Attribute, &str)] = &[
    (
        Attribute::Description,
        "description, what it does, what, how it works, how it works at a high level, how, behavior, \
         behaviour, input, inputs, output, outputs, details, detail, implementation, \
         implementation details, technical details, logic, functionality, responsibility, scope, notes, \
         note, summary, overview, requirements, user story, story, flow, parameters, parameter, request, \
         response, returns, return, error handling, errors, edge cases, headers, body, query parameters, \
         path parameters, delivers, approach, key logic, content, contents, beschreibung, verhalten, \
         eingabe, ausgabe, umsetzung, funktionsweise, descripcion, comportamiento, entrada, salida, \
         entradas, salidas, descricao, comportamento, saida, saidas, fonctionnement, entree, sortie, 설명, \
         입력, 출력, 동작, 描述, 说明, 输入, 输出, 説明, 入力, 出力, 動作",
    ),
    (
        Attribute::Benefit,
        "purpose, benefit, user benefit, why, why it s important, why it is important, why it matters, \
         importance, goal, goals, objective, value, business value, rationale, motivation, user value, \
         zweck, nutzen, ziel, proposito, beneficio, objetivo, por que es importante, \
         por que e importante, but, objectif, valeur, 목적, 목표, 중요성, 目的, 价值, 重要性, メリット",
    ),
    (
        Attribute::Acceptance,
        "acceptance, acceptance criteria, acceptance criterion, ac, done when, definition of done, \
         success criteria, test strategy, testing, tests, test, verification, exit criteria, \
         validation criteria, expected result, akzeptanzkriterien, abnahmekriterien, abnahme, \
         criterios de aceptacion, criterios de aceitacao, criterios de aceite, criteres d acceptation, \
         인수 조건, 수락 기준, 테스트, 验收标准, 测试, 受け入れ基準, テスト",
    ),
    (
        Attribute::DependsOn,
        "depends on, dependency, dependencies, depends, requires, prerequisite, prerequisites, \
         blocked by, needs, after, haengt ab von, abhaengig von, abhaengigkeit, abhaengigkeiten, \
         voraussetzung, voraussetzungen, dependencias, dependencia, depende de, dependances, depend de, \
         requiere, requer, 의존성, 선행 작업, 依赖, 前置条件, 依存, 前提",
    ),
    (
        Attribute::Estimate,
        "estimate, effort, estimated effort, estimated time, duration, time, time estimate, timeline, \
         size, story points, points, aufwand, dauer, schaetzung, estimacion, duracion, esfuerzo, \
         estimativa, duracao, esforco, duree, estimation, charge, 예상 시간, 기간, 工时, 预计时间, 工数, 期間",
    ),
    (
        Attribute::Priority,
        "priority, prio, importance level, moscow, prioritaet, prioridad, prioridade, priorite, 우선순위, \
         优先级, 優先度",
    ),
    (
        Attribute::Files,
        "file, files, affected files, path, location, datei, dateien, archivos, arquivos, fichiers, 파일, \
         文件, ファイル",
    ),
    (
        Attribute::Tasks,
        "task, tasks, deliverable, deliverables, work items, steps, subtasks, features, work, to do, \
         todo, aufgaben, arbeitspakete, lieferobjekte, tareas, entregables, tarefas, entregas, \
         entregaveis, taches, livrables, 작업, 산출물, 任务, 交付物, タスク, 成果物",
    ),
    (
        Attribute::Name,
        "name, title, feature, requirement, user story, story, item, endpoint, funktion, titel, nombre, \
         titulo, nome, funcionalidad, funcionalidade, 기능, 功能, 名称, 機能",
    ),
    (Attribute::Alias, "id, no, nr, number, key, ref, code, 번호, 编号, 番号"),
    (
        Attribute::Aside,
        "owner, status, author, date, risk, risks, mitigation, impact, likelihood, fallback, trade offs, \
         tradeoffs, alternatives considered, alternatives, entry criteria, example, examples, assignee, \
         deadline, version, users, who, target, references, reference, see also, export, exports, \
         maps to, maps to capability, risiko, verantwortlich, beispiel, riesgo, ejemplo, risco, exemplo, \
         out of scope, decision, 위험, 대응, 예시, 风险, 例, リスク",
    ),
];

/// What a label says, if it is nothing but such a label.
pub(crate) fn attribute(name: &str) -> Option<Attribute> {
    static INDEX: LazyLock<BTreeMap<String, Attribute>> = LazyLock::new(|| {
        let mut index = BTreeMap::new();
        for (attribute, names) in TABLE {
            for name in list(names) {
                // The first of equal names counts.
                index.entry(key(name)).or_insert(*attribute);
            }
        }
        index
    });
    if name.len() > 60 {
        return None;
    }
    INDEX.get(&key(name)).copied()
}

fn key(name: &str) -> String {
    if name.chars().any(is_packed) {
        return name.chars().filter(|c| c.is_alphanumeric()).collect();
    }
    plain_words(name).join(" ")
}

/// Priority, size and order that people put in brackets at the end of a title.
pub(crate) fn is_annotation(text: &str) -> bool {
    let words = plain_words(text);
    let first = words.first().map_or("", String::as_str);
    let phrase = words.join(" ");
    let names = "must, should, could, must have, should have, could have, won t have, wont have, nice to have, \
         optional, mvp, p0, p1, p2, p3, p4, high, medium, low, critical, high priority, medium priority, \
         low priority, required, stretch, new, muss, soll, kann, hoch, mittel, niedrig, alta, media, \
         baja, baixa";
    list(names).any(|name| name == phrase)
        || matches!(attribute(first), Some(Attribute::Priority | Attribute::Estimate))
        || phrase.starts_with("depends on")
        || phrase.starts_with("requires ")
        || phrase.starts_with("after ")
        || super::estimate::minutes_in(text).is_some()
}
