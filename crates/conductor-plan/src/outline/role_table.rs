//! The words by which sections are recognised, as data.
//!
//! Phrases are in lower case, without marks on letters (`ä` is `ae`), in singular or plural as they come: endings in `s`
//! are ignored. They are separated by commas. Scripts without spaces are matched anywhere in a heading, the rest word by word; the longest phrase wins.

use super::role::Role;

/// Words that name a stage when a number follows.
pub(super) const PHASES: &str = "abschnitt, etapa, etape, fase, increment, iteration, jalon, meilenstein, milestone, month, monat, \
    mois, phase, quarter, release, semana, semaine, sprint, stage, stufe, version, wave, week, woche, \
    hito, marco, 단계, 阶段, 階段, フェーズ, 段階, 第一阶段, 第二阶段, 第三阶段";

pub(super) const TABLE: &[(Role, &str)] = &[
    (
        Role::Title,
        "product requirements document, product requirement document, prd, product brief, project brief, \
         requirements document, requirements specification, software requirements specification, srs, \
         lastenheft, pflichtenheft, cahier des charges, documento de requisitos, 제품요구사항문서, 产品需求文档, 製品要求仕様書",
    ),
    (
        Role::Overview,
        "overview, introduction, background, goal, objective, vision, mission, purpose, problem, \
         problem statement, motivation, context, summary, executive summary, abstract, about, why, scope, \
         in scope, project scope, solution, solution overview, value proposition, market, business case, \
         business goal, project description, opportunity, principle, design principle, guiding principle, \
         convention, einleitung, einfuehrung, ueberblick, uebersicht, ziel, zielsetzung, hintergrund, \
         zweck, projektbeschreibung, ausgangslage, apercu, contexte, objectif, vue d ensemble, \
         presentation, resumen, introduccion, objetivo, antecedente, contexto, vision general, \
         descripcion general, introducao, visao geral, resumo, contextualizacao, proposito, problema, 개요, \
         소개, 배경, 목표, 목적, 概述, 背景, 目标, 目標, 简介, 引言, 項目背景, 概要, はじめに, 目的, 背景と目的",
    ),
    (
        Role::Persona,
        "persona, user persona, target user, target audience, audience, stakeholder, user, target group, \
         user role, role, who it is for, who is it for, actor, customer, zielgruppe, benutzer, nutzer, \
         anwender, akteur, benutzergruppe, nutzergruppe, utilisateur, public cible, usuario, \
         publico objetivo, publico alvo, usuario objetivo, perfil de usuario, perfis de usuario, 사용자페르소나, \
         페르소나, 대상사용자, 用户画像, 目标用户, 用户角色, ペルソナ, 対象ユーザー, ユーザー像",
    ),
    (
        Role::Experience,
        "user experience, ux, user flow, key user flow, user journey, customer journey, ui ux, \
         ui ux consideration, user interface, design and user interface, ui design, look and feel, \
         wireframe, mockup, design consideration, visual design, ui, interface design, workflow, design, \
         benutzererlebnis, benutzeroberflaeche, nutzererlebnis, benutzerfuehrung, experience utilisateur, \
         parcours utilisateur, interface utilisateur, experiencia de usuario, experiencia del usuario, \
         experiencia do usuario, flujo de usuario, fluxo de usuario, fluxo do usuario, \
         interfaz de usuario, interface do usuario, 사용자경험, 사용자플로우, 사용자흐름, 用户体验, 用户流程, 界面设计, ユーザー体験, \
         ユーザーフロー, 画面設計",
    ),
    (
        Role::Usage,
        "usage, usage example, example, how to use, getting started, quick start, quickstart, \
         installation, command reference, command line argument, command line configuration argument, \
         use case, use case scenario, usage scenario, scenario, sample, demo, \
         supporting data description, supporting data, sample data, test data, data description, \
         error code, status code, response code, repository structure, directory structure, \
         project structure, folder structure, file structure, structural decomposition, \
         module definition, anwendungsfall, anwendungsfaelle, beispiel, verwendung, nutzung, \
         cas d utilisation, exemple, utilisation, caso de uso, ejemplo, uso, exemplo, 사용예, 사용법, 사용방법, \
         사용사례, 유스케이스, 使用示例, 用例, 示例, 使用方法, 使用例, ユースケース",
    ),
    (
        Role::Feature,
        "feature, core feature, key feature, features and functionality, features and functionalities, \
         functionality, functionalities, functional requirement, functional specification, feature list, \
         main feature, product feature, feature requirement, feature set, functional decomposition, \
         capability, capability tree, core functionality, must have, core capability, feature breakdown, \
         feature specification, feature description, functional scope, funktion, funktionen, \
         funktionsumfang, kernfunktion, kernfunktionen, hauptfunktion, hauptfunktionen, merkmal, \
         merkmale, leistungsmerkmale, funktionale anforderung, funktionale anforderungen, fonctionnalite, \
         fonctionnalites principales, fonction, exigences fonctionnelles, exigence fonctionnelle, \
         funcionalidad, funcionalidades, caracteristica, funcion, funciones, requisitos funcionales, \
         requisito funcional, requisitos funcionais, funcionalidade, recurso, recursos principais, \
         funcao, funcoes, 주요기능, 핵심기능, 기능, 기능요구사항, 功能, 核心功能, 功能需求, 主要功能, 機能, 主要機能, 機能要件, 機能一覧, コア機能",
    ),
    (
        Role::Story,
        "user story, story, epic, backlog, product backlog, nutzergeschichte, user stories, \
         recit utilisateur, historia de usuario, historias de usuario, historia do usuario, 사용자스토리, 用户故事, \
         ユーザーストーリー",
    ),
    (
        Role::Requirement,
        "requirement, technical requirement, specification, system requirement, product requirement, \
         business requirement, anforderung, anforderungen, technische anforderungen, exigence, requisito, \
         requerimiento, 요구사항, 需求, 要求, 要件",
    ),
    (
        Role::Architecture,
        "architecture, technical architecture, system architecture, technology, technology stack, \
         tech stack, stack, component, system component, technical specification, technical detail, \
         technical design, system design, technology choice, implementation detail, implementation note, \
         technical overview, technical consideration, infrastructure, infrastructure requirement, \
         deployment, architektur, technische architektur, systemarchitektur, technik, technologie, \
         technologien, infrastruktur, architecture technique, pile technique, technologies, arquitectura, \
         arquitectura tecnica, tecnologia, tecnologias, arquitetura, arquitetura tecnica, infraestrutura, \
         infraestructura, 아키텍처, 기술스택, 기술아키텍처, 시스템구성요소, 인프라요구사항, 技术架构, 架构, 技术栈, 技術スタック, アーキテクチャ, システム構成, \
         技術構成",
    ),
    (
        Role::Data,
        "data model, data models, database schema, database, schema, entity, entities, data schema, \
         database design, domain model, data structure, datenmodell, datenbankschema, datenbank, \
         modele de donnees, schema de donnees, modelo de datos, modelo de dados, \
         esquema de base de datos, base de datos, base de dados, 데이터모델, 데이터베이스, 数据模型, 数据库设计, 数据库, データモデル, \
         データベース",
    ),
    (
        Role::Api,
        "api, apis, api endpoint, endpoint, api specification, api design, api reference, \
         apis and integration, rest api, http api, internal api, resource, integration, \
         external integration, schnittstelle, schnittstellen, api entwurf, interface de programmation, \
         interfaz de programacion, integracion, integracao, integracoes, api接口, 接口, 接口设计, 인터페이스명세, api명세, \
         api仕様, エンドポイント, apis및통합",
    ),
    (
        Role::Roadmap,
        "roadmap, development roadmap, implementation roadmap, development phase, implementation phase, \
         implementation plan, project plan, development plan, work plan, milestone, timeline, phase, \
         delivery plan, release plan, build plan, build phase, work breakdown, work breakdown structure, task, task list, \
         task breakdown, deliverable, project timeline, schedule, sprint plan, to do, todo, work item, \
         work package, implementation step, plan, fahrplan, meilenstein, meilensteine, umsetzungsplan, \
         projektplan, zeitplan, phasen, aufgabe, aufgaben, arbeitspaket, arbeitspakete, feuille de route, \
         plan de developpement, jalon, etapes, taches, calendrier, hoja de ruta, plan de desarrollo, \
         hitos, fases, tareas, cronograma, roteiro, roteiro de desenvolvimento, plano de desenvolvimento, \
         etapas, tarefas, marcos, 개발로드맵, 로드맵, 개발계획, 마일스톤, 작업목록, 开发路线图, 路线图, 里程碑, 开发计划, 任务列表, 开发阶段, \
         ロードマップ, 開発計画, マイルストーン, タスク一覧",
    ),
    (
        Role::Chain,
        "logical dependency chain, dependency chain, dependency graph, build order, implementation order, \
         development order, order of implementation, order of work, logical dependency, dependency order, \
         task dependency, critical path, abhaengigkeitskette, reihenfolge, umsetzungsreihenfolge, \
         chaine de dependance, ordre de developpement, cadena de dependencia, \
         cadena logica de dependencia, orden de desarrollo, orden de implementacion, \
         cadeia de dependencia, cadeia logica de dependencia, ordem de desenvolvimento, \
         ordem de implementacao, 의존성체인, 논리적의존성, 依赖链, 逻辑依赖, 依存関係, 実装順序",
    ),
    (
        Role::Constraint,
        "constraint, technical constraint, limitation, assumption, assumptions and constraint, \
         restriction, rule, business rule, regulation, legal, compliance, coding standard, standard, \
         randbedingung, randbedingungen, einschraenkung, einschraenkungen, vorgabe, vorgaben, annahme, \
         annahmen, contrainte, hypothese, restriccion, restricciones, supuesto, limitacion, limitaciones, \
         restricao, restricoes, limitacao, limitacoes, premissa, 제약사항, 제약조건, 约束, 限制, 约束条件, 制約, 制約条件",
    ),
    (
        Role::Quality,
        "non functional requirement, nonfunctional requirement, quality, quality requirement, \
         quality attribute, performance, performance requirement, scalability, security, \
         security requirement, security consideration, security and privacy, privacy, reliability, \
         accessibility, usability, availability, maintainability, compatibility, \
         nicht funktionale anforderung, nichtfunktionale anforderung, nicht funktionale anforderungen, \
         nichtfunktionale anforderungen, qualitaet, qualitaetsanforderung, qualitaetsanforderungen, \
         leistung, sicherheit, datenschutz, exigences non fonctionnelles, exigence non fonctionnelle, \
         securite, qualite, requisitos no funcionales, requisito no funcional, seguridad, rendimiento, \
         calidad, requisitos nao funcionais, requisito nao funcional, seguranca, desempenho, qualidade, \
         비기능요구사항, 비기능적요구사항, 성능요구사항, 보안요구사항, 非功能需求, 性能要求, 安全, 非機能要件, セキュリティ要件",
    ),
    (
        Role::Dependency,
        "dependency, dependencies, prerequisite, library, libraries, third party library, \
         external dependency, technical dependency, abhaengigkeit, abhaengigkeiten, voraussetzung, \
         voraussetzungen, dependance, prerequis, dependencia, requisito previo, pre requisito, 의존성, 依赖, \
         依赖项, 前提条件",
    ),
    (
        Role::Acceptance,
        "acceptance criteria, acceptance criterion, acceptance, definition of done, done when, \
         exit criteria, entry criteria, success criteria, abnahmekriterium, abnahmekriterien, \
         akzeptanzkriterien, fertig wenn, critere d acceptation, criteres d acceptation, \
         criterio de aceptacion, criterios de aceptacion, criterio de aceitacao, criterios de aceitacao, \
         criterio de aceite, criterios de aceite, 인수조건, 수락기준, 승인기준, 验收标准, 验收条件, 受け入れ基準, 受入基準, 完了条件",
    ),
    (
        Role::Testing,
        "test strategy, testing, testing strategy, test plan, qa, quality assurance, test case, \
         test scenario, verification, verification and validation, teststrategie, testplan, tests, test, \
         strategie de test, plan de test, estrategia de pruebas, pruebas, estrategia de testes, testes, \
         plano de testes, 테스트전략, 테스트계획, 测试策略, 测试计划, テスト戦略, テスト計画",
    ),
    (
        Role::OutOfScope,
        "out of scope, non goal, non goals, nongoal, not in scope, excluded, exclusion, \
         what we will not do, what it is not, anti goal, won t have, wont have, nicht ziele, nichtziele, \
         nicht im umfang, ausserhalb des umfangs, abgrenzung, nicht enthalten, hors perimetre, \
         hors scope, non objectif, fuera de alcance, fuera del alcance, no objetivos, fora do escopo, \
         fora de escopo, nao objetivos, 범위외, 제외사항, 비목표, 范围外, 不在范围, 非目标, 対象外, スコープ外",
    ),
    (
        Role::Future,
        "future consideration, future enhancement, future work, future improvement, future feature, \
         future, future ecosystem component, future scope, future plan, long term vision, \
         possible extension, idea, ausblick, zukunft, spaeter, zukuenftige erweiterung, \
         zukuenftige erweiterungen, evolution future, perspectives, trabajo futuro, mejora futura, \
         mejoras futuras, futuro, consideraciones futuras, melhorias futuras, trabalhos futuros, \
         consideracoes futuras, 향후계획, 향후개선사항, 未来计划, 未来展望, 将来の展望, 今後の展望",
    ),
    (
        Role::Risk,
        "risk, risk and mitigation, risks and mitigation, risk assessment, mitigation, technical risk, \
         technical challenge, challenge, threat, concern, resource constraint, known issue, risiko, \
         risiken, gegenmassnahmen, risque, risques et mitigation, attenuation, riesgo, \
         riesgos y mitigacion, mitigacion, risco, riscos e mitigacoes, mitigacao, mitigacoes, desafio, \
         위험, 리스크, 완화, 风险, 风险与缓解, リスク, リスクと対策",
    ),
    (
        Role::Metrics,
        "success metric, metric, kpi, kpis, key performance indicator, measure of success, \
         success measure, erfolgskriterium, erfolgskriterien, erfolgsmessung, kennzahl, kennzahlen, \
         indicateur, indicateurs de succes, metricas, metrica de exito, metricas de exito, indicadores, \
         metricas de sucesso, 성공지표, 성과지표, 成功指标, 指标, 成功指標, 評価指標",
    ),
    (
        Role::OpenQuestion,
        "open question, open issue, question, unresolved question, tbd, open point, offene frage, \
         offene fragen, offene punkte, questions ouvertes, question ouverte, preguntas abiertas, \
         pregunta abierta, questoes em aberto, questoes abertas, perguntas em aberto, 미해결질문, 열린질문, 未决问题, \
         待解决问题, 開放問題, 未解決事項, 未決事項",
    ),
    (
        Role::Appendix,
        "appendix, appendices, research, research finding, reference, glossary, term, \
         terms concept explanation, terms and concept, terminology, definition, definitions and acronym, \
         acronym, abbreviation, changelog, change log, revision history, version history, \
         document history, history, resource link, link, faq, note, acknowledgement, license, \
         contributor, author, contact, approval, sign off, team, budget, competitor, \
         competitive analysis, further reading, see also, anhang, glossar, begriffe, literatur, quellen, \
         annexe, glossaire, references, apendice, anexo, glosario, referencias, glossario, referencia, \
         부록, 용어, 용어집, 참고자료, 연구조사, 변경이력, 附录, 术语, 术语表, 参考资料, 付録, 用語集, 参考文献, 用語",
    ),
    (
        Role::Instruction,
        "instruction, instructions, rpg method, example prd, guideline, task master integration, \
         output format, prompt, system prompt, how to use this document, how to read this document, \
         about this document, document structure",
    ),
];
