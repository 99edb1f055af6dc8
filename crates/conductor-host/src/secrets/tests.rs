use proptest::prelude::*;

use super::*;

/// Letters and digits as if drawn by lot, the same each time.
fn drawn(letters: &str, length: usize) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        letters[usize::try_from(state >> 40).unwrap() % letters.len()]
    };
    (0..length).map(|_| next()).collect()
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &str = "0123456789abcdef";

/// Put together here, so that no file of this repository holds what looks like a secret.
fn samples() -> Vec<(Kind, String)> {
    let of = |kind, begin: &str, letters: &str, length| (kind, format!("{begin}{}", drawn(letters, length)));
    let part = |json: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json)
    };
    let jwt = format!(
        "{}.{}.{}",
        part("{\"alg\":\"HS256\"}"),
        part("{\"sub\":\"ann-7\",\"n\":1}"),
        drawn(ALNUM, 43)
    );
    let key = format!(
        "-----BEGIN EC PRIVATE {0}-----\n{1}\n{1}\n-----END EC PRIVATE {0}-----",
        "KEY",
        drawn(ALNUM, 64)
    );
    vec![
        of(Kind::Anthropic, "sk-ant-api03-", ALNUM, 95),
        of(Kind::OpenAi, "sk-proj-", ALNUM, 100),
        of(Kind::OpenAi, "sk-", ALNUM, 48),
        of(Kind::ModelProvider, "sk-or-v1-", HEX, 64),
        of(Kind::ModelProvider, "hf_", ALNUM, 34),
        of(Kind::Google, "AIza", ALNUM, 35),
        of(Kind::Google, "GOCSPX-", ALNUM, 28),
        of(Kind::Aws, "AKIA", UPPER, 16),
        of(Kind::GitHub, "ghp_", ALNUM, 36),
        of(Kind::GitHub, "github_pat_", ALNUM, 82),
        of(Kind::GitLab, "glpat-", ALNUM, 20),
        of(Kind::Slack, "xoxb-", ALNUM, 50),
        of(Kind::Slack, "hooks.slack.com/services/", ALNUM, 44),
        of(Kind::Stripe, "sk_live_", ALNUM, 24),
        of(Kind::Npm, "npm_", ALNUM, 36),
        of(Kind::PyPi, "pypi-AgEIcHlwaS5vcmc", ALNUM, 120),
        (Kind::Jwt, jwt),
        (Kind::PrivateKey, key),
    ]
}

#[test]
fn every_shape_is_found_wherever_it_stands_and_nothing_else_of_the_line() {
    for (kind, secret) in samples() {
        for (before, after) in
            [("", ""), ("key: ", "\n"), ("x = \"", "\";"), ("(", ")"), ("ü", "ü"), ("a=", "&b=c")]
        {
            let text = format!("{before}{secret}{after}");
            let found = find(text.as_bytes());
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(found[0].kind, kind, "{text}");
            assert_eq!(&text[found[0].span.clone()], secret, "{text}");
            assert_eq!(mask(&text), format!("{before}{MASK}{after}"));
        }
    }
}

#[test]
fn what_only_looks_like_a_secret_is_none() {
    let table = [
        "AKIAIOSFODNN7EXAMPLE".to_owned(),
        format!("AKIA{}", "A".repeat(16)),
        format!("sk-{}", "x".repeat(48)),
        format!("task-{}", drawn(ALNUM, 48)),
        format!("risk-{}", drawn(ALNUM, 48)),
        format!("ghp_{}", drawn(ALNUM, 20)),
        format!("my_npm_{}", drawn(ALNUM, 36)),
        "-----BEGIN PRIVATE KEY-----".to_owned(),
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQsw\n".to_owned(),
        "-----BEGIN PUBLIC KEY-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQsw\n".to_owned(),
        "looks for `-----BEGIN RSA PRIVATE KEY-----` and gives up".to_owned(),
        "eyJhbGciOiJIUzI1NiJ9 is the head of a token".to_owned(),
        "https://user@host.io/path".to_owned(),
        "https://host.io:8080/a:b@c".to_owned(),
        "postgres://app:secret99@localhost/app".to_owned(),
        "postgres://app:${DB_PASSWORD}@db.acme.io/app".to_owned(),
        "amqp://guest:guest@rabbit.acme.io".to_owned(),
        "ssh://git@github.com:org/repo".to_owned(),
        "password: changeme1234".to_owned(),
        "password = \"correct horse battery staple\"".to_owned(),
        "let token = tokenizer.next_token();".to_owned(),
        "token == \"k8JqZr2vX9mTw4bA7d\"".to_owned(),
        "secret_name: my-app/production/db7".to_owned(),
        "API_KEY=$API_KEY_OF_PRODUCTION_1".to_owned(),
        "api_key: \"{{ vault_api_key_7 }}\"".to_owned(),
        "password_file: /run/secrets/db_password_1".to_owned(),
        "tokens: 123456789012345".to_owned(),
        "\"tokenType\": \"Bearer9Token7Kind5\"".to_owned(),
        "const PASSWORD = process.env.DB_PASSWORD_1;".to_owned(),
        format!("sha256:{}", drawn(HEX, 64)),
        format!("commit {}", drawn(HEX, 40)),
        format!("\"integrity\": \"sha512-{}==\"", drawn(ALNUM, 86)),
        format!("data:image/png;base64,{}", drawn(ALNUM, 400)),
    ];
    for text in table {
        let found = find(text.as_bytes());
        assert!(found.is_empty(), "{text}: {found:?}");
        assert_eq!(mask(&text), text);
    }
}

#[test]
fn values_behind_names_are_found_in_the_forms_of_files() {
    let value = "k8Jq-Zr2vX9mTw4b";
    for text in [
        "DB_PASSWORD=VALUE",
        "export API_TOKEN=VALUE\n",
        "password: VALUE",
        "  client-secret: 'VALUE'",
        "api_key = \"VALUE\"",
        "\"accessKey\": \"VALUE\",",
        "{\"password\":\"VALUE\"}",
        "{\\\"password\\\":\\\"VALUE\\\"}",
        "config[\"secret\"] = \"VALUE\";",
        ":password => 'VALUE'",
        "$apiKey = `VALUE`",
    ] {
        let text = text.replace("VALUE", value);
        let found = find(text.as_bytes());
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!((found[0].kind, &text[found[0].span.clone()]), (Kind::Named, value), "{text}");
    }
    let address = "DATABASE=postgres://app:Zr2vX9mTw4b@db.acme.io/app";
    assert_eq!(mask(address), format!("DATABASE=postgres://app:{MASK}@db.acme.io/app"));
}

#[test]
fn values_of_credentials_are_masked_wherever_they_appear() {
    let env: crate::process::EnvMap = [
        ("MY_API_KEY", "plain-words-only"),
        ("ANTHROPIC_AUTH", "a1b2c3d4e5f6a7b8"),
        ("SSH_AUTH_SOCK", "/run/user/1000/ssh-agent.sock1"),
        ("XDG_SESSION_DESKTOP", "gnome-wayland"),
        ("SHORT_TOKEN", "abc"),
        ("HOME", "/home/ann"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .into();
    let masker = Masker::new(credential_values(&env));
    let text =
        "plain-words-only, xa1b2c3d4e5f6a7b8x, /run/user/1000/ssh-agent.sock1, gnome-wayland, abc, /home/ann";
    let masked = format!("{MASK}, x{MASK}x, /run/user/1000/ssh-agent.sock1, gnome-wayland, abc, /home/ann");
    assert_eq!(masker.mask(text), masked);
    assert_eq!(Masker::new(["abc"]).mask("abc"), "abc");
}

#[test]
fn a_line_of_a_protocol_is_the_same_where_nothing_is_masked_and_stays_json_where_something_is() {
    let masker = Masker::default();
    let plain = r#"{ "b" : 1.50, "a":"x\ny" , "c":[true,null]}"#;
    assert_eq!(masker.mask_line(plain), plain);
    let secret = format!("ghp_{}", drawn(ALNUM, 36));
    let line =
        format!(r#"{{"text":"a\n{secret} \"b\"","n":1,"password":"k8JqZr2vX9mTw4b","m":["{secret}"]}}"#);
    let masked = r#"{"text":"a\n******** \"b\"","n":1,"password":"********","m":["********"]}"#;
    assert_eq!(masker.mask_line(&line), masked);
    assert_eq!(masker.mask_line(&format!("no json: {secret}")), "no json: ********");
}

proptest! {
    #[test]
    fn any_bytes_are_survived_and_spans_are_in_order(bytes in any::<Vec<u8>>()) {
        let mut end = 0;
        for found in find(&bytes) {
            prop_assert!(found.span.start >= end && found.span.end <= bytes.len() && !found.span.is_empty());
            end = found.span.end;
        }
        let _masked = Masker::new([&bytes]).mask_bytes(&bytes);
    }

    #[test]
    fn what_is_masked_holds_no_secret_any_more(
        words in prop::collection::vec("[a-zäß \"'=:{}\n]{0,12}", 1..6),
        which in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let samples = samples();
        let mut text = String::new();
        for (word, index) in words.iter().zip(&which) {
            let (_, secret) = &samples[index.index(samples.len())];
            text.push_str(word);
            text.push(' ');
            text.push_str(secret);
            text.push(' ');
        }
        let masked = mask(&text).into_owned();
        for (_, secret) in &samples {
            prop_assert!(!masked.contains(secret.as_str()), "{masked}");
        }
        prop_assert!(find(masked.as_bytes()).is_empty(), "{masked}");
    }
}

#[test]
fn time_grows_with_the_text_and_not_faster() {
    // Each of these begins a check again and again; none of them may look far.
    for piece in
        ["-----BEGIN RSA PRIVATE KEY-----", "eyJ", "://a:b", "password=", "sk-ant-", "a://", "token: \""]
    {
        let text = piece.repeat(200_000);
        let watch = crate::clock::Stopwatch::start();
        let _found = find(text.as_bytes());
        assert!(watch.elapsed_ms() < 20_000, "{piece}: {} ms", watch.elapsed_ms());
    }
}
