//! Words of software projects in the languages that plans are written in.
//!
//! A plan in the language of its document is often held against tasks in English. So words of this table stand for what
//! they mean, in whatever language: a translation of terms by dictionary, as in cross-language retrieval (Hull and
//! Grefenstette, "Querying across languages", SIGIR 1996). Words that are nobody's subject mean nothing.

use crate::words::{is_packed, list, stems};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What says that there is something to do, whatever it is.
const NOTHING: &str = "implement, develop, create, build, add, set, make, write, define, establish, introduce, enable, provide, \
    support, complete, ensure, handle, handling, core, basic, initial, advanced, enhanced, system, feature, functionality, function, \
    application, app, task, based, new, implementar, desenvolver, criar, adicionar, funcionalidade, \
    sistema, crear, desarrollar, agregar, funcionalidad, implementieren, entwickeln, erstellen, anlegen, \
    funktion, anwendung, implementer, developper, creer, ajouter, fonctionnalite, systeme, 구현, 개발, 추가, 기능, \
    기본, 시스템, 실현, 实现, 开发, 添加, 功能, 系统, 基本, 実装, 開発, 追加, 機能, システム";

/// One meaning a row; the first word names it.
const TABLE: &[&str] = &[
    "account, conta, cuenta, konto, compte, 계정, 账户, 账号, アカウント",
    "alert, alerta, alarm, alerte, 경고, 警报, 告警, アラート",
    "analytics, analysis, analise, analitica, analisis, auswertung, analyse, 분석, 分析",
    "archive, arquivo, archiv, 압축, 归档, 压缩, アーカイブ, 圧縮",
    "authentication, authenticate, auth, login, autenticacao, autenticacion, anmeldung, connexion, 인증, 로그인, 认证, 登录, 認証, ログイン",
    "authorization, permission, autorizacao, autorizacion, berechtigung, autorisation, permissao, permiso, 권한, 权限, 授权, 権限, 認可",
    "backend, 백엔드, 后端, バックエンド",
    "background, asynchronous, async, assincrono, asincrono, hintergrund, 백그라운드, 비동기, 后台, 异步, バックグラウンド, 非同期",
    "backup, respaldo, sicherung, sauvegarde, 백업, 备份, バックアップ",
    "batch, lote, stapel, 배치, 批量, バッチ, 一括",
    "booking, reservation, reserva, buchung, 예약, 预订, 预约, 予約",
    "cache, caching, 캐시, 缓存, キャッシュ",
    "calendar, calendario, kalender, calendrier, 캘린더, 달력, 日历, カレンダー",
    "cart, carrinho, carrito, warenkorb, panier, 장바구니, 购物车, カート",
    "category, categoria, kategorie, categorie, 카테고리, 分类, 类别, カテゴリ",
    "chart, graph, grafico, diagramm, graphique, 차트, 그래프, 图表, グラフ",
    "clean, cleanup, limpeza, limpieza, bereinigung, nettoyage, 정리, 清理, 整理",
    "client, cliente, klient, 클라이언트, 客户端, クライアント",
    "cloud, nuvem, nube, wolke, nuage, 클라우드, 云, クラウド",
    "comment, comentario, kommentar, commentaire, 댓글, 评论, コメント",
    "configuration, setup, configure, configurar, install, instalar, einrichtung, configuracao, configuracion, konfiguration, 설정, 구성, 配置, 设置, 設定, 構成",
    "container, contenedor, conteneur, 컨테이너, 容器, コンテナ",
    "customer, kunde, client, 고객, 客户, 顧客",
    "dashboard, painel, panel, tableau, 대시보드, 仪表盘, 仪表板, ダッシュボード",
    "data, dados, datos, daten, donnees, 데이터, 数据, データ",
    "database, banco, datenbank, 데이터베이스, 数据库, データベース",
    "delete, remove, excluir, eliminar, loeschen, supprimer, 삭제, 删除, 削除",
    "deployment, deploy, implantacao, despliegue, bereitstellung, deploiement, 배포, 部署, デプロイ",
    "design, entwurf, diseno, conception, 설계, 디자인, 设计, 設計",
    "directory, folder, diretorio, directorio, verzeichnis, ordner, dossier, 디렉토리, 폴더, 目录, 文件夹, ディレクトリ, フォルダ",
    "document, documento, dokument, 문서, 文档, 文書, ドキュメント",
    "download, baixar, descarga, herunterladen, telechargement, 다운로드, 下载, ダウンロード",
    "email, mail, correo, courriel, 이메일, 邮件, メール",
    "encryption, criptografia, cifrado, verschluesselung, chiffrement, 암호화, 加密, 暗号化",
    "environment, ambiente, entorno, umgebung, environnement, 환경, 环境, 環境",
    "error, exception, erro, fehler, erreur, 오류, 에러, 예외, 错误, 异常, エラー, 例外",
    "export, exportacao, exportacion, ausfuhr, 내보내기, 导出, エクスポート",
    "extract, extraction, decompress, extracao, extraccion, entpacken, 해제, 추출, 解压, 提取, 展開, 抽出, 解凍",
    "file, fichero, datei, fichier, 파일, 文件, ファイル",
    "filter, filtro, filtre, 필터, 筛选, 过滤, フィルタ",
    "form, formulario, formular, formulaire, 폼, 表单, フォーム",
    "frontend, 프론트엔드, 前端, フロントエンド",
    "history, historico, historial, verlauf, historique, 히스토리, 이력, 历史, 履歴",
    "image, photo, imagem, imagen, bild, foto, 이미지, 사진, 图片, 图像, 画像, 写真",
    "import, importacao, importacion, einfuhr, 가져오기, 导入, インポート",
    "infrastructure, infraestrutura, infraestructura, infrastruktur, 인프라, 基础设施, インフラ",
    "integration, integracao, integracion, anbindung, 통합, 연동, 集成, 統合, 連携",
    "interface, interfaz, oberflaeche, ui, 인터페이스, 界面, 接口, インターフェース",
    "inventory, estoque, inventario, bestand, 재고, 库存, 在庫",
    "invoice, fatura, factura, rechnung, facture, 송장, 청구서, 发票, 請求書",
    "language, idioma, sprache, langue, 언어, 语言, 言語",
    "list, lista, liste, 목록, 리스트, 列表, リスト, 一覧",
    "log, logging, registro, protokoll, journal, 로그, 로깅, 日志, ログ",
    "management, manage, manager, gerenciamento, gestao, gestion, verwaltung, 관리, 管理",
    "map, mapa, karte, carte, 지도, 地图, 地図",
    "memory, memoria, speicher, memoire, 메모리, 内存, メモリ",
    "message, mensagem, mensaje, nachricht, 메시지, 消息, メッセージ",
    "migration, migracao, migracion, 마이그레이션, 迁移, 移行",
    "mobile, movel, movil, mobil, 모바일, 移动, モバイル",
    "model, modelo, modell, modele, 모델, 模型, モデル",
    "monitoring, monitor, monitoramento, monitoreo, ueberwachung, surveillance, 모니터링, 监控, 監視",
    "nested, recursive, aninhado, anidado, verschachtelt, 중첩, 재귀, 嵌套, 递归, 再帰",
    "notification, notificacao, notificacion, benachrichtigung, 알림, 通知",
    "optimization, otimizacao, optimizacion, optimierung, optimisation, 최적화, 优化, 最適化",
    "order, pedido, bestellung, commande, 주문, 订单, 注文",
    "parallel, concurrent, paralelo, 병렬, 동시, 并行, 并发, 並列",
    "password, senha, contrasena, passwort, 비밀번호, 密码, パスワード",
    "payment, pagamento, pago, zahlung, paiement, 결제, 支付, 付款, 決済, 支払い",
    "performance, desempenho, rendimiento, leistung, 성능, 性能",
    "privacy, datenschutz, privacidade, privacidad, 개인정보, 隐私, プライバシー",
    "process, processing, processamento, procesamiento, verarbeitung, traitement, 처리, 处理, 処理",
    "product, produto, producto, produkt, produit, 상품, 제품, 产品, 商品, 製品",
    "project, projeto, proyecto, projekt, projet, 프로젝트, 项目, プロジェクト",
    "profile, perfil, profil, 프로필, 个人资料, プロフィール",
    "progress, progresso, progreso, fortschritt, progression, 진행, 进度, 進捗",
    "queue, fila, cola, warteschlange, file attente, 큐, 대기열, 队列, キュー",
    "realtime, echtzeit, 실시간, 实时, リアルタイム",
    "recommendation, recomendacao, recomendacion, empfehlung, recommandation, 추천, 推荐, おすすめ, 推薦",
    "registration, register, signup, cadastro, registrierung, inscription, 회원가입, 注册, 登録",
    "report, relatorio, informe, bericht, rapport, 보고서, 리포트, 报告, 报表, レポート, 帳票",
    "review, avaliacao, resena, bewertung, avis, 리뷰, 评价, レビュー",
    "role, rolle, papel, 역할, 角色, ロール",
    "schedule, scheduling, agendamento, programacion, zeitplan, planification, 스케줄링, 일정, 调度, 日程, スケジュール",
    "search, busca, pesquisa, busqueda, suche, recherche, 검색, 搜索, 检索, 検索",
    "security, seguranca, seguridad, sicherheit, securite, 보안, 安全, セキュリティ",
    "server, servidor, serveur, 서버, 服务器, サーバー",
    "session, sessao, sessoes, sesion, sitzung, 세션, 会话, セッション",
    "settings, preferences, preferencias, einstellungen, parametres, 환경설정, 偏好, 環境設定",
    "share, sharing, compartilhar, compartir, teilen, partager, 공유, 分享, 共享, 共有",
    "storage, store, armazenamento, almacenamiento, speicherung, stockage, 저장, 저장소, 스토리지, 存储, 保存, ストレージ",
    "structure, estrutura, estructura, struktur, 구조, 结构, 構造",
    "subscription, assinatura, suscripcion, abonnement, 구독, 订阅, サブスクリプション",
    "synchronization, sync, sincronizacao, sincronizacion, synchronisierung, synchronisation, 동기화, 同步, 同期",
    "test, testing, teste, prueba, 테스트, 测试, テスト",
    "translation, traducao, traduccion, uebersetzung, traduction, 번역, 翻译, 翻訳",
    "update, atualizacao, actualizacion, aktualisierung, 업데이트, 갱신, 更新, アップデート",
    "upload, enviar, subir, hochladen, televersement, 업로드, 上传, アップロード",
    "user, usuario, benutzer, nutzer, utilisateur, 사용자, 用户, ユーザー",
    "validation, validacao, validacion, pruefung, 검증, 验证, 検証",
    "video, 비디오, 영상, 视频, 動画",
    "web, website, 웹, 网页, 网站, ウェブ",
    "workflow, ablauf, fluxo, flujo, 워크플로, 工作流, ワークフロー",
];

/// What a stem of a script with spaces means; nothing for what says nothing.
type Meanings = BTreeMap<String, Option<&'static str>>;

static MEANINGS: LazyLock<Meanings> = LazyLock::new(|| {
    let mut meanings = Meanings::new();
    let rows = std::iter::once((None, NOTHING)).chain(TABLE.iter().map(|row| (list(row).next(), *row)));
    for (meaning, row) in rows {
        for word in list(row).filter(|word| !word.chars().any(is_packed)) {
            if let [stem] = stems(word).as_slice() {
                meanings.entry(stem.clone()).or_insert(meaning);
            }
        }
    }
    meanings
});

/// Phrases of scripts without spaces by their first character, the longer ones first.
static PACKED: LazyLock<BTreeMap<char, Vec<(&str, &str)>>> = LazyLock::new(|| {
    let mut packed: BTreeMap<char, Vec<(&str, &str)>> = BTreeMap::new();
    let rows =
        std::iter::once(("", NOTHING)).chain(TABLE.iter().map(|row| (list(row).next().unwrap_or(""), *row)));
    for (meaning, row) in rows {
        for phrase in list(row).filter(|phrase| phrase.chars().any(is_packed)) {
            packed.entry(phrase.chars().next().unwrap_or(' ')).or_default().push((phrase, meaning));
        }
    }
    packed
        .values_mut()
        .for_each(|phrases| phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len())));
    packed
});

/// The words of a text that tell what it is about: stems, or what they mean.
pub(super) fn terms(text: &str) -> Vec<String> {
    let stems = stems(&spelled_out(text));
    let meaning = |stem: String| match MEANINGS.get(&stem) {
        Some(meaning) => meaning.map(str::to_owned),
        None => Some(stem),
    };
    // A single sign between phrases is a particle.
    let particle = |stem: &String| stem.chars().count() == 1 && stem.chars().all(is_packed);
    stems.into_iter().filter(|stem| !particle(stem)).filter_map(meaning).collect()
}

/// A text with the phrases of packed scripts put into words, and with the words of names like `HeapTest` set apart.
fn spelled_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut last = ' ';
    while let Some(c) = rest.chars().next() {
        let phrases = PACKED.get(&c).map_or(&[][..], Vec::as_slice);
        if let Some((phrase, meaning)) = phrases.iter().find(|(phrase, _)| rest.starts_with(phrase)) {
            out.push(' ');
            out.push_str(meaning);
            out.push(' ');
            rest = rest.get(phrase.len()..).unwrap_or_default();
            last = ' ';
            continue;
        }
        if last.is_lowercase() && c.is_uppercase() {
            out.push(' ');
        }
        out.push(c);
        last = c;
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_the_same_in_every_language() {
        let same = |a: &str, b: &str| {
            let (mut a, mut b) = (terms(a), terms(b));
            a.sort();
            b.sort();
            assert_eq!(a, b);
        };
        same("Implement user authentication", "사용자 인증 구현");
        same("Download documents", "ドキュメントのダウンロード");
        same("Gestão de dados", "Data management");
        same("数据库迁移", "Database migration");
        same("FibonacciHeap", "Fibonacci heap");
    }

    #[test]
    fn what_is_in_no_table_stands_for_itself() {
        assert_eq!(terms("Tursid 세션"), ["tursid", "session"]);
        assert!(terms("Implement the basic system").is_empty());
    }
}
