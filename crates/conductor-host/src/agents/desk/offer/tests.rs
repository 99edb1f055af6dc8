use std::path::Path;

use super::*;
use crate::agents::desk::DeskToken;

fn server() -> ServerCommand {
    let token: DeskToken = "0123456789abcdef0123456789abcdef".parse().unwrap();
    ServerCommand::new(Path::new("/opt/my \"tools\"/conductor"), Path::new("/s/desk"), &token).unwrap()
}

fn shown(offer: &Offer) -> String {
    let mut lines = offer.args.clone();
    lines.extend(offer.env.iter().map(|(name, value)| format!("{name}={value}")));
    lines.extend(offer.files.iter().map(|(path, text)| format!("{}: {text}", path.display())));
    lines.join("\n")
}

#[test]
fn each_agent_is_told_of_the_server_in_its_own_way() {
    insta::assert_snapshot!(acp_server(&server()), @r#"{"name":"conductor","command":"/opt/my \"tools\"/conductor","args":["__agent-desk"],"env":[{"name":"CONDUCTOR_DESK_DIR","value":"/s/desk"},{"name":"CONDUCTOR_DESK_TOKEN","value":"0123456789abcdef0123456789abcdef"}]}"#);
    insta::assert_snapshot!(shown(&headless::claude(&server(), Path::new("/s/attempt-1"))), @r#"
    --mcp-config=/s/attempt-1/mcp.json
    --allowedTools=mcp__conductor__task,mcp__conductor__related,mcp__conductor__ask,mcp__conductor__block,mcp__conductor__progress,mcp__conductor__note,mcp__conductor__submit
    /s/attempt-1/mcp.json: {"mcpServers":{"conductor":{"type":"stdio","command":"/opt/my \"tools\"/conductor","args":["__agent-desk"],"env":{"CONDUCTOR_DESK_DIR":"/s/desk","CONDUCTOR_DESK_TOKEN":"0123456789abcdef0123456789abcdef"},"alwaysLoad":true}}}
    "#);
    insta::assert_snapshot!(shown(&headless::codex(&server())), @r#"
    -c
    mcp_servers.conductor.command="/opt/my \"tools\"/conductor"
    -c
    mcp_servers.conductor.args=["__agent-desk"]
    -c
    mcp_servers.conductor.env_vars=["CONDUCTOR_DESK_DIR","CONDUCTOR_DESK_TOKEN"]
    CONDUCTOR_DESK_DIR=/s/desk
    CONDUCTOR_DESK_TOKEN=0123456789abcdef0123456789abcdef
    "#);
}

#[test]
fn no_argument_holds_the_token() {
    let offers = [
        headless::claude(&server(), Path::new("/s")),
        headless::codex(&server()),
        headless::opencode(&server(), None).unwrap(),
    ];
    for offer in offers {
        assert!(offer.args.iter().all(|word| !word.contains("0123456789abcdef")), "{:?}", offer.args);
    }
}

#[test]
fn what_the_user_tells_opencode_stays_in_its_order() {
    let told = |users: &str| {
        headless::opencode(&server(), Some(users)).map(|offer| offer.env[headless::OPENCODE_CONFIG].clone())
    };
    let own = r#"{"conductor":{"type":"local","command":["/opt/my \"tools\"/conductor","__agent-desk"],"environment":{"CONDUCTOR_DESK_DIR":"/s/desk","CONDUCTOR_DESK_TOKEN":"0123456789abcdef0123456789abcdef"},"enabled":true}}"#;
    let entry = &own[1..own.len() - 1];
    let cases = [
        ("", format!(r#"{{"mcp":{own},"permission":{{"conductor_*":"allow"}}}}"#)),
        (
            r#"{"model":"p/m","mcp":{"z":{"enabled":false}}}"#,
            format!(
                r#"{{"mcp":{{"z":{{"enabled":false}},{entry}}},"model":"p/m","permission":{{"conductor_*":"allow"}}}}"#
            ),
        ),
        (
            r#"{"permission":"ask"}"#,
            format!(r#"{{"mcp":{own},"permission":{{"*":"ask","conductor_*":"allow"}}}}"#),
        ),
        (
            r#"{"permission":{"edit":"deny","*":"ask"}}"#,
            format!(r#"{{"mcp":{own},"permission":{{"edit":"deny","*":"ask","conductor_*":"allow"}}}}"#),
        ),
    ];
    for (users, expected) in cases {
        assert_eq!(told(users), Some(expected), "{users}");
    }
    for users in ["[]", "not json", r#"{"mcp": []}"#, r#"{"permission": 1}"#] {
        assert_eq!(told(users), None, "{users}");
    }
}

#[test]
fn only_the_tools_of_the_desk_are_its_own() {
    let cases = [
        ("mcp__conductor__ask", true),
        ("note (conductor MCP Server)", true),
        ("conductor_submit", true),
        ("mcp.conductor.task", true),
        ("mcp__conductor__done", false),
        ("mcp__other__ask", false),
        ("conductor_ask; rm -rf /", false),
        ("ask", false),
        ("", false),
    ];
    for (title, own) in cases {
        assert_eq!(is_own_tool(title), own, "{title}");
    }
}

#[test]
fn files_are_for_this_user_alone_whatever_was_there() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let offer = headless::claude(&server(), dir.path());
    let (path, text) = &offer.files[0];
    std::os::unix::fs::symlink("/dev/null", path).unwrap();
    for _ in 0..2 {
        offer.write().unwrap();
        let metadata = path.symlink_metadata().unwrap();
        assert!(metadata.is_file());
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert_eq!(&fs::read_to_string(path).unwrap(), text);
    }
}
