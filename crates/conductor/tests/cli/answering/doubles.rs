//! Programs that stand in for coding agents, each as strict as the one that it stands for: it takes only the command line
//! or the messages that change nothing, and prints what such a program prints. What comes in a turn is written by the
//! test, in the words of no program.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::Place;

/// Which program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Double {
    Claude,
    Codex,
    Gemini,
    Opencode,
    Acp,
}

/// What it does when it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// It looks at a file, is not allowed to run a command, and says this.
    Says(String),
    /// Its model will not.
    Refuses,
    /// It ends in the middle, with this exit code.
    Dies(u8),
    /// Its provider lets nothing through until this moment.
    Limited(&'static str),
    /// It never ends, and neither does what it has started.
    Hangs,
}

impl Double {
    pub(super) const ALL: [Self; 5] = [Self::Claude, Self::Codex, Self::Gemini, Self::Opencode, Self::Acp];

    /// Its name in the configuration.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
            Self::Opencode => "opencode",
            Self::Acp => "speaker",
        }
    }

    /// Puts it where it is found, and into the configuration, with further lines.
    pub(super) fn install(self, place: &Place, more: &str) {
        let home = place.hermetic.home();
        let script = format!("#!/bin/sh\nhome='{}'\n{COMMON}{}", home.display(), self.script());
        let file = home.join("bin").join(self.name());
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        let how = match self {
            Self::Acp => "{ adapter: acp, run: speaker",
            Self::Claude | Self::Codex | Self::Gemini | Self::Opencode => "{ adapter: headless",
        };
        let agents = format!("agents: {{ {}: {how}, silence: 60s }} }}", self.name());
        place.write(".taskwerk/config.yml", &format!("orchestration: {{ {agents}{more} }}\n"));
    }

    /// What it does at the first questions; the last of them at all that follow.
    pub(super) fn will(self, place: &Place, acts: &[Act]) {
        for (number, act) in (1..).zip(acts) {
            self.write(place, &number.to_string(), act);
        }
        self.write(place, "more", acts.last().unwrap());
    }

    fn write(self, place: &Place, number: &str, act: &Act) {
        let file = |kind: &str| -> PathBuf { place.hermetic.home().join(format!("act-{number}.{kind}")) };
        let (lines, code) = match self {
            Self::Claude => claude(act),
            Self::Codex => codex(act),
            Self::Gemini => gemini(act),
            Self::Opencode => opencode(act),
            Self::Acp => acp(act),
        };
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(file("out"), text.replace("\"@ID@\"", "@ID@")).unwrap();
        fs::write(file("code"), code.to_string()).unwrap();
        if *act == Act::Hangs {
            fs::write(file("hang"), "").unwrap();
        }
    }

    fn script(self) -> &'static str {
        match self {
            Self::Claude => {
                "if [ \"$#\" = 7 ]; then expect \"$3 $4 $5 $6 $7\" '--output-format stream-json --verbose \
                 --permission-mode default'; prompt=$2\n\
                 else expect \"$*\" '-p --output-format stream-json --verbose --permission-mode default'; \
                 prompt=$(/bin/cat); fi\nplay\n"
            }
            Self::Codex => {
                "expect \"$1 $2 $3 $4 $5 $6 $7 $8\" 'exec --json -c sandbox_mode=\"read-only\" -c \
                 approval_policy=\"never\" -c analytics.enabled=false'\n\
                 expect \"$#\" 9\nshift 8\n\
                 if [ \"$1\" = - ]; then prompt=$(/bin/cat); else prompt=$1; fi\nplay\n"
            }
            Self::Gemini => {
                "expect \"$1 $2 $3 $4\" '--approval-mode default --output-format stream-json'\n\
                 if [ \"$#\" = 4 ]; then prompt=$(/bin/cat); else expect \"$# $5\" '6 -p'; prompt=$6; fi\nplay\n"
            }
            Self::Opencode => {
                "expect \"$1 $2 $3 $4 $5 $6\" 'run --format json --print-logs --log-level ERROR'\n\
                 for what in edit bash webfetch external_directory; do case $OPENCODE_PERMISSION in \
                 *\"\\\"$what\\\":\\\"deny\\\"\"*) ;; *) expect \"$OPENCODE_PERMISSION\" 'nothing is allowed';; esac; \
                 done\n\
                 if [ \"$#\" = 6 ]; then prompt=$(/bin/cat); else expect \"$#\" 7; prompt=$7; fi\nplay\n"
            }
            Self::Acp => ACP,
        }
    }
}

/// How all of them begin. They are asked one after the other.
const COMMON: &str = r#"
expect() { [ "$1" = "$2" ] || { echo "not as it must be: $1" >&2; exit 64; }; }
play() {
    asked=$(($(/bin/cat "$home/asked" 2>/dev/null || echo 0) + 1))
    echo $asked > "$home/asked"
    printf '%s' "$prompt" > "$home/prompt-$asked"
    pwd > "$home/pwd"
    act=$home/act-$asked
    [ -f "$act.out" ] || act=$home/act-more
    if [ -f "$act.hang" ]; then
        # Whoever has the other end of this sees when the last of them is gone.
        exec 9> "$home/alive"
        (trap '' TERM INT HUP; while :; do /usr/bin/tail -f /dev/null; done) &
        trap '' TERM INT HUP
        while :; do wait; done
    fi
    /usr/bin/sed "s/@ID@/$id/" "$act.out"
    [ -n "$id" ] && [ "$(/bin/cat "$act.code")" = 0 ] || exit "$(/bin/cat "$act.code")"
}
"#;

/// It wants its mode to be set before it is asked, as those do that else change files unasked.
const ACP: &str = r#"
answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
mode=auto
while IFS= read -r line; do
    id=${line##*\"id\":}
    id=${id%%[,\}]*}
    case $line in
    *'"method":"initialize"'*) answer '{"protocolVersion":1,"agentCapabilities":{},"authMethods":[]}' ;;
    *'"method":"session/new"'*) answer '{"sessionId":"s-1","modes":{"currentModeId":"auto","availableModes":[{"id":"auto","name":"Auto"},{"id":"acceptEdits","name":"Edits"},{"id":"plan","name":"Plan"},{"id":"default","name":"Manual"}]}}' ;;
    *'"method":"session/set_mode"'*'"modeId":"default"'*) mode=default; answer '{}' ;;
    *'"method":"session/prompt"'*) expect "$mode" default; prompt=$line; play ;;
    *'"method":"session/cancel"'*) ;;
    # An answer to what it asked itself.
    *'"outcome":"selected","optionId":"yes"'*) expect "$line" 'nothing is allowed' ;;
    esac
done
"#;

fn claude(act: &Act) -> (Vec<Value>, u8) {
    let init = json!({ "type": "system", "subtype": "init", "session_id": "s-1", "model": "m",
        "permissionMode": "default" });
    let block = |block: Value| {
        json!({ "type": "assistant", "session_id": "s-1",
        "message": { "model": "m", "content": [block] } })
    };
    let result = |more: Value| {
        let mut result = json!({ "type": "result", "subtype": "success", "is_error": false, "session_id": "s-1",
            "result": "", "usage": { "input_tokens": 900, "output_tokens": 100 } });
        for (key, value) in more.as_object().unwrap() {
            result[key] = value.clone();
        }
        result
    };
    match act {
        Act::Says(words) => {
            let denied = json!({ "type": "user", "session_id": "s-1", "message": { "content": [{
                "type": "tool_result", "tool_use_id": "t-1", "is_error": true,
                "content": "This command requires approval" }] } });
            let tool =
                json!({ "type": "tool_use", "id": "t-1", "name": "Bash", "input": { "command": "make" } });
            let said = block(json!({ "type": "text", "text": words }));
            let denials = json!([{ "tool_name": "Bash", "tool_use_id": "t-1", "tool_input": {} }]);
            let end = result(json!({ "result": words, "permission_denials": denials }));
            (vec![init, block(tool), denied, said, end], 0)
        }
        Act::Refuses => {
            let words = "I cannot help with that.";
            let said = block(json!({ "type": "text", "text": words }));
            (vec![init, said, result(json!({ "result": words, "stop_reason": "refusal" }))], 0)
        }
        Act::Dies(code) => (vec![init, block(json!({ "type": "text", "text": "I look" }))], *code),
        Act::Limited(until) => {
            let until: jiff::Timestamp = until.parse().unwrap();
            let info =
                json!({ "status": "rejected", "resetsAt": until.as_second(), "rateLimitType": "five_hour" });
            let event = json!({ "type": "rate_limit_event", "rate_limit_info": info, "session_id": "s-1" });
            let end = result(json!({ "is_error": true, "api_error_status": 429,
                "result": "You've hit your session limit" }));
            (vec![init, event, end], 1)
        }
        Act::Hangs => (Vec::new(), 0),
    }
}

fn codex(act: &Act) -> (Vec<Value>, u8) {
    let begun =
        vec![json!({ "type": "thread.started", "thread_id": "t-1" }), json!({ "type": "turn.started" })];
    let with = |more: Vec<Value>| [begun.clone(), more].concat();
    let said = |words: &str| {
        json!({ "type": "item.completed",
        "item": { "id": "item_0", "type": "agent_message", "text": words } })
    };
    let failed = |words: &str| {
        vec![
            json!({ "type": "error", "message": words }),
            json!({ "type": "turn.failed", "error": { "message": words } }),
        ]
    };
    let usage = json!({ "input_tokens": 900, "cached_input_tokens": 0, "output_tokens": 100 });
    match act {
        Act::Says(words) => (with(vec![said(words), json!({ "type": "turn.completed", "usage": usage })]), 0),
        Act::Refuses => (
            with(vec![said("I cannot help with that."), json!({ "type": "turn.completed", "usage": usage })]),
            0,
        ),
        Act::Dies(code) => (with(vec![said("I look")]), *code),
        Act::Limited(_) => (with(failed("exceeded retry limit, last status: 429 Too Many Requests")), 1),
        Act::Hangs => (Vec::new(), 0),
    }
}

fn gemini(act: &Act) -> (Vec<Value>, u8) {
    let init = json!({ "type": "init", "session_id": "s-1", "model": "m" });
    let said = |words: &str| -> Vec<Value> {
        // A word at a time, as it comes.
        let pieces = words.split_inclusive(' ');
        pieces
            .map(|piece| json!({ "type": "message", "role": "assistant", "content": piece, "delta": true }))
            .collect()
    };
    let done = json!({ "type": "result", "status": "success",
        "stats": { "total_tokens": 1000, "input_tokens": 900, "output_tokens": 100 } });
    match act {
        Act::Says(words) => ([vec![init], said(words), vec![done]].concat(), 0),
        Act::Refuses => ([vec![init], said("I cannot help with that."), vec![done]].concat(), 0),
        Act::Dies(code) => ([vec![init], said("I look")].concat(), *code),
        Act::Limited(_) => {
            let error = json!({ "type": "ApiError", "message": "[API Error: You exceeded your current quota. (Status: 429)]" });
            (vec![init, json!({ "type": "result", "status": "error", "error": error })], 173)
        }
        Act::Hangs => (Vec::new(), 0),
    }
}

fn opencode(act: &Act) -> (Vec<Value>, u8) {
    let line = |kind: &str, part: Value| json!({ "type": kind, "sessionID": "ses_1", "part": part });
    let start = || line("step_start", json!({ "id": "p-1", "type": "step-start" }));
    let said = |words: &str| line("text", json!({ "id": "p-2", "type": "text", "text": words }));
    let tokens = json!({ "total": 1000, "input": 900, "output": 100, "reasoning": 0, "cache": { "write": 0, "read": 0 } });
    let done = || {
        line(
            "step_finish",
            json!({ "id": "p-3", "type": "step-finish", "reason": "stop", "tokens": tokens, "cost": 0 }),
        )
    };
    match act {
        Act::Says(words) => (vec![start(), said(words), done()], 0),
        Act::Refuses => (vec![start(), said("I cannot help with that."), done()], 0),
        Act::Dies(code) => (vec![start(), said("I look")], *code),
        Act::Limited(_) => {
            let data = json!({ "message": "Too Many Requests", "statusCode": 429, "isRetryable": true });
            let error = json!({ "type": "error", "sessionID": "ses_1", "error": { "name": "APIError", "data": data } });
            (vec![start(), error], 1)
        }
        Act::Hangs => (Vec::new(), 0),
    }
}

fn acp(act: &Act) -> (Vec<Value>, u8) {
    let update = |update: Value| {
        json!({ "jsonrpc": "2.0", "method": "session/update",
        "params": { "sessionId": "s-1", "update": update } })
    };
    let chunk = |words: &str| {
        update(json!({ "sessionUpdate": "agent_message_chunk",
        "content": { "type": "text", "text": words } }))
    };
    let end = |reason: &str| json!({ "jsonrpc": "2.0", "id": "@ID@", "result": { "stopReason": reason } });
    match act {
        Act::Says(words) => {
            let call = json!({ "toolCallId": "t-1", "title": "make", "kind": "execute" });
            let options = json!([{ "optionId": "yes", "name": "y", "kind": "allow_once" },
                { "optionId": "no", "name": "n", "kind": "reject_once" }]);
            let asks = json!({ "jsonrpc": "2.0", "id": "ask", "method": "session/request_permission",
                "params": { "sessionId": "s-1", "toolCall": call, "options": options } });
            let used = update(json!({ "sessionUpdate": "usage_update", "used": 900, "size": 200_000 }));
            let half = (0..=words.len() / 2).rev().find(|at| words.is_char_boundary(*at)).unwrap();
            // Figures come in the middle of what it says.
            let (first, second) = words.split_at(half);
            (vec![asks, chunk(first), used, chunk(second), end("end_turn")], 0)
        }
        Act::Refuses => (vec![chunk("I cannot help with that."), end("refusal")], 0),
        Act::Dies(code) => (vec![chunk("I look")], *code),
        Act::Limited(_) => {
            let error = json!({ "code": -32603, "message": "API Error: 429 rate limit exceeded" });
            (vec![json!({ "jsonrpc": "2.0", "id": "@ID@", "error": error })], 0)
        }
        Act::Hangs => (Vec::new(), 0),
    }
}
